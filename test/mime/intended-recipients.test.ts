import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { type TestContext, test } from "node:test";
import { readToEnd } from "@openpgp/web-stream-tools";
import { readKey, readMessage, readPrivateKey } from "openpgp";
import { createFolder, mustWork, withoutSq } from "../openpgp/gnupg.ts";
import {
  byNina,
  desk,
  encryptedType,
  mail,
  mallory,
  multipart,
  nina,
  notByNina,
  opened,
  textPart,
} from "./crypto-mails.ts";

test("what Nina signed and encrypted to us is told as hers", { skip: withoutSq }, async (t) => {
  const result = await opened(asMail(signedBySq(t, desk.public)));

  byNina(result);
  assert.equal(result.crypto.intendedFor, "us");
});

test("what she signed and encrypted to somebody else, who encrypted it anew to us, is not", {
  skip: withoutSq,
}, async (t) => {
  const toMallory = await readMessage({ armoredMessage: signedBySq(t, mallory.public) });
  const inside = await toMallory.decrypt([await readPrivateKey({ armoredKey: mallory.secret })]);
  const signed = inside.unwrapCompressed();
  signed.packets.push(...(await readToEnd(Reflect.get(signed.packets, "stream"), (packets) => packets)));
  const toUs = await signed.encrypt([await readKey({ armoredKey: desk.public })]);

  const result = await opened(asMail(toUs.armor()));

  notByNina(result);
  assert.equal(result.crypto.intendedFor, "others");
  assert.equal(result.crypto.reason, "meant for others");
  assert.equal(result.text, "I quit");
});

/** Sequoia names the recipients in its signatures. */
function signedBySq(t: TestContext, recipient: string): string {
  const folder = createFolder(t, { "to.asc": recipient, "nina.asc": nina.secret, text: textPart("I quit") });
  const args = ["encrypt", "--signer-key", `${folder}/nina.asc`, "--recipient-cert", `${folder}/to.asc`];
  const { status, stdout, stderr } = spawnSync("sq", [...args, `${folder}/text`]);
  return mustWork({ status, stdout, stderr: stderr.toString() }).toString();
}

function asMail(armored: string): string {
  return mail(
    multipart(encryptedType, "enc", [
      "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
      `Content-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n${armored.trimEnd()}`,
    ]),
  );
}
