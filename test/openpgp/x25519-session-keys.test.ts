import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createMessage,
  decryptSessionKeys,
  encrypt as encryptMessage,
  encryptSessionKey,
  generateKey,
  generateSessionKey,
  readKey,
  readMessage,
  readPrivateKey,
  type SessionKey,
} from "openpgp";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { readPacketHeads } from "#src/openpgp/read-packets.ts";
import {
  readX25519SessionKeyPacket,
  type X25519SessionKeyPacket,
  x25519SessionKeys,
} from "#src/openpgp/x25519-session-keys.ts";
import { createGnupg, mustWork, withoutGpg } from "./gnupg.ts";

const desk = await generateSecretKey("Desk", "desk@example.org");
const keys = await openSecretKeys([desk.secret]);
const [secret] = keys.all;
const encryptionKeys = await readKey({ armoredKey: desk.public });

for (const algorithm of ["aes128", "aes192", "aes256"] as const) {
  test(`finds the same session key as the library, ${algorithm}, many times`, async () => {
    for (let time = 0; time < 30; time += 1) {
      const data = crypto.getRandomValues(new Uint8Array(Number(algorithm.slice(3)) / 8));
      const wrapped = await encryptSessionKey({ data, algorithm, encryptionKeys, format: "binary" });

      const found = await sessionKeysIn(wrapped);

      assert.equal(found?.length, 1);
      assert.deepEqual(
        { ...found?.[0], data: Buffer.from(found?.[0]?.data ?? []) },
        { data: Buffer.from(data), algorithm },
      );
    }
  });
}

test("a recipient that is hidden is found, and another one's packet is left alone", async () => {
  const lea = await readKey({ armoredKey: (await generateSecretKey("Lea", "lea@example.org")).public });
  const sessionKey = await generateSessionKey({ encryptionKeys });
  const wrap = async (to: typeof lea, wildcard: boolean) =>
    await encryptSessionKey({ ...sessionKey, encryptionKeys: to, wildcard, format: "binary" });

  assert.equal((await sessionKeysIn(await wrap(encryptionKeys, true)))?.length, 1);
  assert.deepEqual(await sessionKeysIn(await wrap(lea, false)), []);
  // It may be ours in a way that only the library knows.
  assert.equal(await sessionKeysIn(await wrap(lea, true)), null);
});

test("whatever is changed in a packet, no wrong session key comes out of it", async () => {
  const sessionKey = await generateSessionKey({ encryptionKeys });
  const bytes = await encryptSessionKey({ ...sessionKey, encryptionKeys, format: "binary" });
  const [head] = readPacketHeads(bytes, 1) ?? assert.fail();
  assert.ok(head);
  for (let at = head.body; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const found = await sessionKeysIn(changed);
    for (const one of found ?? []) assert.deepEqual(Buffer.from(one.data), Buffer.from(sessionKey.data));
  }
});

test("a point of small order opens nothing", async () => {
  const packet: X25519SessionKeyPacket = {
    keyId: secret?.keyIds[1] ?? "",
    point: new Uint8Array(32),
    wrapped: new Uint8Array(48),
  };

  assert.ok(secret);
  assert.equal(await x25519SessionKeys([packet], secret), null);
});

test("keys of version 6 and other curves still open their mail, by the library", async () => {
  for (const options of [
    { type: "curve25519", config: { v6Keys: true } },
    { type: "ecc", curve: "nistP256" },
    { type: "curve448" },
  ] as const) {
    const { privateKey, publicKey } = await generateKey({
      ...options,
      userIDs: [{ name: "Desk" }],
      format: "armored",
    });
    const ours = await openSecretKeys([privateKey]);
    const message = await encryptMessage({
      message: await createMessage({ text: "Bonjour" }),
      encryptionKeys: await readKey({ armoredKey: publicKey }),
    });

    const opened = await decrypt(message, ours);

    assert.ok(opened.ok, JSON.stringify([options, opened]));
    assert.equal(Buffer.from(opened.bytes).toString(), "Bonjour");
  }
});

test("what gpg wrapped is found as the library finds it", { skip: withoutGpg }, async (t) => {
  const gnupg = createGnupg(t);
  gnupg.importKey(desk.public);
  for (const cipher of ["AES", "AES256"]) {
    const bytes = mustWork(gnupg.run(["--cipher-algo", cipher, "-e", "-r", desk.fingerprint], "Bonjour"));
    const decryptionKeys = await readPrivateKey({ armoredKey: desk.secret });
    const [expected] = await decryptSessionKeys({
      message: await readMessage({ binaryMessage: bytes }),
      decryptionKeys,
    });

    const [found] = (await sessionKeysIn(bytes)) ?? [];

    assert.deepEqual(Buffer.from(found?.data ?? []), Buffer.from(expected?.data ?? []));
    assert.equal(found?.algorithm, expected?.algorithm);
  }
});

async function sessionKeysIn(bytes: Uint8Array): Promise<SessionKey[] | null> {
  const [head] = readPacketHeads(bytes, 1) ?? [];
  const packet = head && readX25519SessionKeyPacket(bytes.subarray(head.body, head.end));
  assert.ok(secret);
  return packet ? await x25519SessionKeys([packet], secret) : [];
}
