import { type Database, sendTogether } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { MessageContent } from "./ticket.ts";
import type { StateChange } from "./ticket-state.ts";

export type ThreadMessage = {
  id: string;
  kind: "from_user" | "answer" | "note" | "bounce" | "acknowledgement";
  content: MessageContent;
  staff_id: string | null;
  staff_name: string | null;
  encryption: "none" | "encrypted";
  signature: "no" | "cannot check" | "bad" | "good";
  marks: string[];
  created_at: Date;
  mail_id: string | null;
  has_report: boolean;
  attachments: ThreadAttachment[];
  /** The mail that it was read from can be read again. */
  has_raw: boolean;
  /** That it was read once more, or is to be; null: nobody asked for it. */
  again: Again | null;
  /** What became of an answer; null for anything else. */
  outbox: {
    id: string;
    state: "queued" | "sending" | "accepted" | "failed" | "unknown" | "withdrawn";
    protection: "encrypted" | "clear";
    failure: string | null;
    bounced_at: Date | null;
    not_before: Date;
  } | null;
};

export type Again = {
  asked_at: Date;
  done_at: Date | null;
  result: "changed" | "same" | "no copy" | "not read" | null;
  reason: string | null;
};

export type ThreadAttachment = { id: string; filename: string; content_type: string; size_bytes: string };

export type ThreadEvent = {
  id: string;
  action: string;
  detail: Record<string, string>;
  staff_name: string | null;
  /** What it changed, as it was; null: nothing that could be restored. */
  before: StateChange | null;
  created_at: Date;
};

/** Everything that happened on a ticket, oldest first: messages and events in one story. Two statements. */
export async function readThread(
  db: Database,
  vault: Vault,
  ticketId: string,
): Promise<({ type: "message"; message: ThreadMessage } | { type: "event"; event: ThreadEvent })[]> {
  const [messages, events] = await sendTogether([
    readMessages(db, vault, ticketId),
    readEvents(db, ticketId),
  ]);
  const story = [
    ...messages.map((message) => ({ type: "message" as const, message, at: message.created_at })),
    ...events.map((event) => ({ type: "event" as const, event, at: event.created_at })),
  ];
  return story.sort((one, other) => one.at.getTime() - other.at.getTime());
}

async function readMessages(db: Database, vault: Vault, ticketId: string): Promise<ThreadMessage[]> {
  const rows = await db("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .leftJoin("staff", "staff.id", "messages.staff_id")
    .leftJoin("outbox_mails", "outbox_mails.message_id", "messages.id")
    .leftJoin("reports", "reports.message_id", "messages.id")
    .leftJoin("mails", "mails.id", "messages.mail_id")
    .leftJoin("read_again", "read_again.mail_id", "messages.mail_id")
    .where("messages.ticket_id", ticketId)
    .orderBy("messages.id")
    .select(
      "messages.*",
      "vault_keys.wrapped_key",
      "staff.name as staff_name",
      db.raw("reports.message_id is not null as has_report"),
      db.raw("mails.sealed_raw is not null as has_raw"),
      "read_again.asked_at",
      "read_again.done_at",
      "read_again.result as again_result",
      "read_again.reason as again_reason",
      db.raw(
        `case when outbox_mails.id is not null then json_build_object('id', outbox_mails.id::text,
             'state', outbox_mails.state, 'protection', outbox_mails.protection, 'failure', outbox_mails.failure) end as outbox`,
      ),
      "outbox_mails.bounced_at",
      "outbox_mails.not_before",
      db.raw(
        `(select json_agg(json_build_object('id', id::text, 'sealed_filename', encode(sealed_filename, 'hex'),
              'content_type', content_type, 'size_bytes', size_bytes::text) order by position)
            from attachments where message_id = messages.id) as files`,
      ),
    );
  return rows.map(({ wrapped_key, sealed_content, outbox, bounced_at, not_before, files, ...row }) => ({
    ...row,
    content: JSON.parse(vault.open(wrapped_key, "message", sealed_content)),
    attachments: (files ?? []).map(({ sealed_filename, ...file }: SealedFile) => ({
      ...file,
      filename: vault.open(wrapped_key, "filename", Buffer.from(sealed_filename, "hex")),
    })),
    again: row.asked_at && againOf(row),
    outbox: outbox && { ...outbox, bounced_at, not_before },
  }));
}

function againOf(row: Pick<Again, "asked_at" | "done_at"> & Record<string, unknown>) {
  const { asked_at, done_at, again_result: result, again_reason: reason } = row;
  return { asked_at, done_at, result, reason };
}

type SealedFile = Omit<ThreadAttachment, "filename"> & { sealed_filename: string };

async function readEvents(db: Database, ticketId: string): Promise<ThreadEvent[]> {
  return await db("ticket_events")
    .leftJoin("staff", "staff.id", "ticket_events.staff_id")
    .where("ticket_events.ticket_id", ticketId)
    .orderBy("ticket_events.id")
    .select("ticket_events.*", "staff.name as staff_name");
}
