import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMail } from "#src/mime/parse-mail.ts";
import { limit } from "#test/support/limits.ts";
import { parsed } from "./fixture.ts";

const inTime = { timeout: limit(10) };

test("reads a mail of 0 bytes as an empty one", async () => {
  const mail = await parsed("");

  assert.equal(mail.text, "");
  assert.deepEqual(mail.attachments, []);
});

test("refuses 10,000 parts with the reason", inTime, async () => {
  const parts = "--b\nContent-Type: text/plain\n\nhi\n".repeat(10_000);

  await refused(`Content-Type: multipart/mixed; boundary=b\n\n${parts}--b--\n`, "has more than 1000 parts");
});

test("refuses 2,000 nested parts with the reason", inTime, async () => {
  const nested = Array.from(
    { length: 2000 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`,
  );

  await refused(nested.join(""), "has more than 1000 parts");
});

test("keeps the words between 20,000 closing boundaries in a bounded number of files", inTime, async () => {
  const words = Array.from({ length: 20_000 }, (_, n) => `word${n}\n--b--\n`);

  const mail = await parsed(
    `Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b--\n${words.join("")}`,
  );

  assert.ok(mail.attachments.length <= 1000, `${mail.attachments.length} files`);
  const all = [mail.text, ...mail.attachments.map(({ bytes }) => Buffer.from(bytes).toString())].join("\n");
  assert.equal(new Set(all.match(/\bword\d+\b/g)).size, words.length);
});

test("reads a mail with 10 MB of headers as far as they are within their bound", inTime, async () => {
  const mail = await parsed(`Subject: long\nX-Long: ${"y".repeat(10_000_000)}\nX: y\n\nhi`);

  assert.deepEqual([mail.subject, mail.text], ["long", "hi"]);
});

test("reads 900 nested parts", inTime, async () => {
  const nested = Array.from(
    { length: 900 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`,
  );

  assert.equal((await parsed(`${nested.join("")}\ndeep down\n`)).text, "deep down\n");
});

test("reads 60,000 References headers within two seconds", { timeout: limit(2) }, async () => {
  assert.equal((await parsed(`${"References: <a@b.c>\n".repeat(50_000)}\nhi`)).text, "hi");
});

test("reads the first thousand of 50,000 addresses and warns", inTime, async () => {
  const to = Array.from({ length: 50_000 }, (_, n) => `u${n}@example.org`).join(",\n ");

  const mail = await parsed(`To: ${to}\n\nhi`);

  assert.equal(mail.to.length, 1000);
  assert.deepEqual(mail.warnings, ["more than 1000 addresses in to"]);
});

for (const tag of ["div", "x", "p", "table", "a href=x"]) {
  test(`reads 300,000 nested <${tag}> in HTML`, { timeout: limit(5) }, async () => {
    const mail = await parsed(`Content-Type: text/html\n\n<p>before</p>${`<${tag}>`.repeat(300_000)}after`);

    assert.match(mail.text, /before/);
  });
}

test("reads a body in a charset that does not exist", async () => {
  assert.match((await parsed("Content-Type: text/plain; charset=x-none\n\nhello\n")).text, /hello/);
});

async function refused(raw: string, reason: string): Promise<void> {
  assert.deepEqual(await parseMail(Buffer.from(raw)), { ok: false, reason });
}
