import assert from "node:assert/strict";
import { enums, generateKey, type PartialConfig, type PrivateKey, readPrivateKey, revokeKey } from "openpgp";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { readMailsAgain } from "#src/inbox/read-again.ts";
import { composeEncrypted, type Outgoing } from "#src/mime/compose-mail.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { type Sender, sendDueAnswers } from "#src/outbox/send.ts";
import { personOfAddress } from "#src/people/person-of-address.ts";
import { readOverview } from "#src/shifts/overview.ts";
import { confirmKeyOfPerson } from "#src/tickets/confirm-key.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { deskAddress, deskSecretKey, plainMail } from "#test/support/intake.ts";
import type { Ending } from "#test/support/postgres.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";

export type Person = { id: string; address: string; key: PrivateKey; ticketId: string };
export type KeyDesk = Awaited<ReturnType<typeof startKeyDesk>>;

/** A desk to which people with keys write, with what they and the staff do. */
export async function startKeyDesk(t: Ending) {
  const desk = await startShiftDesk(t);
  const { db, vault, staff, readers } = desk;
  const sink: SmtpSink = await startSmtpSink();
  t.after(() => sink.stop());
  const deskKeys = await openSecretKeys([deskSecretKey]);
  const [deskPublic = ""] = exportPublic(deskKeys);
  const sender: Sender = {
    name: "Help desk",
    address: deskAddress,
    keys: deskKeys,
    server: { host: sink.host, port: sink.port, tls: "no", secondsToWait: 5 },
  };
  let count = 0;
  const send = () => sendDueAnswers(db, vault, sender);
  return {
    desk,
    db,
    vault,
    staff,
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
  };

  /** Whose ended key the start page tells first. */
  async function newestEnded(): Promise<string | undefined> {
    return (await readOverview(db, vault, staff.nina)).ended_keys[0]?.person_id;
  }

  async function newPerson(date?: Date, settings?: PartialConfig): Promise<Person> {
    count += 1;
    await db("outbox_mails").delete();
    sink.mails.length = 0;
    const address = `lea${count}@example.org`;
    return { id: "", ticketId: "", address, key: await newKey(address, date, settings) };
  }

  async function confirmedPerson(date?: Date, settings?: PartialConfig): Promise<Person> {
    return await confirm(await newPerson(date, settings));
  }

  async function confirm(lea: Person, armored = lea.key.toPublic().armor()): Promise<Person> {
    const [ticketId = ""] = await desk.tickets(withFile(lea.address, armored));
    const id = await personOfAddress(db, vault, lea.address);
    await confirmNewest(id);
    return { ...lea, id, ticketId };
  }

  async function confirmNewest(personId: string): Promise<void> {
    const offered = (
      await db("offered_keys").where({ person_id: personId }).orderBy("id", "desc").first("id")
    ).id;
    const confirmation = {
      personId,
      offeredId: offered,
      staffId: staff.nina,
      ticketId: null,
      compared: false,
    };
    assert.ok(await confirmKeyOfPerson(db, vault, confirmation));
  }

  async function answer({ ticketId }: Pick<Person, "ticketId">): Promise<void> {
    const said = { text: "Please try again.", clearAgreed: false, seenMessageId: null, secondsToTakeBack: 0 };
    await replyToTicket(db, vault, { ticketId, staffId: staff.nina, ...said });
  }

  async function lastMessage(): Promise<{ id: string; signature: string }> {
    return await db("messages").where({ kind: "from_user" }).orderBy("id", "desc").first("id", "signature");
  }

  async function verdictOf(raw: string | Buffer): Promise<string> {
    await desk.deliver(raw);
    return (await lastMessage()).signature;
  }

  async function readAgain(): Promise<void> {
    const onFailure = (error: unknown) => {
      throw error;
    };
    assert.ok((await readMailsAgain(db, vault, { readers, onFailure })) > 0);
  }

  /** Encrypted to the desk, signed when there is a key, with a key attached or not. */
  async function signedMail(lea: Person, key: PrivateKey | null, armored?: string): Promise<Buffer> {
    count += 1;
    const mail: Outgoing = {
      from: { name: "Lea", address: lea.address },
      to: { name: "", address: deskAddress },
      subject: "My key",
      text: "Hello, this is what I wrote.",
      messageId: `<revoked-${count}@example.org>`,
      inReplyTo: null,
      references: [],
      date: new Date(),
      language: null,
      attachments: armored
        ? [{ filename: "key.asc", contentType: "application/pgp-keys", bytes: Buffer.from(armored) }]
        : [],
    };
    const signer = key ?? (await newKey("somebody@example.net"));
    return Buffer.from(await composeEncrypted(mail, [deskPublic], await openSecretKeys([signer.armor()])));
  }
}

/** A key of a person; `settings` are the library's, such as for version 6. */
export async function newKey(
  address: string,
  date = new Date(),
  settings: PartialConfig = {},
): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    userIDs: [{ name: "Lea", email: address }],
    date,
    config: settings,
    format: "object",
  });
  return privateKey;
}

/** Her public key with a revocation of it by herself. */
export async function revokedCopy(
  { key }: Pick<Person, "key">,
  flag = enums.reasonForRevocation.keyCompromised,
  date = new Date(),
): Promise<string> {
  const copy = await readPrivateKey({ armoredKey: key.armor() });
  const reasonForRevocation = { flag };
  const { publicKey } = await revokeKey({ key: copy, reasonForRevocation, date, format: "object" });
  return publicKey.armor();
}

/** Her key with a revocation of one of its parts. */
export async function withRevokedPart(key: PrivateKey, fingerprint: string): Promise<PrivateKey> {
  const copy = await readPrivateKey({ armoredKey: key.armor() });
  const at = copy.subkeys.findIndex((part) => part.getFingerprint() === fingerprint);
  const part = copy.subkeys[at];
  assert.ok(part && "privateParams" in copy.keyPacket);
  copy.subkeys[at] = await part.revoke(copy.keyPacket, { flag: enums.reasonForRevocation.keyCompromised });
  return copy;
}

/** A mail in clear with a key attached. */
export function withFile(from: string, armored: string): string {
  return plainMail({
    from,
    headers: ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="part"'],
    text: `--part\r\n\r\nHello, it does not print.\r\n--part\r\nContent-Type: application/pgp-keys\r\n\r\n${armored}\r\n--part--`,
  });
}
