import assert from "node:assert/strict";
import { test } from "node:test";
import { createMessage, enums, type PrivateKey, readPrivateKey, reformatKey, revokeKey, sign } from "openpgp";
import { checkDetached } from "#src/openpgp/check-signatures.ts";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { createGnupg, mustWork, withoutGpg } from "./gnupg.ts";

const text = Buffer.from("I am Nina\r\n");
const createdAt = new Date("2026-01-01");
const nina = await generateSecretKey("Nina", "nina@example.org", { createdAt });
const ninaKey = await readPrivateKey({ armoredKey: nina.secret });

test("a good signature names the key and the time", async () => {
  const signedAt = new Date("2026-06-01T10:00:00Z");

  const check = await checkDetached(text, await detached(ninaKey, { date: signedAt }), [nina.public]);

  assert.deepEqual(check, {
    signed: "good",
    reason: null,
    signerKeyId: nina.fingerprint.slice(-16),
    signer: nina.fingerprint,
    signedAt,
    intendedFor: [],
  });
});

test("a signature by an unknown key cannot be checked: no key", async () => {
  const check = await checkDetached(text, await detached(ninaKey), []);

  assert.deepEqual([check.signed, check.reason], ["cannot check", "no key"]);
  assert.equal(check.signerKeyId, nina.fingerprint.slice(-16));
});

test("a signature of another text is bad", async () => {
  const check = await checkDetached(Buffer.from("I am Mallory"), await detached(ninaKey), [nina.public]);

  assert.deepEqual([check.signed, check.reason], ["bad", "does not fit the text"]);
});

test("a signature made after the key had expired cannot be checked: key expired", async () => {
  const { publicKey } = await reformatKey({
    privateKey: ninaKey,
    userIDs: [{ email: "nina@example.org" }],
    keyExpirationTime: 86_400,
    date: createdAt,
    format: "armored",
  });

  const check = await checkDetached(text, await detached(ninaKey), [publicKey]);

  assert.deepEqual([check.signed, check.reason], ["cannot check", "key expired"]);
});

test("a key that may be in wrong hands, or was revoked without a reason, proves nothing, also not before", async () => {
  for (const flag of [enums.reasonForRevocation.noReason, enums.reasonForRevocation.keyCompromised]) {
    for (const date of ["2026-06-01", "2026-09-01"]) {
      const check = await revokedCheck(flag, new Date(date));
      assert.deepEqual([check.signed, check.reason], ["cannot check", "key revoked"], `${flag} ${date}`);
    }
  }
});

test("a key that was superseded or is used no more proves what it signed until then, and nothing since", async () => {
  for (const flag of [enums.reasonForRevocation.keySuperseded, enums.reasonForRevocation.keyRetired]) {
    assert.equal((await revokedCheck(flag, new Date("2026-06-01"))).signed, "good", `${flag}`);
    const since = await revokedCheck(flag, new Date("2026-09-01"));
    assert.deepEqual([since.signed, since.reason], ["cannot check", "key revoked"], `${flag}`);
  }
});

/** Of a signature made at a date by a key that its owner revoked on 1 July. */
async function revokedCheck(flag: enums.reasonForRevocation, signedAt: Date) {
  const { publicKey } = await revokeKey({
    key: await readPrivateKey({ armoredKey: nina.secret }),
    reasonForRevocation: { flag },
    date: new Date("2026-07-01"),
    format: "armored",
  });
  return await checkDetached(text, await detached(ninaKey, { date: signedAt }), [publicKey]);
}

test("a signature from the future cannot be checked", async () => {
  const check = await checkDetached(
    text,
    await detached(ninaKey, { date: new Date(Date.now() + 86_400_000) }),
    [nina.public],
  );

  assert.deepEqual([check.signed, check.reason], ["cannot check", "made at an impossible time"]);
});

test("a version 3 signature cannot be checked: old packet", async () => {
  const body = Buffer.concat([
    Buffer.of(3, 5, 0, 0x66, 0, 0, 0),
    Buffer.alloc(8, 1),
    Buffer.of(1, 8, 0, 0, 0, 8, 0xff),
  ]);

  const check = await checkDetached(text, Buffer.concat([Buffer.of(0xc2, body.length), body]), [nina.public]);

  assert.deepEqual([check.signed, check.reason], ["cannot check", "old packet"]);
});

test("what is no signature at all cannot be checked", async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from("hello"), Buffer.alloc(50, 0xc2), text]) {
    assert.equal((await checkDetached(text, bytes, [nina.public])).signed, "cannot check");
  }
});

test("more than 32 signatures are not checked", async () => {
  const one = await detached(ninaKey);

  const check = await checkDetached(text, Buffer.concat(Array(33).fill(one)), [nina.public]);

  assert.deepEqual([check.signed, check.reason], ["cannot check", "not supported"]);
});

test("SHA-1 and DSA by gpg cannot be checked: weak hash, weak key", { skip: withoutGpg }, async (t) => {
  const gpg = createGnupg(t);
  const make = (kind: string) =>
    mustWork(gpg.run(["--passphrase", "", "--quick-gen-key", `${kind}@example.org`, kind, "sign", "never"]));
  make("rsa2048");
  make("dsa2048");
  const signedBy = (kind: string, ...more: string[]) =>
    mustWork(gpg.run([...more, "-u", `${kind}@example.org`, "--detach-sign"], text));
  const keys = mustWork(gpg.run(["--armor", "--export"])).toString();

  const sha1 = await checkDetached(text, signedBy("rsa2048", "--digest-algo", "SHA1"), [keys]);
  const dsa = await checkDetached(text, signedBy("dsa2048"), [keys]);

  assert.deepEqual([sha1.signed, sha1.reason], ["cannot check", "weak hash"]);
  assert.equal(
    (await checkDetached(text, signedBy("rsa2048", "--digest-algo", "SHA1"), [])).reason,
    "weak hash",
  );
  assert.deepEqual([dsa.signed, dsa.reason], ["cannot check", "weak key"]);
});

async function detached(signingKeys: PrivateKey, options: { date?: Date } = {}): Promise<Uint8Array> {
  const message = await createMessage({ binary: text });
  const armored = await sign({ message, signingKeys, detached: true, ...options });
  return dearmor(armored, "SIGNATURE") ?? assert.fail();
}
