import assert from "node:assert/strict";
import { after, test } from "node:test";
import { enums, readKey, readPrivateKey, reformatKey } from "openpgp";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { findWayOut } from "#src/outbox/way-out.ts";
import { keysOfPerson } from "#src/people/keys-of-person.ts";
import { personOfAddress } from "#src/people/person-of-address.ts";
import { plainMail } from "#test/support/intake.ts";
import { fewSections, makeReport } from "#test/whisperback/make-report.ts";
import { newKey, type Person, revokedCopy, startKeyDesk, withFile, withRevokedPart } from "./key-owner.ts";

const {
  desk,
  db,
  vault,
  sink,
  send,
  deskPublic,
  newestEnded,
  newPerson,
  confirmedPerson,
  confirm,
  confirmNewest,
  answer,
  lastMessage,
  verdictOf,
  readAgain,
  signedMail,
} = await startKeyDesk({ after });
const { keySuperseded } = enums.reasonForRevocation;
let count = 0;

type Way = (lea: Person, armored: string) => Promise<string | Buffer>;

const ways: Record<string, Way> = {
  "in the text": async (lea, armored) => plainMail({ from: lea.address, text: `My key:\r\n\r\n${armored}` }),
  attached: async (lea, armored) => withFile(lea.address, armored),
  "in an Autocrypt header": async (lea, armored) => {
    const keydata = Buffer.from(dearmor(armored, "PUBLIC KEY BLOCK") ?? []).toString("base64");
    return plainMail({ from: lea.address, headers: [`Autocrypt: addr=${lea.address}; keydata=${keydata}`] });
  },
  "inside an encrypted mail": async (lea, armored) => await signedMail(lea, null, armored),
  "inside a mail that the key itself signed": async (lea, armored) => await signedMail(lea, lea.key, armored),
  "in the key field of a report": async (lea, armored) => {
    const text = makeReport({
      from: lea.address,
      key: "included below",
      keyBlock: armored.replaceAll("\r\n", "\n").trim(),
      version: "7.4",
      sections: fewSections,
    });
    return Buffer.from(await encryptReport(wrapForWire(text), deskPublic, `def${++count}`));
  },
  "from somebody else": async (_lea, armored) => withFile(`friend${++count}@example.net`, armored),
  "beside an older copy": async (lea, armored) =>
    plainMail({ from: lea.address, text: `${lea.key.toPublic().armor()}\r\n\r\n${armored}` }),
};

for (const [name, way] of Object.entries(ways)) {
  test(`a revocation by the owner counts the moment that it is read: ${name}`, async () => {
    const lea = await confirmedPerson();
    await answer(lea);

    await desk.deliver(await way(lea, await revokedCopy(lea)));

    const inForce = (await keysOfPerson(db, vault, lea.id))?.inForce;
    assert.match(inForce?.problem ?? "", /revoked by its owner on .*: somebody else may have it/);
    await send();
    assert.equal(sink.mails.length, 0, "nothing is encrypted to it, also not what waited");
    await assert.rejects(answer(lea), /revoked by its owner/);
    const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, lea.ticketId));
    assert.equal(wayOut.kind, "none");
    assert.equal(wayOut.others, 0, "it is no other key that waits to be compared");
    const events = await db("ticket_events").where({ action: "key_ended_by_owner" }).orderBy("id", "desc");
    const [told] = events;
    const { person_id } = await db("tickets").where({ id: told.ticket_id }).first("person_id");
    assert.equal(person_id, lea.id, "it is told on a ticket of theirs");
    assert.deepEqual(told.detail, { what: "revoked" });
    assert.equal(await newestEnded(), lea.id);
    assert.equal(await verdictOf(await signedMail(lea, lea.key)), "cannot check");
  });
}

test("a revocation that came without the key counts the same, with its fingerprint and with its number alone", async () => {
  for (const withFingerprint of [true, false]) {
    const lea = await confirmedPerson();
    const revoked = await readKey({ armoredKey: await revokedCopy(lea) });
    const [signature] = revoked.revocationSignatures;
    assert.ok(signature);
    // An older program names the number alone; it stands outside of what is signed, as this fingerprint did not.
    if (!withFingerprint) signature.issuerFingerprint = null;
    const certificate = await revoked.getRevocationCertificate();
    assert.ok(typeof certificate === "string");

    await desk.deliver(plainMail({ from: lea.address, text: `Do not use it:\r\n\r\n${certificate}` }));

    assert.match((await keysOfPerson(db, vault, lea.id))?.inForce?.problem ?? "", /revoked by its owner/);
  }
});

test("the mail that takes a key back is not believed by that key's signature, and earlier ones are judged anew", async () => {
  const lea = await confirmedPerson();
  assert.equal(await verdictOf(await signedMail(lea, lea.key)), "good");
  const earlier = (await lastMessage()).id;

  assert.equal(await verdictOf(await signedMail(lea, lea.key, await revokedCopy(lea))), "cannot check");

  await readAgain();
  assert.equal((await db("messages").where({ id: earlier }).first("signature")).signature, "cannot check");
});

test("of a key that was only superseded nothing signed since is good", async () => {
  const lea = await confirmedPerson(daysAgo(2));
  await desk.deliver(withFile(lea.address, await revokedCopy(lea, keySuperseded, daysAgo(1))));

  assert.equal(await verdictOf(await signedMail(lea, lea.key)), "cannot check");
  await assert.rejects(answer(lea), /another one takes its place/);
});

test("a revocation that another key made, under the same name, changes nothing", async () => {
  const lea = await confirmedPerson();
  const mallory = await newKey(lea.address);
  const [signature] = (await readKey({ armoredKey: await revokedCopy({ ...lea, key: mallory }) }))
    .revocationSignatures;
  const forged = await readKey({ armoredKey: lea.key.toPublic().armor() });
  assert.ok(signature);
  forged.revocationSignatures.push(signature);

  await desk.deliver(withFile(lea.address, forged.armor()));
  await desk.deliver(withFile(lea.address, await revokedCopy({ ...lea, key: mallory })));

  assert.equal((await keysOfPerson(db, vault, lea.id))?.inForce?.problem, null);
  assert.equal(
    (await db("ticket_events").where({ ticket_id: lea.ticketId, action: "key_ended_by_owner" })).length,
    0,
  );
});

test("an older copy that comes after the revocation does not bring the key back, whoever sends it", async () => {
  const lea = await confirmedPerson();
  const old = lea.key.toPublic().armor();
  await desk.deliver(withFile(lea.address, await revokedCopy(lea)));

  for (const from of [lea.address, "mallory@example.net"]) {
    await desk.deliver(withFile(from, old));
    const keys = await keysOfPerson(db, vault, await personOfAddress(db, vault, from));
    const all = [...(keys?.offered ?? []), ...(keys?.inForce ? [keys.inForce] : [])];
    assert.ok(all.length > 0);
    for (const key of all) assert.match(key.problem ?? "", /revoked by its owner/);
  }
});

test("a key that nobody confirmed yet is suggested no more once its owner took it back, also where an older copy came", async () => {
  const lea = await newPerson();
  const [first = ""] = await desk.tickets(withFile(lea.address, lea.key.toPublic().armor()));
  await desk.deliver(withFile("friend@example.net", await revokedCopy(lea)));

  const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, first));
  assert.equal(wayOut.kind, "none");
  assert.match(wayOut.reason, /revoked by its owner/);
  const id = await personOfAddress(db, vault, lea.address);
  await confirmNewest(id);
  assert.match((await keysOfPerson(db, vault, id))?.inForce?.problem ?? "", /revoked by its owner/);
});

test("who confirms a key while its owner takes it back confirms a revoked one", async () => {
  const lea = await newPerson();
  const [first = ""] = await desk.tickets(withFile(lea.address, lea.key.toPublic().armor()));
  assert.ok(first);
  const id = await personOfAddress(db, vault, lea.address);
  const revoked = await revokedCopy(lea);

  for (let time = 0; time < 3; time += 1)
    await Promise.all([confirmNewest(id), desk.deliver(withFile(lea.address, revoked))]);

  assert.match((await keysOfPerson(db, vault, id))?.inForce?.problem ?? "", /revoked by its owner/);
});

test("a part that was taken back is used no more, while a newer one is; without one nothing leaves", async () => {
  const lea = await newPerson();
  const two = await lea.key.addSubkey({});
  const confirmed = await confirm({ ...lea, key: two });
  const [older, newer] = two.getSubkeys().map((part) => part.getFingerprint());
  assert.ok(older && newer);

  const once = await withRevokedPart(two, newer);
  await desk.deliver(withFile(lea.address, once.toPublic().armor()));
  assert.equal((await keysOfPerson(db, vault, confirmed.id))?.inForce?.problem, null);
  const [told] = await db("ticket_events").where({ action: "key_ended_by_owner" }).orderBy("id", "desc");
  assert.deepEqual(told.detail, { what: "part revoked" });
  await answer(confirmed);
  await send();
  assert.equal(sink.mails.length, 1);

  const twice = await withRevokedPart(once, older);
  await desk.deliver(withFile(lea.address, twice.toPublic().armor()));
  await assert.rejects(answer(confirmed), /part of this key that encrypts was revoked/);
});

test("an end that the owner sets counts at once, a later one only after somebody confirmed it", async () => {
  const lea = await confirmedPerson(daysAgo(0.5));
  const withEnd = async (keyExpirationTime: number, seconds: number) =>
    (
      await reformatKey({
        privateKey: lea.key,
        userIDs: [{ name: "Lea", email: lea.address }],
        keyExpirationTime,
        date: new Date(lea.key.getCreationTime().getTime() + seconds * 1000),
        format: "armored",
      })
    ).publicKey;

  await desk.deliver(withFile(lea.address, await withEnd(86_400, 60)));
  const keys = await keysOfPerson(db, vault, lea.id);
  const end = new Date(lea.key.getCreationTime().getTime() + 86_400_000).toISOString();
  assert.equal(keys?.inForce?.facts.encryptsUntil, end);
  assert.deepEqual(keys?.offered, [], "it is the confirmed key as it is now");
  const [told] = await db("ticket_events").where({ action: "key_ended_by_owner" }).orderBy("id", "desc");
  assert.deepEqual(told.detail, { what: "end" });

  await desk.deliver(withFile(lea.address, await withEnd(0, 120)));
  const later = await keysOfPerson(db, vault, lea.id);
  assert.equal(later?.inForce?.facts.encryptsUntil, end);
  assert.equal(later?.offered[0]?.relation, "same key");
});

test("an end that is over already stops what waits, and signatures made since", async () => {
  const lea = await confirmedPerson(new Date("2026-01-01"));
  await answer(lea);
  const { publicKey } = await reformatKey({
    privateKey: lea.key,
    userIDs: [{ name: "Lea", email: lea.address }],
    keyExpirationTime: 86_400,
    date: new Date("2026-01-01T01:00:00Z"),
    format: "armored",
  });

  await desk.deliver(withFile(lea.address, publicKey));
  await send();

  assert.equal(sink.mails.length, 0);
  assert.equal(await newestEnded(), lea.id);
  assert.equal(await verdictOf(await signedMail(lea, lea.key)), "cannot check");
});

test("a replaced key that its owner takes back proves no old signature any more", async () => {
  const lea = await confirmedPerson();
  const next = await newKey(lea.address);
  await desk.deliver(withFile(lea.address, next.toPublic().armor()));
  await confirmNewest(lea.id);
  assert.equal(await verdictOf(await signedMail(lea, lea.key)), "good");

  await desk.deliver(withFile(lea.address, await revokedCopy(lea)));

  assert.equal(await verdictOf(await signedMail(lea, lea.key)), "cannot check");
  assert.equal((await keysOfPerson(db, vault, lea.id))?.inForce?.problem, null);
});

test("a key without names that was confirmed for a person encrypts to them, and proves what it signed", async () => {
  const lea = await newPerson();
  const nameless = await readPrivateKey({ armoredKey: lea.key.armor() });
  nameless.users = [];
  const known = await confirm(lea, nameless.toPublic().armor());

  const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, known.ticketId));
  assert.equal(wayOut.kind, "encrypted");
  await answer(known);
  await send();
  assert.equal(sink.mails.length, 1);
  assert.equal(await verdictOf(await signedMail(lea, lea.key)), "good");
});

test("no table holds a fingerprint of a revoked key in the open", async () => {
  const lea = await confirmedPerson();
  await desk.deliver(withFile(lea.address, await revokedCopy(lea)));
  const { rows } = await db.raw("select key_revocations::text as row from key_revocations");
  const all = JSON.stringify(rows).toLowerCase();
  assert.ok(all.length > 1000);
  for (const secret of [lea.key.getFingerprint(), lea.address, Buffer.from(lea.address).toString("hex")])
    assert.equal(all.includes(secret), false);
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
