import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "iconv-lite";
import type { MailReading } from "#src/inbox/mail-reading.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import type { PinnedKey } from "#src/mime/crypto-summary.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { fixture } from "../mime/fixture.ts";

// Mails whose words the desk once showed wrongly, each for a kind.
const keys = await openSecretKeys([String(await fixture("TEST-ONLY-helpdesk-secret.asc"))]);

type Reading = Extract<MailReading, { ok: true }>;

async function reading(raw: Uint8Array | string, pinned: PinnedKey[] = []): Promise<Reading> {
  const result = await readMail(Buffer.from(raw), keys, "nobody@example.org", pinned);
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

async function read(name: string, pinned: PinnedKey[] = []): Promise<Reading> {
  return await reading(await fixture(`faults/${name}.eml`), pinned);
}

const russian = "После обновления не работает Wi-Fi, экран чёрный.";
const texts: [string, string][] = [
  ["latin1-without-charset", "L'écran reste noir après la mise à jour de mon ordinateur."],
  ["koi8-without-charset", russian],
  ["html-charset-only-in-meta", russian],
  ["html-gb18030-only-in-meta", "我的电脑启动以后屏幕是黑的。"],
  ["cp1256-without-charset", "بعد التحديث لا تعمل الشبكة"],
  ["raw-koi8-subject", russian],
  ["charset-unknown-to-decoder", "안녕"],
];
for (const [name, text] of texts) {
  test(`the words of ${name} are read`, async () => {
    assert.equal((await read(name)).text.trim(), text);
  });
}

const subjects: [string, string][] = [
  ["koi8-without-charset", "Не работает Wi-Fi"],
  ["html-charset-only-in-meta", "Не работает"],
  ["raw-koi8-subject", "Не работает Wi-Fi"],
  ["raw-gbk-subject", "电脑黑屏"],
];
for (const [name, subject] of subjects) {
  test(`the subject of ${name} is read`, async () => {
    assert.equal((await read(name)).subject, subject);
  });
}

test("a raw name and the raw name of a file are read in the charset of the text", async () => {
  const head = Buffer.concat([
    Buffer.from("From: "),
    encode("Лея Пример", "koi8-r"),
    Buffer.from(
      " <lea@example.org>\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=koi8-r\n\n",
    ),
    encode(russian, "koi8-r"),
    Buffer.from('\n--b\nContent-Type: image/png\nContent-Disposition: attachment; filename="'),
    encode("экран", "koi8-r"),
    Buffer.from('.png"\n\nx\n--b--\n'),
  ]);

  const mail = await reading(head);

  assert.equal(mail.from?.name, "Лея Пример");
  assert.equal(mail.attachments[0]?.filename, "экран.png");
});

test("a mail in ISO-2022-JP without a label is read, its raw subject too", async () => {
  const mail = await reading(Buffer.from("Subject: \x1b$B2hLL\x1b(B\n\n\x1b$B2hLL$,9u$$\x1b(B\n", "latin1"));

  assert.equal(mail.subject, "画面");
  assert.equal(mail.text.trim(), "画面が黒い");
});

test("says that a charset was guessed, and nothing where it was named or told by the text", async () => {
  const guesses = (mail: Reading) => mail.warnings.filter((warning) => warning.includes("charset"));

  assert.deepEqual(guesses(await read("koi8-without-charset")), [
    "no charset is named, its words are read as koi8-r",
  ]);
  assert.deepEqual(guesses(await read("latin1-without-charset")), [
    "no charset is named, its words are read as windows-1252",
  ]);
  for (const name of [
    "raw-koi8-subject",
    "html-gb18030-only-in-meta",
    "charset-unknown-to-decoder",
    "html-table",
  ])
    assert.deepEqual(guesses(await read(name)), [], name);
});

test("cells stand apart, rows on lines of their own", async () => {
  const { text, searchTexts } = await read("html-table");

  assert.match(text, /^Device\tDriver\tState\nwlan0\trtw88\tfailed\neth0\te1000e\tup$/m);
  assert.match(text, /^Tails\n6\.10$/m);
  const words = searchTexts.flatMap((one) => one.text.split(/\s+/));
  for (const word of ["Device", "wlan0", "rtw88", "failed", "up", "6.10"])
    assert.ok(words.includes(word), word);
});

test("words behind a picture of 3 MB that stands in the page are read, and it is a file", async () => {
  const picture = Buffer.alloc(2_400_000, "picture");
  const html = `<p>Here is the picture:</p><img src="data:image/png;base64,${picture.toString("base64")}"><p>The code is 0x0000BEEF.</p>`;
  const body = Buffer.from(html).toString("base64").replace(/.{76}/g, "$&\r\n");

  const mail = await reading(
    `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}\r\n`,
  );

  assert.match(mail.text, /^Here is the picture:\n\n.*\n\nThe code is 0x0000BEEF\.$/);
  assert.equal(mail.attachments.length, 1);
  assert.ok(picture.equals(mail.attachments[0]?.bytes ?? Buffer.alloc(0)));
});

test("a picture that stands in the page is a file, and the words say where it was", async () => {
  const mail = await read("data-uri-picture");

  assert.equal(mail.text.trim(), "The error is in the picture:\n\n[file: screenshot.png]");
  const [file] = mail.attachments;
  assert.deepEqual(
    [file?.filename, file?.contentType, file?.bytes.length],
    ["screenshot.png", "image/png", 68],
  );
});

test("a page that is nested deeper than 500 levels is read like another", async () => {
  const { text } = await read("html-deeper-than-500");

  assert.match(text, /^The newest answer is here\.\nSecond line of it\.\n/);
  assert.match(text, /oldest & deepest/);
  assert.doesNotMatch(text, /margin|MsoNormal/);
});

test("what a page hides is marked, and fields stand apart from what follows", async () => {
  const { text } = await read("html-hidden-text");

  assert.match(text, /^typed\nmore\ninside details$/m);
  assert.match(text, /\n\n\[hidden in the mail: hidden preheader words secret hidden paragraph\]$/);
  assert.doesNotMatch(text.replace(/\[hidden.*/, ""), /secret|preheader|outlook|Newsletter/);
});

test("quoted lines that flow are one line", async () => {
  assert.match((await read("flowed-quotes")).text, /^> old line goes on$/m);
});

test("a placeholder in plain text does not hide the page", async () => {
  assert.match((await read("plain-alternative-is-a-placeholder")).text, /wrong passphrase/);
});

test("a signature under a Persian name with a joiner is good, and its sender may get an automatic answer", async () => {
  const [armored = ""] = exportPublic(
    await openSecretKeys([String(await fixture("faults/TEST-ONLY-mia-secret.asc"))]),
  );
  const mail = await read("persian-name-with-joiner", [{ address: "mia@example.org", armored }]);

  assert.equal(mail.signature, "good", String(mail.crypto.reason));
  assert.equal(mail.crypto.signedBy, "mia@example.org");
  assert.equal(mail.from?.name, "علی‌رضا");
  assert.equal(mail.noAutomaticAnswer, null);
});

test("an encrypted mail under a Persian name with a joiner names exactly one sender", async () => {
  const mail = await read("persian-name-with-zwnj");

  assert.equal(mail.from?.name, "علی‌رضا نمونه");
  assert.notEqual(mail.crypto.reason, "not exactly one sender");
  assert.equal(mail.encryption, "encrypted");
});

test("a Date with its zone behind GMT is read with it", async () => {
  const dated = (date: string) => reading(`Date: ${date}\n\nhi`);

  assert.equal((await dated("Tue, 01 Dec 2026 08:00:00 GMT+02:00")).date, "2026-12-01T06:00:00.000Z");
  const broken = await dated("Tue, 01 Dec 2026 08:00:00 +9900");
  assert.equal(broken.date, null);
  assert.ok(broken.warnings.includes("unreadable Date"));
});
