import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { encrypt } from "#src/openpgp/encrypt.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { createFolder, mustWork, type Run, withoutSq } from "./gnupg.ts";

const desk = await generateSecretKey("Desk", "desk@example.org");
const keys = await openSecretKeys([desk.secret]);

for (const compression of ["pad", "none", "zip", "zlib", "bzip2"]) {
  test(`opens a mail from sq with compression ${compression}`, { skip: withoutSq }, async (t) => {
    const folder = createFolder(t, { "desk.asc": desk.public, "text.txt": "Bonjour ".repeat(500) });
    const ciphertext = sq([
      "encrypt",
      "--compression",
      compression,
      "--recipient-cert",
      `${folder}/desk.asc`,
      `${folder}/text.txt`,
    ]);

    const opened = await decrypt(ciphertext, keys);

    assert.ok(opened.ok, JSON.stringify(opened));
    assert.equal(Buffer.from(opened.bytes).toString(), "Bonjour ".repeat(500));
  });
}

test("sends what sq decrypts and verifies", { skip: withoutSq }, async (t) => {
  const lea = await generateSecretKey("Lea", "lea@example.org");
  const folder = createFolder(t, {
    "desk.asc": desk.public,
    "lea.asc": lea.secret,
    "mail.asc": await encrypt(Buffer.from("Bonjour"), [lea.public], keys),
  });

  const opened = sq([
    "decrypt",
    "--signer-cert",
    `${folder}/desk.asc`,
    "--signatures",
    "1",
    "--recipient-key",
    `${folder}/lea.asc`,
    `${folder}/mail.asc`,
  ]);

  assert.equal(opened.toString(), "Bonjour");
});

function sq(args: string[]): Buffer {
  const { status, stdout, stderr } = spawnSync("sq", args);
  const result: Run = { status, stdout, stderr: stderr.toString() };
  return mustWork(result);
}
