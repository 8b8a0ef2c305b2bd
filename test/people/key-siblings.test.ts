import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { enums, readKey, readPrivateKey, reformatKey } from "openpgp";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { findWayOut } from "#src/outbox/way-out.ts";
import { keysOfPerson } from "#src/people/keys-of-person.ts";
import { plainMail } from "#test/support/intake.ts";
import { newKey, type Person, revokedCopy, startKeyDesk, withFile } from "./key-owner.ts";

const owners = await startKeyDesk({ after });
const { desk, db, vault, sink, send, confirmedPerson, newPerson, confirm, confirmNewest, answer } = owners;
const { verdictOf, signedMail } = owners;
const { keyRetired, keySuperseded, keyCompromised } = enums.reasonForRevocation;
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

const inForceOf = async ({ id }: Person) => (await keysOfPerson(db, vault, id))?.inForce;
const problemOf = async (lea: Person) => (await inForceOf(lea))?.problem ?? null;
const alone = async (lea: Pick<Person, "key">) => {
  const certificate = await (
    await readKey({ armoredKey: await revokedCopy(lea) })
  ).getRevocationCertificate();
  assert.ok(typeof certificate === "string");
  return certificate;
};
const packets = (armored: string) => Buffer.from(dearmor(armored, "PUBLIC KEY BLOCK") ?? []);

function fileMail(from: string, name: string, type: string, bytes: Buffer): string {
  return plainMail({
    from,
    headers: ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="part"'],
    text: [
      "--part",
      "",
      "See the file.",
      "--part",
      `Content-Type: ${type}; name="${name}"`,
      `Content-Disposition: attachment; filename="${name}"`,
      "Content-Transfer-Encoding: base64",
      "",
      bytes.toString("base64").replace(/.{76}/g, "$&\r\n"),
      "--part--",
    ].join("\r\n"),
  });
}

const places: Record<string, (lea: Person, certificate: string) => Promise<string | Buffer> | string> = {
  "in a text": (lea, certificate) => plainMail({ from: lea.address, text: certificate }),
  "in a text, as a signature": (lea, certificate) =>
    plainMail({ from: lea.address, text: certificate.replaceAll("PUBLIC KEY BLOCK", "SIGNATURE") }),
  "in a text, behind the colon that GnuPG puts there": (lea, certificate) =>
    plainMail({ from: lea.address, text: `A word of GnuPG\r\n\r\n:${certificate}` }),
  "in a page": (lea, certificate) =>
    plainMail({
      from: lea.address,
      headers: ["Content-Type: text/html; charset=utf-8"],
      text: `<p>Do not use it any more:</p><div>${certificate.replaceAll("\r\n", "<br>")}</div>`,
    }),
  "in a file of any name": (lea, certificate) =>
    fileMail(lea.address, "ATT00001.bin", "application/octet-stream", Buffer.from(certificate)),
  "in a binary file": (lea, certificate) =>
    fileMail(lea.address, "revoke.rev", "application/octet-stream", packets(certificate)),
  "in a file that calls itself a picture": (lea, certificate) =>
    fileMail(lea.address, "me.png", "image/png", packets(certificate)),
  "inside an encrypted mail": async (lea, certificate) => await signedMail(lea, null, certificate),
  "from a stranger": (_lea, certificate) => plainMail({ from: "friend@example.net", text: certificate }),
};

for (const [place, mailOf] of Object.entries(places)) {
  test(`a revocation that came alone counts: ${place}`, async () => {
    const lea = await confirmedPerson();
    await answer(lea);

    await desk.deliver(await mailOf(lea, await alone(lea)));

    assert.match((await problemOf(lea)) ?? "", /revoked by its owner/);
    await send();
    assert.equal(sink.mails.length, 0, "what waited does not leave");
  });
}

test("a revocation by a stranger's key changes nothing, whomever it names, and is said", async () => {
  const lea = await confirmedPerson();
  const mallory = await readKey({ armoredKey: await revokedCopy({ key: await newKey(lea.address) }) });
  const [signature] = mallory.revocationSignatures;
  assert.ok(signature);
  for (const named of [
    mallory.keyPacket.getFingerprintBytes(),
    lea.key.keyPacket.getFingerprintBytes(),
    null,
  ]) {
    // What a signature says of who made it stands outside of what it signs.
    Object.assign(signature, { issuerFingerprint: named });
    const forged = await mallory.getRevocationCertificate();
    assert.ok(typeof forged === "string");

    await desk.deliver(plainMail({ from: lea.address, text: forged }));

    assert.equal(await problemOf(lea), null);
    const said = await db("unopened_parts").orderBy("message_id", "desc").first("message_id");
    const { person_id } = await db("messages").where({ id: said.message_id }).first("person_id");
    assert.equal(person_id, lea.id);
  }
});

test("what was signed before a key was superseded or retired stays good; compromised, nothing does", async () => {
  for (const [flag, verdict] of [
    [keySuperseded, "good"],
    [keyRetired, "good"],
    [keyCompromised, "cannot check"],
  ] as const) {
    const lea = await confirmedPerson(daysAgo(3));
    const revoked = await revokedCopy(lea, flag, new Date(Date.now() + 60_000));
    const before = await signedMail(lea, lea.key);

    await desk.deliver(withFile(lea.address, revoked));

    assert.equal(await verdictOf(before), verdict);
    assert.match((await problemOf(lea)) ?? "", /revoked by its owner/);
  }
});

test("a revocation that is dated in the future stops what leaves at once, whatever its reason", async () => {
  for (const flag of [keySuperseded, keyCompromised]) {
    const lea = await confirmedPerson();
    await answer(lea);

    await desk.deliver(withFile(lea.address, await revokedCopy(lea, flag, daysAgo(-30))));

    assert.match((await problemOf(lea)) ?? "", /revoked by its owner/);
    await send();
    assert.equal(sink.mails.length, 0);
    await assert.rejects(answer(lea), /revoked by its owner/);
  }
});

test("of a key with two names of which the one for this address was taken back no signature is hers", async () => {
  const lea = await newPerson();
  const { privateKey } = await reformatKey({
    privateKey: lea.key,
    userIDs: [{ email: "other@example.net" }, { email: lea.address }],
    format: "object",
  });
  const hers = await confirm({ ...lea, key: privateKey });
  assert.equal(await verdictOf(await signedMail(hers, privateKey)), "good");

  const copy = await readPrivateKey({ armoredKey: privateKey.armor() });
  const at = copy.users.findIndex(({ userID }) => userID?.email === lea.address);
  const user = copy.users[at];
  assert.ok(user && "privateParams" in copy.keyPacket);
  copy.users[at] = await user.revoke(copy.keyPacket, { flag: keyRetired });
  await desk.deliver(withFile(lea.address, copy.toPublic().armor()));

  assert.equal(await verdictOf(await signedMail(hers, privateKey)), "cannot check");
  assert.deepEqual((await inForceOf(hers))?.facts.userIds, ["<other@example.net>"]);
});

test("a key whose only name was taken back takes no answer", async () => {
  const lea = await confirmedPerson();
  const copy = await readPrivateKey({ armoredKey: lea.key.armor() });
  const [user] = copy.users;
  assert.ok(user && "privateParams" in copy.keyPacket);
  copy.users[0] = await user.revoke(copy.keyPacket, { flag: keyRetired });

  await desk.deliver(withFile(lea.address, copy.toPublic().armor()));

  assert.notEqual(await problemOf(lea), null);
  await assert.rejects(answer(lea));
});

test("beside a part for encryption that has ended the newer one is used", async () => {
  const lea = await newPerson(daysAgo(10));
  const newer = await lea.key.addSubkey({ date: daysAgo(1) });
  const ended = await newer.addSubkey({ date: daysAgo(5), keyExpirationTime: 86_400 });

  const known = await confirm({ ...lea, key: ended });

  assert.equal(await problemOf(known), null);
  await answer(known);
  await send();
  assert.equal(sink.mails.length, 1);
});

test("a key that only certifies takes no answer, and says so", async () => {
  const lea = await newPerson();
  lea.key.subkeys = [];

  const known = await confirm(lea);

  assert.match((await problemOf(known)) ?? "", /can sign but not encrypt/);
  await assert.rejects(answer(known), /can sign but not encrypt/);
});

test("an owner who sends a new key with the revocation of the old one is asked about the new one", async () => {
  const lea = await confirmedPerson();
  const next = await newKey(lea.address);
  const both = `${await alone(lea)}\r\n\r\n${next.toPublic().armor()}`;

  await desk.deliver(plainMail({ from: lea.address, text: both }));

  assert.match((await problemOf(lea)) ?? "", /revoked by its owner/);
  const keys = await keysOfPerson(db, vault, lea.id);
  assert.deepEqual(
    keys?.offered.map(({ facts, problem }) => [facts.fingerprint, problem]),
    [[next.getFingerprint().toUpperCase(), null]],
  );
  const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, lea.ticketId));
  assert.equal(wayOut.kind, "none");
  assert.equal(wayOut.others, 1);
  await confirmNewest(lea.id);
  assert.equal(await problemOf(lea), null);
});

const programs: Record<string, (folder: string) => { key: string; revocation: Buffer }> = {
  gpg: (folder) => {
    const home = ["--homedir", folder, "--batch", "--quiet", "--passphrase", ""];
    run("gpg", ...home, "--quick-gen-key", "Lea <lea-gpg@example.org>", "ed25519", "cert,sign", "never");
    const fingerprint = /^fpr:+(\w+)/m.exec(
      run("gpg", ...home, "--list-keys", "--with-colons").toString(),
    )?.[1];
    run("gpg", ...home, "--quick-add-key", fingerprint ?? "", "cv25519", "encr", "never");
    const revocation = readFileSync(join(folder, "openpgp-revocs.d", `${fingerprint}.rev`));
    const key = run("gpg", ...home, "--armor", "--export").toString();
    spawnSync("gpgconf", ["--homedir", folder, "--kill", "all"]);
    return { key, revocation };
  },
  sq: (folder) => {
    const secret = join(folder, "lea.asc");
    run("sq", "key", "generate", "--userid", "Lea <lea-sq@example.org>", "--export", secret);
    return {
      key: run("sq", "key", "extract-cert", secret).toString(),
      revocation: readFileSync(`${secret}.rev`),
    };
  },
  rnp: (folder) => {
    const home = ["--homedir", folder, "--password", ""];
    run("rnpkeys", ...home, "--generate-key", "--userid", "lea-rnp@example.org");
    const key = run("rnpkeys", ...home, "--export-key", "lea-rnp@example.org").toString();
    return { key, revocation: run("rnpkeys", ...home, "--export-rev", "lea-rnp@example.org") };
  },
};

for (const [program, make] of Object.entries(programs)) {
  const isMissing = spawnSync(program, ["--version"]).status !== 0;
  test(`the revocation that ${program} writes counts as it is, attached`, {
    skip: isMissing && `no ${program}`,
  }, async () => {
    const folder = mkdtempSync("/tmp/owner-");
    after(() => rmSync(folder, { recursive: true, force: true }));
    const { key, revocation } = make(folder);
    const lea = await confirm(await newPerson(), key);
    assert.equal(await problemOf(lea), null);

    await desk.deliver(fileMail(lea.address, "revocation.rev", "application/octet-stream", revocation));

    assert.match((await problemOf(lea)) ?? "", /revoked by its owner/);
  });
}

function run(program: string, ...args: string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(program, args);
  assert.equal(status, 0, stderr.toString());
  return stdout;
}
