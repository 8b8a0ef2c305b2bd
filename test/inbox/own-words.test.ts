import assert from "node:assert/strict";
import { test } from "node:test";
import { ownWords } from "#src/inbox/own-words.ts";

test("keeps the lines of a person, each once, without names of programs, files, links and versions", () => {
  const text = `Hello, Tails 7.6 stops at foo/bar/baz and at tails-amd64.img.sig today.
See https://example.org/page or write to me@example.org please, merci.Bien
Hello again
Hello again`;

  assert.deepEqual(ownWords(text), [
    "Hello, stops at and at today.",
    "See or write to please,",
    "Hello again",
  ]);
});

test("leaves out what others and programs wrote", () => {
  for (const line of [
    "> What did you do?",
    "Name der betroffenen Software",
    "What happened instead?",
    "Help desk <support@example.org> wrote:",
    "Le 3 novembre 2026 à 10:00, Assistance a écrit :",
    "Am 3. November 2026 schrieb Assistenz:",
    "Assistenza ha scritto:",
    "Поддержка пишет:",
    "Subject: about the printer",
    "Von: Helpdesk",
    "Sent with Proton Mail secure email.",
    "Envoyé de mon téléphone",
    "$ echo hello to everybody",
    "amnesia@amnesia:~$ what is this",
    "sudo mount --bind here there",
    "Nov 21 10:00:01 amnesia kernel: something failed here",
    "[   12.345678] usb device not accepting the address",
    "systemd[1]: Failed to start the service",
    "Traceback (most recent call last):",
    "ERROR: something went wrong",
    "| 10de:28e0 | a1 | 0x3f |",
    "=========== :: ===== ab",
    "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEaabc\nwords of a key\n-----END PGP PUBLIC KEY BLOCK-----",
  ]) {
    assert.deepEqual(ownWords(`before it\n${line}\nafter it`), ["before it", "after it"], line);
  }
});

test("ends at the signature, at the sections of a report and at the mail below", () => {
  for (const end of [
    "-- \nJane Doe",
    "======= content of /proc/cmdline =======\nwords",
    "-----Original Message-----\nWe cannot help",
    "________________________________\nWe cannot help",
    "De : Assistance\nEnvoyé : lundi 3 novembre 2026 10:00\nNous ne pouvons rien faire",
  ]) {
    assert.deepEqual(ownWords(`before it\n${end}`), ["before it"], end);
  }
  assert.deepEqual(ownWords("======= content of /proc/cmdline =======\nwords of a log"), []);
});

test("a line that is repeated hides nothing below it", () => {
  assert.deepEqual(ownWords(`${"the same line\n".repeat(500)}after it`), ["the same line", "after it"]);
});

test("leaves out a reply header that was wrapped, and not what stands above it", () => {
  const text =
    "It works\n\nOn Mon, 3 Nov 2026 at 10:00, Help <\nsupport@example.org> wrote:\n> try it\n\nThank you";

  assert.deepEqual(ownWords(text), ["It works", "Thank you"]);
});

test("leaves out what stands in quotation marks, unless all does", () => {
  assert.deepEqual(ownWords("Es kommt „The disk could not be read“ und sonst nichts"), [
    "Es kommt und sonst nichts",
  ]);
  assert.deepEqual(ownWords("“I have written all of it like this”"), [
    "“I have written all of it like this”",
  ]);
});

test("reads a name of a program when there is nothing else, and no further than 200,000 characters", () => {
  assert.deepEqual(ownWords("Tor Browser"), ["Tor Browser"]);
  assert.deepEqual(ownWords(`${"> x\n".repeat(60_000)}Bonjour`), []);
});
