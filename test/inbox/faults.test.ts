import assert from "node:assert/strict";
import { test } from "node:test";
import type { MailReading } from "#src/inbox/mail-reading.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { fixture } from "../mime/fixture.ts";

// Mails that the desk once read wrongly, each for a kind.
const secrets = ["TEST-ONLY-helpdesk-secret.asc", "faults/TEST-ONLY-desk-secret.asc"];
const keys = await openSecretKeys(
  await Promise.all(secrets.map(async (name) => String(await fixture(name)))),
);

type Reading = Extract<MailReading, { ok: true }>;

async function reading(raw: Uint8Array): Promise<Reading> {
  const result = await readMail(raw, keys, "nobody@example.org");
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

async function read(name: string): Promise<Reading> {
  return await reading(await fixture(`faults/${name}.eml`));
}

function filesOf({ attachments }: Reading): [string, string][] {
  return attachments.map(({ filename, bytes }) => [filename, Buffer.from(bytes).toString("latin1")]);
}

const secretWords = "My secret text: the adapter rtw88 is not found.";

test("a file that a mail program types as PGP/MIME's control part is opened as a file, beside secret words", async () => {
  const mail = await read("inline-text-and-one-pgp-file");

  assert.equal(mail.text.trim(), "The log is attached, the code is 4711.");
  assert.deepEqual(filesOf(mail), [["log.txt", "rtw88 failed\n"]]);
  assert.equal(mail.crypto.encryption, "encrypted");
  assert.deepEqual(mail.notRead, []);
});

test("a file that a mail program types as PGP/MIME's control part is opened beside words in clear", async () => {
  const mail = await read("clear-text-and-one-pgp-file");

  assert.equal(mail.text.trim(), "The log is attached encrypted.");
  assert.deepEqual(
    mail.attachments.map(({ filename }) => filename),
    ["log.txt"],
  );
  assert.equal(mail.crypto.encryption, "partly");
});

test("an encrypted picture becomes a picture, not words", async () => {
  const mail = await read("clear-text-and-png-pgp");

  assert.equal(mail.text.trim(), "The picture is attached encrypted.");
  const [picture] = mail.attachments;
  assert.equal(picture?.filename, "screen.png");
  assert.equal(
    Buffer.from(picture?.bytes ?? [])
      .subarray(1, 4)
      .toString(),
    "PNG",
  );
});

test("an encrypted file alone, typed as the control part, is a file", async () => {
  const mail = await read("gpg-file-typed-pgp-encrypted-is-lost");

  assert.equal(mail.text.trim(), "See the file.");
  assert.equal(mail.attachments[0]?.filename, "log.txt");
  assert.equal(mail.attachments[0]?.bytes.filter((byte) => byte === 10).length, 2);
});

test("a file to another key hides no words: they are shown, the file is kept, and it is said", async () => {
  const mail = await read("gpg-file-for-other-key-hides-clear-text");

  assert.equal(mail.text.trim(), "See the file.");
  assert.deepEqual(
    mail.attachments.map(({ filename }) => filename),
    ["x.txt.gpg"],
  );
  assert.deepEqual(
    mail.notRead.map(({ sort, where }) => [sort, where]),
    [["OpenPGP message", "x.txt.gpg"]],
  );
  assert.match(mail.notRead[0]?.why ?? "", /a key that this desk does not have/);
});

for (const [name, words] of [
  ["pgp-mime-payload-without-headers", /^My stick does not start, the code is 4711\.\s*$/],
  ["pgpmime-cleartext-without-mime-headers", /^\S.*\n\s*\n\S/s],
] as const) {
  test(`what was encrypted without any header is words from their first byte: ${name}`, async () => {
    const mail = await read(name);

    assert.match(mail.text, words);
    assert.equal(mail.crypto.encryption, "encrypted");
  });
}

for (const name of ["armor-indented", "armor-on-one-line-html-good", "exchange-att00001-att00002"]) {
  test(`is opened: ${name}`, async () => {
    const mail = await read(name);

    assert.equal(mail.text.trim(), secretWords);
    assert.equal(mail.crypto.encryption, "encrypted");
    assert.deepEqual(mail.attachments, []);
    assert.deepEqual(mail.notRead, []);
    assert.deepEqual(mail.marks, []);
  });
}

for (const name of ["indented-armor", "html-only-collapsed-armor"]) {
  test(`is opened: ${name}`, async () => {
    const mail = await read(name);

    assert.equal(mail.crypto.encryption, "encrypted");
    assert.doesNotMatch(mail.text, /BEGIN PGP/);
  });
}

test("a quoted armour is opened, apart, and marked: it was copied from somewhere", async () => {
  const mail = await read("armor-quoted");

  assert.deepEqual(
    mail.segments.map(({ sort, text }) => [sort, text.trim()]),
    [
      ["plain", "Please look at this:"],
      ["encrypted", secretWords],
    ],
  );
  assert.deepEqual(mail.marks, ["partly encrypted", "copied ciphertext"]);
});

for (const name of ["key-in-txt-file", "key-indented", "key-on-one-line"]) {
  test(`the key is offered: ${name}`, async () => {
    const mail = await read(name);

    assert.equal(mail.offeredKeys.length, 1, JSON.stringify(mail.notRead));
    assert.deepEqual(mail.notRead, []);
  });
}

test("a key that was cut is said to be one that cannot be read", async () => {
  const raw = String(await fixture("faults/key-on-one-line.eml"));

  for (const cut of [raw.replace(/ DAQWAAIBAhkBApsDAh4BF.*/s, ""), raw.replace("xjMEaw6L", "xjM*aw6L")]) {
    const mail = await reading(Buffer.from(cut));
    assert.deepEqual(
      mail.notRead.map(({ sort, where }) => [sort, where]),
      [["key", "text"]],
    );
  }
});

test("two ciphertexts in one mail are marked, and neither is quoted", async () => {
  const mail = await read("two-ciphertexts-no-mark");

  assert.equal(mail.segments.length, 2);
  assert.deepEqual(mail.marks, ["more than one ciphertext", "copied ciphertext"]);
  assert.ok(mail.warnings.some((warning) => /more than one ciphertext/.test(warning)));
});

test("an encrypted mail that was attached is opened and shown apart, under its heading", async () => {
  for (const name of ["encrypted-mail-attached-as-eml", "forwarded-encrypted-mail"]) {
    const mail = await read(name);

    const [own, inside] = mail.segments;
    assert.deepEqual([own?.sort, own?.attached], ["plain", undefined]);
    assert.equal(inside?.sort, "encrypted", name);
    assert.ok(inside?.attached?.from, JSON.stringify(inside));
    assert.ok(inside?.text.trim());
    assert.equal(mail.encryption, "encrypted");
    assert.ok(mail.attachments.some(({ filename }) => filename.endsWith(".eml")));
    assert.deepEqual(mail.marks, ["partly encrypted", "copied ciphertext"]);
  }
});

test("a mail that was attached is read: heading, words, files, and what the search finds", async () => {
  const mail = await read("eml-attached");

  const [, inside] = mail.segments;
  assert.deepEqual(inside?.attached, {
    subject: "Kernel panic on my laptop",
    from: "Omar Example <omar@example.net>",
    date: "2026-11-30T08:00:00.000Z",
  });
  assert.match(inside?.text ?? "", /zyxwvut/);
  assert.deepEqual(
    filesOf(mail).map(([name]) => name),
    ["his mail.eml", "journal.txt"],
  );
  const searched = JSON.stringify(mail.searchTexts);
  for (const word of ["zyxwvut", "Kernel panic", "omar@example.net"])
    assert.ok(searched.includes(word), word);
});

test("a mail that is nothing but another mail says what that one says", async () => {
  const mail = await read("eml-only");

  assert.match(mail.text, /kernel panic zyxwvut/);
  assert.equal(mail.segments[0]?.attached?.subject, "Kernel panic on my laptop");
});

test("a multipart that is not closed ends where the outer one goes on", async () => {
  const mail = await read("inner-multipart-not-closed-file-lost");

  assert.equal(mail.text.trim(), "Here is the picture.");
  assert.deepEqual(
    mail.attachments.map(({ filename, bytes }) => [filename, bytes.length]),
    [["p.png", 8]],
  );
});

test("a lone encrypted part in a wrapper is just that", async () => {
  const mail = await read("lone-multipart-encrypted-in-multipart-mixed");

  assert.equal(mail.segments.length, 0);
  assert.ok(mail.text.trim());
  assert.doesNotMatch(mail.text, /--|PGP/);
  assert.equal(mail.crypto.encryption, "encrypted");
  assert.deepEqual(mail.marks, []);
});

test("the S/MIME signature of a gateway around a ciphertext is nothing in clear", async () => {
  const mail = await read("smime-signature-around-pgp");

  assert.equal(mail.crypto.encryption, "encrypted");
  assert.deepEqual(mail.marks, []);
  assert.deepEqual(
    mail.attachments.map(({ filename }) => filename),
    ["smime.p7s"],
  );
});

test("a type without its second half is plain text", async () => {
  assert.equal((await read("content-type-text")).text.trim(), "My stick does not start.");
});

test("the parts of a digest are mails", async () => {
  const mail = await read("digest-parts");

  assert.equal(mail.segments[0]?.attached?.subject, "one");
  assert.equal(mail.segments[0]?.text.trim(), "First");
  assert.deepEqual(
    mail.attachments.map(({ filename, contentType }) => [filename, contentType]),
    [["message.eml", "message/rfc822"]],
  );
});

test("a boundary on a line of its own is read, and one that nobody named is found", async () => {
  const raw = String(await fixture("faults/boundary-line-not-indented.eml"));

  for (const text of [
    raw,
    raw.replace('boundary="b"\n', ""),
    raw.replace('boundary="b"', 'boundary="other"'),
  ])
    assert.equal((await reading(Buffer.from(text))).text.trim(), "My stick does not start.");
});

test("a mail encrypted with S/MIME is kept with its file and counts as encrypted and not read", async () => {
  const mail = await read("smime-encrypted");

  assert.deepEqual(
    mail.notRead.map(({ sort, where }) => [sort, where]),
    [["S/MIME", "smime.p7m"]],
  );
  assert.deepEqual(
    mail.attachments.map(({ filename }) => filename),
    ["smime.p7m"],
  );
});

test("what S/MIME only signed is shown, and its signature cannot be checked", async () => {
  const mail = await read("smime-opaque-signed");

  assert.equal(mail.text.trim(), "The stick stops with a grey screen.");
  assert.equal(mail.signature, "cannot check");
  assert.equal(mail.crypto.signedBy, null);
  assert.deepEqual(mail.notRead, []);
});

test("S/MIME is known by its bytes, whatever it is called", async () => {
  const raw = String(await fixture("faults/smime-encrypted.eml"));
  const unnamed = raw
    .replace(/^Content-Disposition:.*\n/m, "")
    .replace(/^Content-Type:.*$/m, "Content-Type: application/octet-stream");

  assert.equal((await reading(Buffer.from(unnamed))).notRead[0]?.sort, "S/MIME");
});

test("winmail.dat gives the words and files that Outlook packed into it", async () => {
  const mail = await read("winmail-dat");

  assert.match(mail.text, /^The stick stops with a grey screen after the upgrade\. The log is attached\.$/);
  assert.deepEqual(
    mail.attachments.map(({ filename }) => filename),
    ["journal.txt", "winmail.dat"],
  );
  assert.equal(filesOf(mail)[0]?.[1], "kernel: i915 GPU hang\r\n");
});

test("an invitation is readable in words", async () => {
  const mail = await read("calendar-invite");

  for (const words of [
    "What: Call about the broken stick",
    "Begins: 2026-12-14 10:00 UTC",
    "Where: https://meet.example.org/abc",
    "Please call me then, I cannot write mails.",
  ])
    assert.ok(mail.text.includes(words), mail.text);
});

test("a placeholder in plain text is shown with the words of the page beside it", async () => {
  const mail = await read("plain-alternative-is-a-placeholder");

  assert.match(mail.text, /^This message needs a mail program/);
  assert.match(mail.text, /wrong passphrase/);
});
