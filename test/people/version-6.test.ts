import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  createCleartextMessage,
  createMessage,
  encrypt,
  enums,
  generateKey,
  type PartialConfig,
  readKey,
  readMessage,
  readPrivateKey,
  reformatKey,
  sign,
} from "openpgp";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { packetTags, readPacketHeads } from "#src/openpgp/read-packets.ts";
import { differenceOf, inGroups } from "#src/people/fingerprint.ts";
import { keysOfPerson } from "#src/people/keys-of-person.ts";
import { personOfAddress } from "#src/people/person-of-address.ts";
import { plainMail } from "#test/support/intake.ts";
import { fewSections, makeReport } from "#test/whisperback/make-report.ts";
import { type Person, revokedCopy, startKeyDesk, withFile, withRevokedPart } from "./key-owner.ts";

const owners = await startKeyDesk({ after });
const {
  desk,
  db,
  vault,
  sink,
  send,
  deskPublic,
  newPerson,
  confirmedPerson,
  confirm,
  confirmNewest,
  answer,
} = owners;
const { signedMail, verdictOf } = owners;
const v6: PartialConfig = { v6Keys: true, aeadProtect: true };
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const inForceOf = async ({ id }: Person) => (await keysOfPerson(db, vault, id))?.inForce;

const ways: Record<string, (lea: Person, armored: string) => Promise<string | Buffer> | string> = {
  "in the text": (lea, armored) => plainMail({ from: lea.address, text: `My key:\r\n\r\n${armored}` }),
  attached: (lea, armored) => withFile(lea.address, armored),
  "in an Autocrypt header": (lea, armored) => {
    const keydata = Buffer.from(dearmor(armored, "PUBLIC KEY BLOCK") ?? []).toString("base64");
    return plainMail({ from: lea.address, headers: [`Autocrypt: addr=${lea.address}; keydata=${keydata}`] });
  },
  "in the key field of a report": async (lea, armored) => {
    const text = makeReport({
      from: lea.address,
      key: "included below",
      keyBlock: armored.replaceAll("\r\n", "\n").trim(),
      version: "7.4",
      sections: fewSections,
    });
    return Buffer.from(await encryptReport(wrapForWire(text), deskPublic, "v6"));
  },
};

for (const [way, mailOf] of Object.entries(ways)) {
  test(`a key of version 6 is offered, confirmed and answered to: ${way}`, async () => {
    const lea = await newPerson(daysAgo(1), v6);
    const [ticketId = ""] = await desk.tickets(await mailOf(lea, lea.key.toPublic().armor()));
    const id = await personOfAddress(db, vault, lea.address);
    const fingerprint = lea.key.getFingerprint().toUpperCase();
    assert.equal(fingerprint.length, 64);
    assert.equal((await keysOfPerson(db, vault, id))?.offered[0]?.facts.fingerprint, fingerprint);

    await confirmNewest(id);
    await answer({ ticketId });
    await send();

    const left = sink.mails.at(-1)?.raw ?? Buffer.of();
    assert.doesNotMatch(left.toString(), /Please try again/);
    const parsed = await parseMail(left);
    const armored = parsed.ok ? Buffer.from(parsed.mail.attachments[1]?.bytes ?? []).toString() : "";
    const bytes = dearmor(armored, "MESSAGE") ?? new Uint8Array();
    const heads = readPacketHeads(bytes, 9) ?? [];
    // A session key of version 6 leads to a container of version 2 and to no other (RFC 9580 §10.3.2.1).
    assert.equal(bytes[heads[0]?.body ?? 0], 6);
    assert.deepEqual(
      heads.map(({ tag }) => tag),
      [packetTags.publicKeySessionKey, packetTags.encrypted],
    );
    const opened = await decrypt(armored, await openSecretKeys([lea.key.armor()]), [deskPublic]);
    assert.ok(opened.ok && Buffer.from(opened.bytes).includes("Please try again"));
    assert.equal(opened.signed, "good");
  });
}

test("a report that names a key of version 6 by its fingerprint counts as one that names a key", async () => {
  const lea = await newPerson(daysAgo(1), v6);
  const text = makeReport({
    from: lea.address,
    key: inGroups(lea.key.getFingerprint()),
    version: "7.4",
    sections: fewSections,
  });
  const [ticketId = ""] = await desk.tickets(
    Buffer.from(await encryptReport(wrapForWire(text), deskPublic, "v6b")),
  );

  await assert.rejects(answer({ ticketId }), /named a key in a report/);
});

test("what a key of version 6 signed is good, encrypted and in a clear-signed text, until its owner takes it back", async () => {
  const lea = await confirmedPerson(daysAgo(2), v6);
  const clearSigned = async () => {
    const message = await createCleartextMessage({ text: "It does not start." });
    const text = await sign({ message, signingKeys: lea.key });
    return plainMail({
      from: lea.address,
      text: text.replaceAll("\n", "\r\n").replaceAll("\r\r", "\r"),
    }).replace(/^Date: .*$/m, `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`);
  };
  assert.equal(await verdictOf(await signedMail(lea, lea.key)), "good");
  assert.equal(await verdictOf(await clearSigned()), "good");
  assert.equal(await verdictOf((await clearSigned()).replace("not start", "NOT start")), "bad");

  await desk.deliver(withFile(lea.address, await revokedCopy(lea)));

  assert.equal(await verdictOf(await clearSigned()), "cannot check");
  assert.equal(await verdictOf(await signedMail(lea, lea.key)), "cannot check");
});

test("its revocation counts in a copy and alone, that of its part for encryption, and its end", async () => {
  const copy = async (lea: Person) => withFile(lea.address, await revokedCopy(lea));
  const alone = async (lea: Person) => {
    const certificate = await (
      await readKey({ armoredKey: await revokedCopy(lea) })
    ).getRevocationCertificate();
    assert.ok(typeof certificate === "string");
    return plainMail({ from: "friend@example.net", text: certificate });
  };
  const ofPart = async (lea: Person) => {
    const part = lea.key.getSubkeys()[0]?.getFingerprint() ?? "";
    return withFile(lea.address, (await withRevokedPart(lea.key, part)).toPublic().armor());
  };
  const end = async (lea: Person) => {
    const { publicKey } = await reformatKey({
      privateKey: await readPrivateKey({ armoredKey: lea.key.armor() }),
      userIDs: [{ name: "Lea", email: lea.address }],
      keyExpirationTime: 86_400,
      date: daysAgo(4),
      format: "armored",
    });
    return withFile(lea.address, publicKey);
  };
  for (const [mailOf, problem] of [
    [copy, /revoked by its owner/],
    [alone, /revoked by its owner/],
    [ofPart, /part of this key that encrypts was revoked/],
    [end, /expired on/],
  ] as const) {
    const lea = await confirmedPerson(daysAgo(5), v6);
    await answer(lea);

    await desk.deliver(await mailOf(lea));

    assert.match((await inForceOf(lea))?.problem ?? "", problem);
    await send();
    assert.equal(sink.mails.length, 0);
    await assert.rejects(answer(lea), problem);
  }
});

test("a key of version 6 without names goes by its direct-key signature", async () => {
  const lea = await newPerson(daysAgo(1), v6);
  const nameless = await readPrivateKey({ armoredKey: lea.key.armor() });
  nameless.users = [];

  const known = await confirm(lea, nameless.toPublic().armor());

  await answer(known);
  await send();
  assert.equal(sink.mails.length, 1);
  assert.equal(await verdictOf(await signedMail(lea, lea.key)), "good");
});

test("a fingerprint of 64 digits is compared whole", () => {
  const fingerprint = "0123456789ABCDEF".repeat(4);

  assert.equal(differenceOf(`openpgp4fpr:${fingerprint.toLowerCase()}`, fingerprint), null);
  assert.equal(differenceOf(inGroups(fingerprint), fingerprint), null);
  assert.match(differenceOf(fingerprint.slice(0, 40), fingerprint) ?? "", /has 64 digits, and this has 40/);
});

test("a message of SEIPD version 2 opens in each mode and with hidden recipient, by keys of versions 4 and 6", async () => {
  const { eax, ocb, gcm } = enums.aead;
  for (const settings of [{}, v6]) {
    const { privateKey } = await generateKey({
      userIDs: [{ email: "desk@example.org" }],
      config: { ...settings, aeadProtect: true },
      format: "armored",
    });
    const keys = await openSecretKeys([privateKey]);
    for (const preferredAEADAlgorithm of [eax, ocb, gcm]) {
      for (const wildcard of [false, true]) {
        // What the key prefers would win over the sender's mode.
        const { publicKey: ofMode } = await reformatKey({
          privateKey: await readPrivateKey({ armoredKey: privateKey }),
          userIDs: [{ email: "desk@example.org" }],
          config: { ...settings, aeadProtect: true, preferredAEADAlgorithm },
          format: "object",
        });
        const armored = await encrypt({
          message: await createMessage({ text: "Hello" }),
          encryptionKeys: ofMode,
          wildcard,
          config: { aeadProtect: true, preferredAEADAlgorithm },
        });
        const message = await readMessage({ armoredMessage: armored });
        const [container] = message.packets.filterByTag(enums.packet.symEncryptedIntegrityProtectedData);
        assert.deepEqual(
          [Reflect.get(container ?? {}, "version"), Reflect.get(container ?? {}, "aeadAlgorithm")],
          [2, preferredAEADAlgorithm],
        );

        const opened = await decrypt(armored, keys);

        assert.ok(opened.ok && Buffer.from(opened.bytes).toString() === "Hello");
      }
    }
  }
});

test("a message that a password protects by Argon2 is said and not opened, at no cost", async () => {
  const lea = await newPerson();
  const armored = await encrypt({
    message: await createMessage({ text: "Hello" }),
    passwords: ["correct horse"],
    config: { s2kType: enums.s2k.argon2, aeadProtect: true },
  });
  const heads = readPacketHeads(dearmor(armored, "MESSAGE") ?? new Uint8Array(), 1);
  assert.equal(heads?.[0]?.tag, packetTags.passwordSessionKey);

  await desk.deliver(plainMail({ from: lea.address, text: `Hello, see below.\r\n\r\n${armored}` }));

  const { message_id } = await db("unopened_parts").orderBy("message_id", "desc").first("message_id");
  const { ticket_id } = await db("messages").where({ id: message_id }).first("ticket_id");
  await assert.rejects(answer({ ticketId: ticket_id }), /looks encrypted/);
});
