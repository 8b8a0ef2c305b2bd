import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { armor, enums, generateKey, readKey } from "openpgp";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { readPublicKeys } from "#src/openpgp/read-public-keys.ts";
import { limit } from "#test/support/limits.ts";

const lea = await generateSecretKey("Lea", "lea@example.org", { expiresInDays: 365 });
const max = await generateSecretKey("Max", "max@example.org");

test("reads several blocks with text around them, each key once", async () => {
  const keys = await readPublicKeys(`Hello\n${lea.public}\nand\n${max.public}\n${lea.public}`);

  assert.deepEqual(
    keys.map((key) => key.fingerprint),
    [lea.fingerprint, max.fingerprint],
  );
  assert.deepEqual(keys[0]?.userIds, ["Lea <lea@example.org>"]);
  assert.ok(keys.every((key) => key.canEncrypt && key.problem === null && key.revocation === null));
  assert.ok(keys[0]?.expiresAt && keys[0].expiresAt > new Date());
  assert.equal(keys[1]?.expiresAt, null);
  assert.ok(keys[0]?.keyIds.includes(lea.fingerprint.slice(-16)));
});

test("reads a binary key", async () => {
  const [key] = await readPublicKeys(dearmor(lea.public, "PUBLIC KEY BLOCK") ?? assert.fail());

  assert.equal(key?.fingerprint, lea.fingerprint);
});

test("exports our public keys, never the secret", async () => {
  const [block = ""] = exportPublic(await openSecretKeys([lea.secret]));

  assert.doesNotMatch(block, /PRIVATE/);
  assert.equal((await readPublicKeys(block))[0]?.fingerprint, lea.fingerprint);
});

test("takes certifications by others off a key", async () => {
  const certifier = (await openSecretKeys([max.secret])).all.map(({ key }) => key);
  const certified = await (await readKey({ armoredKey: lea.public })).signAllUsers(certifier);
  assert.equal(certified.users[0]?.otherCertifications.length, 1);

  const [key] = await readPublicKeys(certified.armor());

  const again = await readKey({ armoredKey: key?.armored ?? "" });
  assert.equal(again.users[0]?.otherCertifications.length, 0);
});

test("leaves a user ID out that the key does not certify", async () => {
  const [leaKey, maxKey] = await Promise.all(
    [lea, max].map(({ public: armoredKey }) => readKey({ armoredKey })),
  );
  assert.ok(leaKey && maxKey);
  leaKey.users.push(...maxKey.users);

  const [key] = await readPublicKeys(leaKey.armor());

  assert.deepEqual(key?.userIds, ["Lea <lea@example.org>"]);
});

test("says what is wrong with a key that has expired", async () => {
  const old = await generateSecretKey("Old", "old@example.org", {
    createdAt: new Date("2020-01-01"),
    expiresInDays: 30,
  });

  const [key] = await readPublicKeys(old.public);

  assert.equal(key?.problem, "This key expired on 2020-01-31");
  assert.equal(key.canEncrypt, false);
});

test("says what is wrong with RSA of 1,024 bits", async () => {
  const weak = await generateKey({
    userIDs: [{ name: "Weak" }],
    type: "rsa",
    rsaBits: 1024,
    format: "armored",
    config: { minRSABits: 1024 },
  });

  const [key] = await readPublicKeys(weak.publicKey);

  assert.match(key?.problem ?? "", /1024 bits, which is too weak/);
});

test("refuses RSA of 65,536 bits without any arithmetic", { timeout: limit(1) }, async () => {
  const [key] = await readPublicKeys(armor(enums.armor.publicKey, rsaKeyOf(65_535)));

  assert.match(key?.problem ?? "", /65535 bits, more than the 8192/);
});

test("reads nothing from a file of more than 8 MB", async () => {
  assert.deepEqual(await readPublicKeys(`${lea.public}${" ".repeat(8 * 1024 * 1024)}`), []);
});

test("never throws, whatever the bytes are", async () => {
  const whole = dearmor(lea.public, "PUBLIC KEY BLOCK") ?? assert.fail();
  const broken = fc
    .record({ at: fc.nat(whole.length - 1), value: fc.nat(255), length: fc.nat(whole.length) })
    .map(({ at, value, length }) => {
      const bytes = Uint8Array.from(whole.subarray(0, length));
      if (at < length) bytes[at] = value;
      return bytes;
    });

  await fc.assert(
    fc.asyncProperty(fc.oneof(broken, fc.uint8Array({ maxLength: 300 })), async (bytes) => {
      await readPublicKeys(bytes);
      await readPublicKeys(armor(enums.armor.publicKey, bytes));
    }),
    { numRuns: 150 },
  );
});

/** A version 4 key packet with a modulus of this many bits, and a user ID; nothing signed. */
function rsaKeyOf(bits: number): Uint8Array {
  const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff);
  modulus[0] = 0x7f;
  const body = Buffer.concat([
    Buffer.from([4, 0x60, 0, 0, 0, 1, bits >> 8, bits & 255]),
    modulus,
    Buffer.from([0, 17, 1, 0, 1]),
  ]);
  const head = Buffer.from([0xc6, 255, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body, Buffer.from([0xcd, 3, 0x4c, 0x65, 0x61])]);
}
