import type { Database } from "../database.ts";
import type { SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { statusColumns } from "./change-status.ts";
import { changeTickets } from "./change-tickets.ts";
import type { MessageContent } from "./ticket.ts";

export type NewMessage = {
  ticketId: string;
  key: SealingKey;
  kind: "from_user" | "answer" | "note" | "bounce" | "acknowledgement";
  content: MessageContent;
  /** When it was received; absent: now. */
  createdAt?: Date;
  mailId?: string | null;
  staffId?: string | null;
  personId?: string | null;
  /** Keyed hash of the other addresses at which its mail asks for answers. */
  replyToHash?: Buffer | null;
  /** Keyed hash of the Message-ID of its mail; empty: it had none. */
  messageIdHash?: Buffer | null;
  encryption?: "none" | "encrypted";
  signature?: "no" | "cannot check" | "bad" | "good";
  marks?: string[];
  attachments?: { filename: string; contentType: string; bytes: Uint8Array }[];
};

/** Adds a message to a ticket and returns its id. What it does to whose turn it is, the caller decides. */
export async function addMessage(db: Database, vault: Vault, message: NewMessage): Promise<string> {
  const result = await db.raw(
    `with added as (
       ${insertMessage("values (:ticketId,", "coalesce(:createdAt::timestamptz, now()))")}),
     counted as (
       update tickets set message_count = message_count + 1, last_message_at = greatest(last_message_at, added.created_at)
       from added where tickets.id = added.ticket_id)
     select id from added`,
    { ...messageValues(vault, message), ticketId: message.ticketId, createdAt: message.createdAt ?? null },
  );
  const { id }: { id: string } = result.rows[0];
  await addAttachments(db, vault, id, message);
  return id;
}

type MessageOfTicket = Omit<NewMessage, "ticketId" | "createdAt">;

/** SQL that stores a message with `messageValues`: what comes before its values begins with its ticket, the end is its time. */
export function insertMessage(before: string, after: string): string {
  return `insert into messages (ticket_id, key_id, kind, mail_id, staff_id, person_id, sealed_content, encryption, signature,
         marks, reply_to_hash, message_id_hash, created_at)
       ${before} :keyId, :kind, :mailId, :staffId, :writtenBy, :sealedContent, :encryption, :signature, :marks, :replyToHash,
         :messageIdHash, ${after}
       returning id, ticket_id, created_at`;
}

/** The values for `insertMessage`, sealed. */
export function messageValues(vault: Vault, message: MessageOfTicket) {
  return {
    keyId: message.key.id,
    kind: message.kind,
    mailId: message.mailId ?? null,
    staffId: message.staffId ?? null,
    writtenBy: message.personId ?? null,
    sealedContent: vault.seal(message.key.wrapped_key, "message", JSON.stringify(message.content)),
    encryption: message.encryption ?? "none",
    signature: message.signature ?? "no",
    marks: message.marks ?? [],
    replyToHash: message.replyToHash ?? null,
    messageIdHash: message.messageIdHash ?? null,
  };
}

/** Stores the files that came with a message; no statement when there are none. */
export async function addAttachments(
  db: Database,
  vault: Vault,
  messageId: string,
  { key, attachments = [] }: MessageOfTicket,
): Promise<void> {
  if (attachments.length === 0) return;
  const rows = attachments.map((attachment, position) => ({
    message_id: messageId,
    position,
    sealed_filename: vault.seal(key.wrapped_key, "filename", attachment.filename),
    content_type: attachment.contentType,
    size_bytes: attachment.bytes.length,
    sealed_bytes: vault.sealBytes(key.wrapped_key, "attachment", attachment.bytes),
  }));
  await db("attachments").insert(rows);
}

/**
 * A person wrote: it is our turn again, on anything but spam. Somebody who waited already goes on waiting since then.
 */
export async function makeItOurTurn(db: Database, ticketId: string, since = new Date()): Promise<void> {
  await changeTickets(db, [ticketId], {
    staffId: null,
    action: "our_turn",
    set: statusColumns(db, { status: "open", since }, null),
    onlyIf: db.raw("status not in ('new', 'open', 'spam')"),
    tells: "status",
  });
}
