import assert from "node:assert/strict";
import { after, test } from "node:test";
import { generateKey, readKey, reformatKey, revokeKey } from "openpgp";
import { composeEncrypted, type Outgoing } from "#src/mime/compose-mail.ts";
import type { Attachment } from "#src/mime/mail.ts";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { generateSecretKey, type NewKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { findWayOut } from "#src/outbox/way-out.ts";
import { inGroups } from "#src/people/fingerprint.ts";
import { keysOfPerson, type OfferedKey } from "#src/people/keys-of-person.ts";
import { offerKey } from "#src/people/offered-keys.ts";
import { personOfAddress } from "#src/people/person-of-address.ts";
import { confirmKeyOfPerson } from "#src/tickets/confirm-key.ts";
import { refuseOfferedKey, takeKeyOutOfUse } from "#src/tickets/end-key.ts";
import { deskAddress, deskSecretKey, plainMail } from "#test/support/intake.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;
const [deskPublic = ""] = exportPublic(await openSecretKeys([deskSecretKey]));
let count = 0;

test("a key that came is used for nothing, however it came, until a staff member confirms it", async () => {
  for (const way of [attached, autocrypt, inText]) {
    const lea = await newPerson();
    const ticketId = await deliver(await way(lea, lea.key));

    const recipient = await recipientOf(db, vault, ticketId);
    assert.equal(recipient?.confirmed, null, way.name);
    assert.equal(recipient?.mayGetClear, false, "and who gave one gets nothing in clear");
    const wayOut = await findWayOut(db, vault, recipient);
    assert.equal(wayOut.kind, "confirm", way.name);
  }
});

for (const [name, way] of Object.entries({
  attached,
  "in an Autocrypt header": autocrypt,
  "in the text": inText,
})) {
  test(`a substituted key, ${name}, does not take the place of the confirmed one, and is told to be another`, async () => {
    const lea = await confirmedPerson();
    // The same name and address stand on it: anybody can make such a key.
    const forged = await generateSecretKey("Lea", lea.address);

    const ticketId = await deliver(await way(lea, forged));

    const recipient = await recipientOf(db, vault, ticketId);
    assert.equal(recipient?.confirmed?.fingerprint, lea.key.fingerprint);
    const wayOut = await findWayOut(db, vault, recipient);
    assert.equal(wayOut.kind, "encrypted");
    assert.equal(wayOut.others, 1, "the form of an answer says that another one came");
    const [offered] = await offeredTo(lea);
    assert.equal(offered?.relation, "another key");
    assert.equal(offered?.bearsAddress, true);
  });
}

test("with the same user id, a key from another address is offered to the other address alone", async () => {
  const lea = await confirmedPerson();
  const mallory = { ...(await newPerson()), key: await generateSecretKey("Lea", lea.address) };

  await deliver(await attached(mallory, mallory.key));

  assert.deepEqual(await offeredTo(lea), []);
  const [offered] = await offeredTo(mallory);
  assert.equal(offered?.relation, "first");
  assert.equal(offered?.bearsAddress, false, "and the page says that no name on it is this address");
});

test("a key in Autocrypt-Gossip about somebody else is offered to nobody", async () => {
  const lea = await confirmedPerson();
  const mallory = await newPerson();
  const forged = await generateSecretKey("Lea", lea.address);
  const before = await countOffered();

  await deliver(
    plainMail({
      from: mallory.address,
      headers: [`Autocrypt-Gossip: addr=${lea.address}; keydata=${keydataOf(forged)}`],
    }),
  );

  assert.equal(await countOffered(), before);
});

test("an Autocrypt header about another address, twice, or through a mailing list is not read", async () => {
  const lea = await newPerson();
  const header = `Autocrypt: addr=${lea.address}; keydata=${keydataOf(lea.key)}`;
  const before = await countOffered();

  await deliver(plainMail({ from: (await newPerson()).address, headers: [header] }));
  await deliver(plainMail({ from: lea.address, headers: [header, header] }));
  await deliver(plainMail({ from: lea.address, headers: [header, "List-Id: <users.example.org>"] }));

  assert.equal(await countOffered(), before);
});

test("a new key inside a mail that the confirmed key signed and that was encrypted is offered as an update", async () => {
  const lea = await confirmedPerson();
  const next = await generateSecretKey("Lea", lea.address);

  await deliver(await signedBy(lea.key, lea, [keyFile(next)]));

  const [offered] = await offeredTo(lea);
  assert.equal(offered?.facts.fingerprint, next.fingerprint);
  assert.equal(offered?.relation, "update");
  const message = await db("messages").orderBy("id", "desc").first("signature", "encryption");
  assert.deepEqual(message, { signature: "good", encryption: "encrypted" }, "read with the confirmed key");
  assert.equal(
    (await keysOf(lea))?.inForce?.facts.fingerprint,
    lea.key.fingerprint,
    "and nothing is replaced",
  );
});

test("signed by the new key itself, or by one that was refused, it is another key and no update", async () => {
  const lea = await confirmedPerson();
  const forged = await generateSecretKey("Lea", lea.address);

  await deliver(await signedBy(forged, lea, [keyFile(forged)]));

  assert.equal((await offeredTo(lea))[0]?.relation, "another key");
  assert.equal((await db("messages").orderBy("id", "desc").first("signature")).signature, "cannot check");
});

test("a key that came signed by an older, replaced key is no update: that one may have been stolen since", async () => {
  const lea = await confirmedPerson();
  const next = await generateSecretKey("Lea", lea.address);
  await deliver(await signedBy(lea.key, lea, [keyFile(next)]));
  await confirmNewest(lea);
  const third = await generateSecretKey("Lea", lea.address);

  await deliver(await signedBy(lea.key, lea, [keyFile(third)]));

  const offered = (await offeredTo(lea)).find(({ facts }) => facts.fingerprint === third.fingerprint);
  assert.equal(offered?.relation, "another key");
});

test("an Autocrypt header put onto a genuine signed and encrypted mail is no update: the signature is not about it", async () => {
  const lea = await confirmedPerson();
  const forged = await generateSecretKey("Lea", lea.address);
  const genuine = (await signedBy(lea.key, lea, [])).toString();

  await deliver(`Autocrypt: addr=${lea.address}; keydata=${keydataOf(forged)}\r\n${genuine}`);

  assert.equal((await db("messages").orderBy("id", "desc").first("signature")).signature, "good");
  assert.equal((await offeredTo(lea))[0]?.relation, "another key");
});

test("a key put beside a genuine signed and encrypted mail is no update", async () => {
  const lea = await confirmedPerson();
  const forged = await generateSecretKey("Lea", lea.address);
  const genuine = (await signedBy(lea.key, lea, [])).toString();
  const at = genuine.indexOf("\r\n\r\n");
  const [headers, body] = [genuine.slice(0, at), genuine.slice(at + 4)];
  const boundary = /boundary="?([^";\r\n]+)/.exec(headers)?.[1] ?? "";
  const key = [
    "Content-Type: application/pgp-keys",
    'Content-Disposition: attachment; filename="k.asc"',
    "",
    forged.public,
  ];

  // Around it, and in the form that some mail servers make of encrypted mail.
  const type = /Content-Type: [^\r]*(?:\r\n[ \t][^\r]*)*/i.exec(headers)?.[0] ?? "";
  const wrapped = `${headers.replace(type, 'Content-Type: multipart/mixed; boundary="w"')}\r\n\r\n--w\r\n${type}\r\n\r\n${body}\r\n--w\r\n${key.join("\r\n")}\r\n--w--\r\n`;
  const mixed = `${headers.replace(type, `Content-Type: multipart/mixed; boundary="${boundary}"`)}\r\n\r\n${body.replace(`--${boundary}--`, `--${boundary}\r\n${key.join("\r\n")}\r\n--${boundary}--`)}`;
  for (const raw of [wrapped, mixed]) {
    count += 1;
    await deliver(raw.replace(/^Message-ID:.*$/im, `Message-ID: <${count}@example.org>`));

    const forgedOffer = (await offeredTo(lea)).find(({ facts }) => facts.fingerprint === forged.fingerprint);
    assert.equal(forgedOffer?.relation, "another key");
  }
});

test("an update that was signed stays one when the same key comes again without a signature", async () => {
  const lea = await confirmedPerson();
  const next = await generateSecretKey("Lea", lea.address);
  const ticketId = await deliver(await signedBy(lea.key, lea, [keyFile(next)]));
  const messageId = (await db("messages").where({ ticket_id: ticketId }).first("id")).id;
  const update = (await offeredTo(lea))[0];
  const row = await db("offered_keys").where({ id: update?.id }).first("key_id");
  const { wrapped_key } = await db("vault_keys").where({ id: row.key_id }).first("wrapped_key");
  assert.ok(update);

  const unsigned = { ...update, place: { ticketId, messageId }, source: "autocrypt" as const, also: [] };
  await offerKey(db, vault, { ...unsigned, personId: lea.id, key: { id: row.key_id, wrapped_key } });

  assert.equal((await offeredTo(lea))[0]?.relation, "update");
});

test("of several first keys the form suggests the one that came first with the ticket, and says that there are others", async () => {
  const lea = await newPerson();
  const first = await deliver(await attached(lea, lea.key));
  const forged = await generateSecretKey("Lea", lea.address);
  await deliver(await attached(lea, forged));

  const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, first));

  assert.equal(wayOut.kind === "confirm" && wayOut.candidate.fingerprint, inGroups(lea.key.fingerprint));
  assert.equal(wayOut.others, 1);
});

test("a newer copy of the confirmed key is offered as the same key, and the old copy stays in force until it is confirmed", async () => {
  const lea = await confirmedPerson({ expiresInDays: 1 });
  const secret = await openSecretKeys([lea.key.secret]);
  const privateKey = secret.all[0]?.key;
  assert.ok(privateKey);
  const longer = await reformatKey({
    privateKey,
    userIDs: [{ name: "Lea", email: lea.address }],
    keyExpirationTime: 0,
    format: "armored",
  });

  await deliver(await attached(lea, { ...lea.key, public: longer.publicKey }));

  const keys = await keysOf(lea);
  assert.equal(keys?.offered[0]?.relation, "same key");
  assert.equal(keys?.offered[0]?.facts.expiresAt, null);
  assert.notEqual(keys?.inForce?.facts.expiresAt, null);
});

test("expired, revoked, or without a part for encryption: no answer can leave, and the reason is told", async () => {
  const userIDs = (address: string) => [{ name: "Lea", email: address }];
  const signOnly = async (address: string) =>
    await generateKey({
      type: "ecc",
      curve: "ed25519Legacy",
      userIDs: userIDs(address),
      subkeys: [],
      format: "armored",
    });
  const revoked = async (address: string) => {
    const { privateKey } = await generateKey({ userIDs: userIDs(address), format: "object" });
    return await revokeKey({ key: privateKey, format: "armored" });
  };
  const old = { createdAt: new Date("2020-01-01"), expiresInDays: 30 };
  const expired = async (address: string) => ({
    publicKey: (await generateSecretKey("Lea", address, old)).public,
  });
  for (const [make, reason] of [
    [expired, /This key expired on 2020-01-31/],
    [revoked, /This key was revoked by its owner/],
    [signOnly, /This key can sign but not encrypt/],
  ] as const) {
    const lea = await newPerson();
    const { publicKey } = await make(lea.address);
    const ticketId = await deliver(await attached(lea, { ...lea.key, public: publicKey }));

    const offered = await findWayOut(db, vault, await recipientOf(db, vault, ticketId));
    assert.equal(offered.kind, "none");
    assert.match(offered.reason, reason);
    await confirmNewest({ ...lea, id: await personOfAddress(db, vault, lea.address) });
    const confirmed = await findWayOut(db, vault, await recipientOf(db, vault, ticketId));
    assert.equal(confirmed.kind, "none");
    assert.match(confirmed.reason, reason);
    assert.match(confirmed.kind === "none" ? confirmed.advice : "", /Ask for a new key/);

    await deliver(await attached(lea, await generateSecretKey("Lea", lea.address)));
    const another = await findWayOut(db, vault, await recipientOf(db, vault, ticketId));
    assert.equal(another.kind, "none", "and another key is not suggested in its place");
    assert.match(another.kind === "none" ? another.advice : "", /compare it before anybody uses it/);
  }
});

test("a newer copy of a confirmed key that has expired is used after one tick", async () => {
  const lea = await newPerson();
  const { privateKey, publicKey } = await generateKey({
    userIDs: [{ name: "Lea", email: lea.address }],
    date: new Date("2020-01-01"),
    keyExpirationTime: 30 * 86_400,
    format: "object",
  });
  const ticketId = await deliver(await attached(lea, { ...lea.key, public: publicKey.armor() }));
  await confirmNewest({ ...lea, id: await personOfAddress(db, vault, lea.address) });
  const longer = await reformatKey({
    privateKey,
    userIDs: [{ name: "Lea", email: lea.address }],
    keyExpirationTime: 0,
    format: "armored",
  });

  await deliver(await attached(lea, { ...lea.key, public: longer.publicKey }));

  const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, ticketId));
  assert.equal(wayOut.kind === "confirm" && wayOut.candidate.relation, "same key");
});

test("a replaced key still proves old signatures, one that was taken out of use proves none", async () => {
  const lea = await confirmedPerson();
  const next = await generateSecretKey("Lea", lea.address);
  await deliver(await signedBy(lea.key, lea, [keyFile(next)]));
  await confirmNewest(lea);

  await deliver(await signedBy(lea.key, lea, []));
  assert.equal((await db("messages").orderBy("id", "desc").first("signature")).signature, "good");

  const replaced = (await keysOf(lea))?.older[0];
  assert.equal(replaced?.ended_how, "replaced");
  const ending = { personId: lea.id, keyId: replaced?.id ?? "", staffId: staff.nina, reason: "Stolen" };
  assert.equal(await takeKeyOutOfUse(db, vault, ending), true);
  await deliver(await signedBy(lea.key, lea, []));
  assert.equal((await db("messages").orderBy("id", "desc").first("signature")).signature, "cannot check");
});

test("after a key was refused or taken out of use nothing leaves in clear all the same", async () => {
  const lea = await confirmedPerson();
  const inForce = (await keysOf(lea))?.inForce;
  const ending = { personId: lea.id, keyId: inForce?.id ?? "", staffId: staff.nina, reason: "Lost" };
  assert.equal(await takeKeyOutOfUse(db, vault, ending), true);
  assert.equal(await takeKeyOutOfUse(db, vault, ending), false, "a second time changes nothing");
  const [offered] = await offeredTo(lea);
  assert.equal(await refuseOfferedKey(db, vault, { ...ending, keyId: offered?.id ?? "" }), true);

  const recipient = await recipientOf(db, vault, await deliver(plainMail({ from: lea.address })));
  assert.equal(recipient?.confirmed, null);
  assert.equal(recipient?.mayGetClear, false);
  assert.equal((await findWayOut(db, vault, recipient)).kind, "none");
});

test("a key is confirmed for nobody else than for whom it came", async () => {
  const lea = await newPerson();
  const paul = await newPerson();
  await deliver(await attached(lea, lea.key));
  await deliver(plainMail({ from: paul.address }));
  const [offered] = await offeredTo(lea);
  const paulId = await personOfAddress(db, vault, paul.address);

  const confirmation = { offeredId: offered?.id ?? "", staffId: staff.nina, ticketId: null, compared: false };
  assert.equal(await confirmKeyOfPerson(db, vault, { ...confirmation, personId: paulId }), false);
  assert.equal(await confirmKeyOfPerson(db, vault, { ...confirmation, personId: "1 or 1=1" }), false);
  assert.equal((await db("pinned_keys").where({ person_id: paulId })).length, 0);
});

test("two confirmations at once leave one key in force", async () => {
  const lea = await newPerson();
  await deliver(await attached(lea, lea.key));
  const other = await generateSecretKey("Lea", lea.address);
  await deliver(await attached(lea, other));
  const personId = await personOfAddress(db, vault, lea.address);
  const offered = await offeredTo({ ...lea, id: personId });

  await Promise.all(
    offered.map(({ id }) =>
      confirmKeyOfPerson(db, vault, {
        personId,
        offeredId: id,
        staffId: staff.nina,
        ticketId: null,
        compared: false,
      }),
    ),
  );

  const rows = await db("pinned_keys").where({ person_id: personId });
  assert.equal(rows.length, 2);
  assert.equal(rows.filter(({ ended_at }) => ended_at === null).length, 1);
});

test("our own key that comes back with an answer is not taken for the person's", async () => {
  const paul = await newPerson();
  const { fingerprint } = {
    fingerprint: (await readKey({ armoredKey: deskPublic })).getFingerprint().toUpperCase(),
  };
  await db("our_keys").insert({
    fingerprint,
    user_ids: ["Desk"],
    created_at: new Date(),
    public_key: deskPublic,
  });

  const ticketId = await deliver(await attached(paul, { public: deskPublic, secret: "", fingerprint }));

  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, true);
});

test("no table holds a name, an address or a fingerprint of a key in the open", async () => {
  const lea = await confirmedPerson();
  const tables = ["pinned_keys", "offered_keys", "ticket_events", "people"];
  const all = await Promise.all(
    tables.map(async (table) =>
      JSON.stringify((await db.raw("select ??::text as row from ??", [table, table])).rows),
    ),
  );
  for (const [n, text] of all.entries()) {
    assert.ok(!text.toUpperCase().includes(lea.key.fingerprint), tables[n]);
    assert.ok(!text.includes(lea.address), tables[n]);
    assert.ok(!text.includes(Buffer.from(lea.address).toString("hex")), tables[n]);
    assert.ok(
      !text.toUpperCase().includes(Buffer.from(lea.key.fingerprint).toString("hex").toUpperCase()),
      tables[n],
    );
  }
});

type Person = { id: string; address: string; key: NewKey };

async function newPerson(options: { expiresInDays?: number } = {}): Promise<Person> {
  count += 1;
  const address = `lea${count}@example.org`;
  return { id: "", address, key: await generateSecretKey("Lea", address, options) };
}

/** Somebody whose key came attached and was confirmed. */
async function confirmedPerson(options: { expiresInDays?: number } = {}): Promise<Person> {
  const person = await newPerson(options);
  await deliver(await attached(person, person.key));
  const known = { ...person, id: await personOfAddress(db, vault, person.address) };
  await confirmNewest(known);
  return known;
}

async function confirmNewest(person: Person): Promise<void> {
  const [offered] = await offeredTo(person);
  const confirmed = await confirmKeyOfPerson(db, vault, {
    personId: person.id,
    offeredId: offered?.id ?? "",
    staffId: staff.nina,
    ticketId: null,
    compared: false,
  });
  assert.ok(confirmed);
}

async function keysOf(person: Person) {
  return await keysOfPerson(db, vault, await personOfAddress(db, vault, person.address));
}

async function offeredTo(person: Person): Promise<OfferedKey[]> {
  return (await keysOf(person))?.offered ?? [];
}

async function countOffered(): Promise<number> {
  return (await db("offered_keys")).length;
}

/** The ticket that the mail opened. */
async function deliver(raw: string | Buffer): Promise<string> {
  const [ticketId] = await desk.tickets(raw);
  assert.ok(ticketId);
  return ticketId;
}

async function attached(from: Person, key: NewKey): Promise<string> {
  return plainMail({
    from: from.address,
    headers: ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="part"'],
    text: [
      "--part",
      "Content-Type: text/plain",
      "",
      "Hello, my printer does not print any more.",
      "--part",
      'Content-Type: application/pgp-keys; name="key.asc"',
      'Content-Disposition: attachment; filename="key.asc"',
      "",
      key.public,
      "--part--",
    ].join("\r\n"),
  });
}

async function autocrypt(from: Person, key: NewKey): Promise<string> {
  return plainMail({
    from: from.address,
    headers: [`Autocrypt: addr=${from.address}; prefer-encrypt=mutual; keydata=${keydataOf(key)}`],
  });
}

async function inText(from: Person, key: NewKey): Promise<string> {
  return plainMail({ from: from.address, text: `Hello, it does not print.\r\n\r\n${key.public}` });
}

function keyFile(key: NewKey): Attachment {
  return { filename: "key.asc", contentType: "application/pgp-keys", bytes: Buffer.from(key.public) };
}

async function signedBy(key: NewKey, from: Person, attachments: Attachment[]): Promise<Buffer> {
  count += 1;
  const mail: Outgoing = {
    from: { name: "Lea", address: from.address },
    to: { name: "", address: deskAddress },
    subject: "My new key",
    text: "Hello, this is a mail that I signed.",
    messageId: `<signed-${count}@example.org>`,
    inReplyTo: null,
    references: [],
    date: new Date(),
    language: null,
    attachments,
  };
  return Buffer.from(await composeEncrypted(mail, [deskPublic], await openSecretKeys([key.secret])));
}

function keydataOf(key: NewKey): string {
  return Buffer.from(dearmor(key.public, "PUBLIC KEY BLOCK") ?? []).toString("base64");
}
