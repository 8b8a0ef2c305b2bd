import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { fixtures, plainMail } from "#test/support/intake.ts";

const run = promisify(execFile);
const secretKey = join(fixtures, "mails/TEST-ONLY-helpdesk-secret.asc");

test("npm run corpus -- --json prints a line for each mail of a folder, as the desk reads it", async (t) => {
  const folder = await folderOfMails(t);

  const { stdout } = await corpus(folder, "--keys", secretKey, "--json");

  const records = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    records.map(({ file, outcome, encryption }) => [file.slice(folder.length + 1), outcome, encryption]),
    [
      ["clear.eml", "read", "none"],
      ["cut.eml", "set aside", null],
      ["with-file.eml", "read", "none"],
    ],
  );
  const [, , withFile] = records;
  const sha256 = createHash("sha256").update("journal").digest("hex");
  assert.deepEqual(withFile.files, [{ name: "a.bin", type: "application/octet-stream", size: 7, sha256 }]);
  assert.equal(records[0].sender, "person");
  assert.match(records[1].reason, /encrypted and was not opened/);
});

test("without --json it tells what became of them, and what two other programs say", async (t) => {
  const { stdout } = await corpus(await folderOfMails(t), "--keys", secretKey);

  assert.match(stdout, /^## What became of 3 mails/);
  assert.match(stdout, /\| read: person \| 2 \|/);
  assert.match(stdout, /python3 is not installed|\| files \| 1 \| 1 \| 100.00 % \|/);
});

test("a command line that cannot be read is answered with what there is", async () => {
  await assert.rejects(corpus(), (error: { code: number; stderr: string }) => {
    assert.equal(error.code, 2);
    assert.match(error.stderr, /^Name one folder of mails\n\nnpm run corpus -- FOLDER/);
    return true;
  });
});

async function folderOfMails(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "corpus-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "clear.eml"), plainMail());
  await copyFile(join(fixtures, "mails/inline-pgp-cut-in-the-middle.eml"), join(folder, "cut.eml"));
  const parts =
    "--b\r\n\r\nSee the file.\r\n--b\r\nContent-Disposition: attachment; filename=a.bin\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nam91cm5hbA==\r\n--b--\r\n";
  await writeFile(
    join(folder, "with-file.eml"),
    `From: lea@example.org\r\nSubject: file\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${parts}`,
  );
  return folder;
}

async function corpus(...args: string[]) {
  return await run(process.execPath, [join(import.meta.dirname, "../../bench/corpus.ts"), ...args]);
}
