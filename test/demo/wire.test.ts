import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { generateKey } from "openpgp";
import { demoReports, layOutReport } from "#src/demo/reports/demo-reports.ts";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import { parseMail } from "#src/mime/parse-mail.ts";

const home = mkdtempSync(join(tmpdir(), "wire-test-"));
const gpg = (...args: string[]) => spawnSync("gpg", ["--homedir", home, "--batch", "--quiet", ...args]);
const noGpg = spawnSync("gpg", ["--version"]).status === 0 ? false : "gpg is not installed";

after(() => {
  spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
  rmSync(home, { recursive: true, force: true });
});

test("wraps a text of ASCII alone as 7bit", () => {
  const inner = Buffer.from(wrapForWire("Subject: hi\n\n")).toString();

  assert.equal(
    inner,
    'Content-Type: text/plain; charset="us-ascii"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\n\nSubject: hi\n\n',
  );
});

test("wraps any other text as base64 in lines of 76", () => {
  const body = `Subject: é\n${"░".repeat(200)}\n`;

  const [headers = "", encoded = ""] = Buffer.from(wrapForWire(body)).toString().split("\n\n");

  assert.equal(
    headers,
    'Content-Type: text/plain; charset="utf-8"\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64',
  );
  assert.ok(encoded.split("\n").every((line) => line.length <= 76));
  assert.equal(Buffer.from(encoded, "base64").toString(), body);
});

test("encrypts a report so that gpg opens it to the inner entity", { skip: noGpg }, async () => {
  const desk = await generateKey({
    userIDs: [{ name: "Desk", email: "desk@example.org" }],
    format: "armored",
  });
  const key = join(home, "secret.asc");
  writeFileSync(key, desk.privateKey);
  gpg("--import", key);
  const report = demoReports().find(({ language }) => language === "fr") ?? assert.fail("no French report");
  const inner = wrapForWire(layOutReport(report, null));

  const mail = Buffer.from(await encryptReport(inner, desk.publicKey, report.whisperbackId)).toString();

  const ciphertext = join(home, "report.asc");
  writeFileSync(ciphertext, mail.slice(mail.indexOf("-----BEGIN PGP MESSAGE-----")));
  const opened = gpg("--decrypt", ciphertext);
  assert.equal(opened.status, 0, opened.stderr.toString());
  assert.ok(opened.stdout.equals(Buffer.from(inner)));
});

test("sends a report with the header lines of WhisperBack and no others", async () => {
  const desk = await generateKey({
    userIDs: [{ name: "Desk", email: "desk@example.org" }],
    format: "armored",
  });

  const raw = await encryptReport(
    wrapForWire("Subject: \n\n"),
    desk.publicKey,
    "a1b2c3d4e5f60718293a4b5c6d7e8f9",
  );

  const parsed = await parseMail(raw);
  assert.ok(parsed.ok);
  const names = parsed.mail.headers.map(({ name }) => name);
  assert.deepEqual(names, ["content-type", "mime-version", "content-disposition", "subject", "from", "to"]);
  assert.equal(parsed.mail.subject, "Bug report: a1b2c3d4e5f60718293a4b5c6d7e8f9");
  assert.ok(!/[^\r]\n/.test(Buffer.from(raw).toString()));
});
