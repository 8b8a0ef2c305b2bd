import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { demoConversations } from "#src/demo/reports/conversations.ts";
import { demoReports } from "#src/demo/reports/demo-reports.ts";
import { detectLanguage, guessLanguage, surelyEnough } from "#src/inbox/detect-language.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { assertLinear } from "#test/support/processor-time.ts";

const languages = ["en", "fr", "de", "es", "it", "pt", "fa", "ru", "ar", "zh"];
type Sentence = { language: string; text: string };

test("of 300 sentences in ten languages 97 % are recognised, and none is taken for another language", () => {
  const sentences = languages.flatMap((language) =>
    linesOf(`${language}.txt`).map((text) => ({ language, text })),
  );

  const table = confusion(sentences);

  assert.equal(sentences.length, 300);
  assert.equal(new Set(sentences.map(({ text }) => text)).size, 300);
  assert.ok(table.right >= 291, table.text);
  assert.equal(table.wrong, 0, table.text);
});

test("of 60 sentences of three to seven words 50 are recognised, and none is taken for another language", () => {
  const table = confusion(marked("short.txt"));

  assert.equal(marked("short.txt").length, 60);
  assert.ok(table.right >= 50, table.text);
  assert.equal(table.wrong, 0, table.text);
});

test("sentences in languages without a queue are not taken for one that has a queue", () => {
  const table = confusion(marked("others.txt"));

  assert.equal(table.wrong, 0, table.text);
});

test("knows the language of every demo report but the one in which nobody wrote anything", () => {
  const reports = demoReports().map(({ body, language }) => {
    const { summary, userText } = parseReport(body);
    return { language, text: [summary.value ?? "", userText].join("\n").trim() };
  });
  const written = reports.filter(({ text }) => text !== "");

  const table = confusion(written);

  assert.equal(written.length, 59);
  assert.equal(table.right, 59, table.text);
});

test("knows the language of the demo mails", () => {
  const mails = demoConversations().filter(({ text }) => text !== "");

  assert.equal(confusion(mails).right, mails.length, confusion(mails).text);
});

test("a French text with an English log and a quoted German mail is French", () => {
  const text = `Bonjour, la carte réseau ne répond plus, voici ce que j'ai trouvé :

Nov 21 10:00:01 amnesia kernel: iwlwifi 0000:00:14.3: Failed to start the firmware, error while loading
Nov 21 10:00:02 amnesia kernel: iwlwifi 0000:00:14.3: Please report this error to the maintainers of the driver
[   12.345678] usb 1-1: device descriptor read error, the device does not answer and was disconnected
amnesia@amnesia:~$ sudo dmesg | grep firmware error and show me what is wrong with it
Traceback (most recent call last):

Am 3. November 2026 um 10:12 schrieb Helpdesk <support@example.org>:
> Vielen Dank für deine Nachricht, bitte schicke uns noch die letzten Zeilen aus dem Protokoll.
> Welche Version von Tails benutzt du, und seit wann tritt das Problem auf deinem Rechner auf?
`;

  assert.equal(detectLanguage(text), "fr");
});

test("error messages in English that are repeated or in quotation marks do not make a Spanish text English", () => {
  const message = "There was an error while the upgrade was being downloaded, please try again later.";
  const repeated = `No puedo actualizar, siempre me sale esto:\n${`${message}\n`.repeat(20)}¿Qué debo hacer ahora?`;
  const marked = `Me sale «${message} You should restart the computer if the problem persists.» y nada más.`;

  assert.equal(detectLanguage(repeated), "es");
  assert.equal(detectLanguage(marked), "es");
});

test("an English text that cites a German message stays English", () => {
  const text = `I set up the stick for my aunt in Vienna and she reads me this from the screen:
Der Persistent Storage konnte nicht entsperrt werden.
What does it mean and what should she press? We tried twice and restarted the whole computer in between.`;

  assert.equal(detectLanguage(text), "en");
});

test("the language of mail headers, headings and signatures does not count", () => {
  const answer = "Ja, das hat geklappt, herzlichen Dank dafür!";

  for (const other of [
    "\n\nOn Mon, 3 Nov 2026 at 10:00, The Help Desk of Tails <\nsupport@example.org> wrote:\n> please try it again",
    "\n\n-----Original Message-----\nFrom: Help Desk\nCould you please try this once more and tell us what happens?",
    "\n\nFrom: Help Desk\nSent: Monday, 3 November 2026 10:00\nTo: You\n\nCould you please try this once more and tell us?",
    "\n\n-- \nThe quick brown fox jumps over the lazy dog and all of the other animals in the garden",
    "\n\nSent with Proton Mail secure email.",
    "\n\n======= content of /proc/cmdline =======\nthis is what the computer was started with today",
    "\n\n-----BEGIN PGP MESSAGE-----\nthese are the words that are not\n-----END PGP MESSAGE-----",
  ]) {
    assert.equal(detectLanguage(answer + other), "de", other);
  }
  const headings = `Name of the affected software\n-----------------------------\n\nDrucker\n
Exact steps to reproduce the error\n----------------------------------\n\nDokument öffnen, dann auf Drucken klicken
Actual result and description of the error\n------------------------------------------\n\nEs passiert gar nichts`;
  assert.equal(detectLanguage(headings), "de");
});

test("scripts decide before the names of programs do", () => {
  assert.equal(detectLanguage("Secure Boot 和 Fast Boot 都已经 disabled，还是提示 No bootable device"), "zh");
  assert.equal(detectLanguage("起動後、画面が真っ暗になります"), "ja");
  assert.equal(detectLanguage("와이파이가 안 돼요"), "ko");
  assert.equal(detectLanguage("چرا گذرواژه کار نمی‌کند"), "fa");
  assert.equal(detectLanguage("كلمة المرور لا تعمل إطلاقا"), "ar");
  assert.equal(detectLanguage("error initializing graphics 无法启动"), "zh");
  assert.equal(detectLanguage("Tails больше не загружается"), "ru");
  assert.equal(detectLanguage("پایان نامم روی"), "fa");
  assert.equal(detectLanguage("شكرا جزيلا على"), "ar");
});

test("says nothing sure of a text without words, of one word, or of letters typed at random", () => {
  for (const text of [
    "",
    " \n",
    "???",
    "7.6.2",
    "https://tails.net/doc/first_steps",
    "ok",
    "hello",
    "test test test",
    "xqzt kwpf vjqh zzgx qwpk",
    "úùúîà úùøï üøîàáì",
    "> Vielen Dank für deine Nachricht, wir sehen uns das an.",
    "What were you trying to achieve?\n--------------------------------\n\n",
  ]) {
    assert.equal(detectLanguage(text), null, text);
    assert.ok(guessLanguage(text).confidence < surelyEnough, text);
  }
});

test("never throws, and is sure within 0 and 1", () => {
  const texts = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.lorem({ mode: "sentences" }));
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 5 }), (lines) => {
      const { language, confidence } = guessLanguage(lines.join("\n"));

      assert.ok(confidence >= 0 && confidence <= 1);
      assert.ok(language === null ? confidence === 0 : /^[a-z]{2}$/.test(language));
    }),
  );
  assert.equal(detectLanguage("\ud800\udc00\ud800"), null);
});

test("takes bounded time for a megabyte of anything", async () => {
  const hostile = [
    "a",
    "a\n",
    "\n",
    "> x\n",
    '"',
    '"a b c ',
    "a@",
    "wrote ",
    "schrieb x ",
    " ",
    "我",
    "\ud800",
    "`a",
  ];
  for (const part of [...hostile, "aError", "abc. 1 ", "2026 1:1\nwrote:\n", "-----BEGIN PGP \n", "word "]) {
    const work = (size: number) => guessLanguage(part.repeat(Math.ceil(size / part.length)));
    await assertLinear(1_000_000, work, JSON.stringify(part));
  }
});

/** What was taken for what: a row for each language, and the sentences that were not recognised. */
function confusion(sentences: Sentence[]): { right: number; wrong: number; text: string } {
  const results = sentences.map((sentence) => ({ ...sentence, found: detectLanguage(sentence.text) }));
  const missed = results.filter(({ language, found }) => found !== language);
  const rows = [...new Set(sentences.map(({ language }) => language))].map((language) => {
    const own = results.filter((result) => result.language === language);
    const counts = Map.groupBy(own, ({ found }) => found ?? "none");
    return `${language}: ${[...counts].map(([found, { length }]) => `${found} ${length}`).join(", ")}`;
  });
  const lines = missed.map(
    ({ language, text }) => `${language} → ${JSON.stringify(guessLanguage(text))} ${text}`,
  );
  return {
    right: results.length - missed.length,
    wrong: missed.filter(({ found }) => found !== null).length,
    text: ["", ...rows, ...lines].join("\n"),
  };
}

function marked(file: string): Sentence[] {
  return linesOf(file).map((line) => ({ language: line.slice(0, 2), text: line.slice(4) }));
}

function linesOf(file: string): string[] {
  const path = join(import.meta.dirname, "../fixtures/languages", file);
  return readFileSync(path, "utf8").trim().split("\n");
}
