import type { Database } from "../database.ts";
import type { Attachment } from "../mime/mail.ts";
import type { MessageContent } from "../tickets/ticket.ts";
import type { Vault } from "../vault/vault.ts";
import type { KnownOf } from "./known-of.ts";
import { contentHashOf } from "./same-report-id.ts";
import type { Understood } from "./store-message.ts";

/** What came before a mail and belongs to it by a Message-ID. Nothing of that is proven: anybody can write any id and From. */
export type Earlier = {
  /** The ticket of a mail that the same person wrote and that this one names. */
  ownTicketId: string | null;
  /** The ticket on which the very same mail stands, that came by another way. */
  sameMailOn: string | null;
  /** Another mail came with its Message-ID. */
  sharesId: boolean;
};

const none: Earlier = { ownTicketId: null, sameMailOn: null, sharesId: false };
const mostReferences = 50;

/** The keyed hash of a Message-ID that came, as it is stored; empty: there was none. */
export function hashOfMessageId(vault: Vault, messageId: string | null): Buffer {
  return messageId === null ? Buffer.alloc(0) : vault.lookUpHash("incoming message id", messageId);
}

/**
 * Makes whoever stores a mail with this Message-ID at the same time wait for the end of the transaction: of two copies of
 * one mail the second must see the first. The first statement of its transaction, so that nobody waits in a circle.
 */
export async function holdMessageId(trx: Database, vault: Vault, messageId: string | null): Promise<void> {
  if (messageId === null) return;
  const lock = hashOfMessageId(vault, messageId).readBigInt64BE(0).toString();
  await trx.raw("select pg_advisory_xact_lock(?::bigint)", [lock]);
}

/** Looks for earlier messages by the ids that a mail names and bears. One statement, none for a mail without ids. */
export async function earlierMessages(
  trx: Database,
  vault: Vault,
  reading: Understood,
  replyToHash: Buffer | null,
  { hasUnhashed }: KnownOf,
): Promise<Earlier> {
  const named = reading.report ? [] : reading.references.slice(-mostReferences);
  const namedHashes = named.map((id) => hashOfMessageId(vault, id));
  const ownHash = reading.messageId === null ? null : hashOfMessageId(vault, reading.messageId);
  const hashes = [...namedHashes, ...(ownHash ? [ownHash] : [])];
  if (hashes.length === 0 || reading.sender === "bounce") return none;

  if (hasUnhashed) await hashThem(trx, vault, await unhashedOf(trx, reading.personId));
  const rows = await messagesWith(trx, hashes);

  const isOwn = (row: Row) => row.person_id !== null && row.person_id === reading.personId;
  // A list or a form writes for many people under one address: where answers are asked for tells them apart.
  const isOneWriter = (row: Row) => isOwn(row) && isSame(row.reply_to_hash, replyToHash);
  const own = rows.find(
    (row) => isOneWriter(row) && namedHashes.some((hash) => hash.equals(row.message_id_hash)),
  );
  const twins = rows.filter(({ message_id_hash }) => ownHash?.equals(message_id_hash));
  const same = await firstSame(trx, vault, reading, reading.report ? twins : twins.filter(isOneWriter));
  return { ownTicketId: own?.ticket_id ?? null, sameMailOn: same, sharesId: twins.length > 0 };
}

type Row = {
  id: string;
  ticket_id: string;
  person_id: string | null;
  message_id_hash: Buffer;
  reply_to_hash: Buffer | null;
  content_hash: Buffer | null;
};

/** The newest first. Found before they are sorted: else PostgreSQL may walk all messages from the newest on. */
async function messagesWith(trx: Database, hashes: Buffer[]): Promise<Row[]> {
  const result = await trx.raw<{ rows: Row[] }>(
    `with named as materialized (
       select id, ticket_id, person_id, message_id_hash, reply_to_hash from messages
       where message_id_hash = any(?::bytea[]) and kind = 'from_user')
     select named.*, (select content_hash from reports where message_id = named.id) as content_hash
     from (select * from named order by id desc limit 100) named order by id desc`,
    [hashes],
  );
  return result.rows;
}

type Unhashed = { id: string; sealed_content: Buffer; wrapped_key: Buffer };

/** Messages of a person that came before there was a hash; the newest of them. */
async function unhashedOf(trx: Database, personId: string | null): Promise<Unhashed[]> {
  if (personId === null) return [];
  return await trx("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ person_id: personId })
    .whereNull("message_id_hash")
    .whereNotNull("mail_id")
    .orderBy("messages.id", "desc")
    .limit(50)
    .select<Unhashed[]>("messages.id", "sealed_content", "wrapped_key");
}

async function hashThem(trx: Database, vault: Vault, messages: Unhashed[]): Promise<void> {
  const hashes = messages.map(({ sealed_content, wrapped_key }) =>
    hashOfMessageId(vault, contentOf(vault, wrapped_key, sealed_content).messageId ?? null),
  );
  await trx.raw(
    `update messages set message_id_hash = hashed.hash
     from unnest(?::bigint[], ?::bytea[]) as hashed (id, hash) where messages.id = hashed.id`,
    [messages.map(({ id }) => id), hashes],
  );
}

/** Of a few messages with the same Message-ID the one that says the same; what one says is opened for that. */
async function firstSame(
  trx: Database,
  vault: Vault,
  reading: Understood,
  twins: Row[],
): Promise<string | null> {
  for (const twin of twins.slice(0, 5)) {
    const same = reading.report
      ? isSame(twin.content_hash, contentHashOf(vault, reading.report))
      : await saysTheSame(trx, vault, reading, twin.id);
    if (same) return twin.ticket_id;
  }
  return null;
}

async function saysTheSame(
  trx: Database,
  vault: Vault,
  { text, subject, attachments }: Understood,
  messageId: string,
): Promise<boolean> {
  const message = await trx("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where("messages.id", messageId)
    .first<{ sealed_content: Buffer; wrapped_key: Buffer }>("sealed_content", "wrapped_key");
  const before = contentOf(vault, message.wrapped_key, message.sealed_content);
  if (before.text !== text || before.subject !== subject) return false;
  const files = await trx("attachments")
    .where({ message_id: messageId })
    .orderBy("position")
    .select<{ id: string; size_bytes: string }[]>("id", "size_bytes");
  if (files.length !== attachments.length) return false;
  for (const [place, file] of files.entries()) {
    const now = attachments[place];
    if (!now || Number(file.size_bytes) !== now.bytes.length) return false;
    if (!(await isSameFile(trx, vault, message.wrapped_key, file.id, now))) return false;
  }
  return true;
}

async function isSameFile(
  trx: Database,
  vault: Vault,
  key: Buffer,
  attachmentId: string,
  now: Attachment,
): Promise<boolean> {
  const row = await trx("attachments").where({ id: attachmentId }).first("sealed_filename", "sealed_bytes");
  return (
    vault.open(key, "filename", row.sealed_filename) === now.filename &&
    vault.openBytes(key, "attachment", row.sealed_bytes).equals(now.bytes)
  );
}

function contentOf(vault: Vault, key: Buffer, sealed: Buffer): MessageContent {
  return JSON.parse(vault.open(key, "message", sealed));
}

function isSame(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}
