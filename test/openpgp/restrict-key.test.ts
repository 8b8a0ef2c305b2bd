import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  armor,
  enums,
  generateKey,
  type Key,
  type PrivateKey,
  readKey,
  readPrivateKey,
  reformatKey,
  revokeKey,
} from "openpgp";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { encrypt } from "#src/openpgp/encrypt.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { packetTags, readPacketHeads } from "#src/openpgp/read-packets.ts";
import { type PublicKey, readPublicKeys } from "#src/openpgp/read-public-keys.ts";
import { restrictKey } from "#src/openpgp/restrict-key.ts";
import { createGnupg, withoutGpg } from "./gnupg.ts";
import { ownedKey } from "./keys-of-gpg.ts";

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, `../fixtures/keys/${name}.asc`), "utf8");
const desk = await openSecretKeys([(await generateSecretKey("Desk", "desk@example.org")).secret]);
const userIDs = [{ name: "Lea", email: "lea@example.org" }];
const made = await generateKey({ userIDs, format: "object" });
const lea = made.publicKey.armor();
const compromised = { flag: enums.reasonForRevocation.keyCompromised };

test("a revocation is taken from another copy, from one alone, and with other news, of which nothing is taken", async () => {
  const revoked = await revokeKey({
    key: made.privateKey,
    reasonForRevocation: compromised,
    format: "object",
  });
  const certificate = await certificateIn(revoked.publicKey);
  const news = await reformatKey({
    privateKey: made.privateKey,
    userIDs: [...userIDs, { name: "New name", email: "new@example.org" }],
    format: "object",
  });
  const withNews = await revokeKey({
    key: news.privateKey,
    reasonForRevocation: compromised,
    format: "armored",
  });

  for (const [name, came] of Object.entries({
    copy: revoked.publicKey.armor(),
    certificate,
    withNews: withNews.publicKey,
  })) {
    const restricted = await restrictKey(lea, came);
    assert.ok(restricted, name);
    const key = await described(restricted);
    assert.match(key.problem ?? "", /revoked by its owner on .*: somebody else may have it/, name);
    assert.deepEqual(key.userIds, ["Lea <lea@example.org>"], name);
    await assert.rejects(encrypt(Buffer.from("x"), [key.armored], desk), name);
    assert.equal(await restrictKey(key.armored, came), null, "a second time it is nothing new");
  }
});

test("what somebody else revokes changes nothing, also with the key's number written onto it", async () => {
  const stranger = await generateKey({ userIDs, format: "object" });
  const forged = (await revokeKey({ key: stranger.privateKey, format: "object" })).publicKey;
  const copy = await readKey({ armoredKey: lea });
  const [signature] = forged.revocationSignatures;
  assert.ok(signature);
  copy.revocationSignatures.push(signature);
  assert.equal(await restrictKey(lea, copy.armor()), null);
  const certificate = await certificateIn(forged);
  assert.equal(await restrictKey(lea, certificate), null);
  assert.equal(await restrictKey(lea, forged.armor()), null);

  // The same bytes, which now claim to come from the key itself.
  const genuine = Buffer.from(dearmor(certificate, "PUBLIC KEY BLOCK") ?? []);
  assert.ok(await restrictKey(stranger.publicKey.armor(), armor(enums.armor.publicKey, genuine)));
  const claimed = Buffer.from(genuine);
  for (const id of [stranger.publicKey.getKeyID().toHex(), stranger.publicKey.getFingerprint()]) {
    const own = id.length === 16 ? made.publicKey.getKeyID().toHex() : made.publicKey.getFingerprint();
    for (let at = claimed.indexOf(id, 0, "hex"); at !== -1; at = claimed.indexOf(id, at + 1, "hex"))
      claimed.write(own, at, "hex");
  }
  assert.notDeepEqual(claimed, genuine);
  assert.equal(await restrictKey(lea, armor(enums.armor.publicKey, claimed)), null);
});

test("a part that was revoked is used no more, and a newer part for encryption is used in its place", async () => {
  const [first] = made.publicKey.getSubkeys();
  const two = await (await readPrivateKey({ armoredKey: made.privateKey.armor() })).addSubkey({});
  const newest = two.getSubkeys().at(-1);
  const revoked = await withRevokedPart(two, newest?.getFingerprint() ?? "");

  const only = await described(
    await restrictKey(lea, await withRevokedPart(made.privateKey, first?.getFingerprint() ?? "")),
  );
  assert.equal(only.problem, "The part of this key that encrypts was revoked by its owner");
  await assert.rejects(encrypt(Buffer.from("x"), [only.armored], desk));

  const rest = await described(await restrictKey(two.toPublic().armor(), revoked));
  assert.equal(rest.problem, null);
  const sent = await encrypt(Buffer.from("Bonjour"), [rest.armored], desk);
  assert.ok(
    (await decrypt(sent, await openSecretKeys([made.privateKey.armor()]))).ok,
    "to the part that was left",
  );
});

test("an end that the owner sets sooner counts at once, one that is later does not, and no older one comes back", async () => {
  const shorter = await renewed(86_400, 60);
  const longer = await renewed(0, 120);

  const ended = await described(await restrictKey(lea, shorter));
  assert.equal(ended.expiresAt?.getTime(), made.publicKey.getCreationTime().getTime() + 86_400_000);
  assert.equal(await restrictKey(ended.armored, longer), null, "a person has to confirm that");
  assert.equal(await restrictKey(longer, shorter), null, "the owner has made it longer since");
  assert.equal(await restrictKey(longer, lea), null);
});

test("a copy from which the names were taken, and with them its end, ends all the same", async () => {
  const shorter = await readKey({ armoredKey: await renewed(86_400, 60) });
  const nameless = await readKey({ armoredKey: lea });
  nameless.users = [];
  assert.equal((await described(nameless.armor())).expiresAt, null);

  const ended = await described(await restrictKey(nameless.armor(), shorter.armor()));

  assert.equal(ended.expiresAt?.getTime(), made.publicKey.getCreationTime().getTime() + 86_400_000);
});

test("of thousands of false revocations a few are looked at", async () => {
  const stranger = await generateKey({ userIDs, format: "object" });
  const copy = await readKey({ armoredKey: lea });
  const [signature] = (await revokeKey({ key: stranger.privateKey, format: "object" })).publicKey
    .revocationSignatures;
  assert.ok(signature);
  copy.revocationSignatures.push(...Array.from({ length: 2000 }, () => signature));

  assert.equal(await restrictKey(lea, copy.armor()), null);
});

test("what cannot be read changes nothing and throws nothing", async () => {
  for (const came of [
    "",
    "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    fixture("dsa-elgamal"),
    lea.slice(0, 300),
    lea,
  ])
    assert.equal(await restrictKey(lea, came), null);
  assert.equal(await restrictKey("", lea), null);
});

test("what GnuPG makes: each reason, alone or in the key, a part, an end", {
  skip: withoutGpg,
}, async (t) => {
  const key = ownedKey(t, "lea@example.org");
  const before = key.exported();
  const words = {
    0: null,
    1: ": somebody else may have it",
    2: ": another one takes its place",
    3: ": it is used no more",
  };
  for (const reason of [0, 1, 2, 3] as const) {
    const { problem } = await described(await restrictKey(before, key.revocation(reason)));
    assert.match(
      problem ?? "",
      new RegExp(`^This key was revoked by its owner on [-0-9]+${words[reason] ?? ""}$`),
    );
  }
  const alone = key.revocation(1);
  assert.ok(
    readPacketHeads(Buffer.from(alone.split(/\r?\n\r?\n/)[1]?.split("\n=")[0] ?? "", "base64"), 5)?.every(
      ({ tag }) => tag === packetTags.signature,
    ),
    "there is no key in it",
  );

  key.edit("expire", "1d");
  const ended = await described(await restrictKey(before, key.exported()));
  assert.ok(ended.expiresAt && ended.problem === null);
  key.edit("key 1", "revkey", "y", "1", "", "y");
  const part = await described(await restrictKey(before, key.exported()));
  assert.match(part.problem ?? "", /part of this key that encrypts was revoked/);
  key.importIt(alone);
  const whole = await described(await restrictKey(before, key.exported()));
  assert.match(whole.problem ?? "", /: somebody else may have it/);
});

test("a key that lets somebody else revoke it is used, and what that one revokes is not listened to", {
  skip: withoutGpg,
}, async (t) => {
  const friend = ownedKey(t, "friend@example.org");
  const key = ownedKey(t, "lea@example.org");
  const before = key.exported();
  key.importIt(friend.exported());
  key.edit("addrevoker", friend.fingerprint, "y");
  const withRevoker = key.exported();
  assert.notEqual(withRevoker, before);

  assert.equal((await described(withRevoker)).problem, null);
  assert.equal(await restrictKey(before, withRevoker), null);
  friend.importIt(withRevoker);
  const revocation = friend.gpg.run(
    ["--command-fd", "0", "--no-batch", "--passphrase", "", "--armor", "--desig-revoke", key.fingerprint],
    "y\n1\n\ny\n",
  );
  assert.equal(revocation.status, 0, revocation.stderr);
  assert.equal(await restrictKey(withRevoker, revocation.stdout.toString()), null);
});

test("to a key without any name mail is encrypted that GnuPG opens: with a direct signature, or stripped of all", {
  skip: withoutGpg,
}, async (t) => {
  const gpg = createGnupg(t);
  const key = ownedKey(t, "lea@example.org");
  gpg.importKey(key.gpg.run(["--armor", "--export-secret-keys", key.fingerprint]).stdout.toString());
  const stripped = await readKey({ armoredKey: key.exported() });
  stripped.users = [];

  const nameless = await described(stripped.armor());
  assert.equal(nameless.problem, null);
  assert.equal(nameless.isNameless, true);
  assert.deepEqual(nameless.userIds, []);
  const mail = await encrypt(Buffer.from("Bonjour"), [nameless.armored], desk);
  const opened = gpg.run(["--passphrase", "", "--decrypt"], mail);
  assert.equal(opened.stdout.toString(), "Bonjour", opened.stderr);

  const direct = await described(fixture("without-user-id"));
  assert.equal(direct.problem, null);
  assert.match(await encrypt(Buffer.from("Bonjour"), [direct.armored], desk), /BEGIN PGP MESSAGE/);
});

test("a key without names obeys its owner as any other: revoked, or its part for encryption taken back", async () => {
  const strip = async (armoredKey: string) => {
    const key = await readKey({ armoredKey });
    key.users = [];
    return key.armor();
  };
  const revoked = (await revokeKey({ key: made.privateKey, format: "object" })).publicKey.armor();
  const [part] = made.publicKey.getSubkeys();
  const partRevoked = await withRevokedPart(made.privateKey, part?.getFingerprint() ?? "");

  for (const [came, problem] of [
    [revoked, /revoked by its owner/],
    [partRevoked, /part of this key that encrypts was revoked/],
  ] as const) {
    assert.match((await described(await strip(came))).problem ?? "", problem);
    assert.match((await described(await restrictKey(await strip(lea), came))).problem ?? "", problem);
    await assert.rejects(encrypt(Buffer.from("x"), [await strip(came)], desk));
  }
});

test("names that nobody certified do not make a key one without names", async () => {
  const copy = await readKey({ armoredKey: lea });
  for (const user of copy.users) user.selfCertifications = [];

  const key = await described(copy.armor());

  assert.equal(key.isNameless, false);
  assert.equal(key.canEncrypt, false);
});

test("of DSA and ElGamal it is said that they are of too old a kind", async () => {
  const { problem } = await described(fixture("dsa-elgamal"));
  assert.equal(
    problem,
    "This key is of too old a kind (DSA/ElGamal) to protect anything that is encrypted to it",
  );
});

async function described(armored: string | null): Promise<PublicKey> {
  assert.ok(armored, "nothing was taken");
  const [key] = await readPublicKeys(armored);
  assert.ok(key);
  return key;
}

/** The revocation alone, armoured. */
async function certificateIn(key: Key): Promise<string> {
  const certificate = await key.getRevocationCertificate();
  assert.ok(typeof certificate === "string");
  return certificate;
}

/** The public half, with one part revoked. */
async function withRevokedPart(key: PrivateKey, fingerprint: string): Promise<string> {
  const copy = await readPrivateKey({ armoredKey: key.armor() });
  const at = copy.subkeys.findIndex((part) => part.getFingerprint() === fingerprint);
  const part = copy.subkeys[at];
  assert.ok(part && "privateParams" in copy.keyPacket);
  copy.subkeys[at] = await part.revoke(copy.keyPacket, compromised);
  return copy.toPublic().armor();
}

/** Another end, signed this many seconds after the key was made; 0: never. */
async function renewed(keyExpirationTime: number, later: number): Promise<string> {
  const date = new Date(made.publicKey.getCreationTime().getTime() + later * 1000);
  const { publicKey } = await reformatKey({
    privateKey: made.privateKey,
    userIDs,
    keyExpirationTime,
    date,
    format: "armored",
  });
  return publicKey;
}
