import assert from "node:assert/strict";
import { test } from "node:test";
import { findKeys } from "#src/mime/find-keys.ts";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { readPublicKeys } from "#src/openpgp/read-public-keys.ts";
import { parsed } from "./fixture.ts";

const lea = await generateSecretKey("Lea", "lea@example.org");
const max = await generateSecretKey("Max", "max@example.org");

test("finds keys in the text and in attachments, armoured or binary", async () => {
  const binary = Buffer.from(dearmor(max.public, "PUBLIC KEY BLOCK") ?? []).toString("base64");
  const mail = await parsed(
    `Content-Type: multipart/mixed; boundary=b\n\n--b\n\nMy key:\n${lea.public}\n--b\n` +
      `Content-Type: application/pgp-keys\n\n${lea.public}\n--b\n` +
      `Content-Type: application/octet-stream; name=max.gpg\nContent-Transfer-Encoding: base64\n\n${binary}\n--b--\n`,
  );

  const keys = (await Promise.all(findKeys(mail).blocks.map(({ block }) => readPublicKeys(block)))).flat();

  assert.deepEqual([...new Set(keys.map((key) => key.fingerprint))], [lea.fingerprint, max.fingerprint]);
});

test("never offers a secret key that somebody sent", async () => {
  const { blocks, notRead } = findKeys(await parsed(`\n${lea.secret}\n`));

  assert.deepEqual(blocks, []);
  assert.match(notRead[0]?.why ?? "", /secret key/);
});
