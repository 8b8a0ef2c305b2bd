import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { MessageContent } from "./ticket.ts";

/** A note that names a member of the staff. */
export type Mention = {
  message_id: string;
  ticket_id: string;
  ticket_subject: string;
  text: string;
  writer_name: string;
  created_at: Date;
};

/** Remembers whom a note calls by @name; names of nobody who works here are only words. */
export async function recordMentions(trx: Database, messageId: string, text: string): Promise<void> {
  const names = mentionedNames(text);
  if (names.length === 0) return;
  await trx.raw(
    `insert into mentions (message_id, staff_id)
     select ?, id from staff where name = any(?) and disabled_at is null on conflict do nothing`,
    [messageId, names],
  );
}

/** The names after an @ that stands at the beginning of a word: an address is no mention. */
export function mentionedNames(text: string): string[] {
  const names = [
    ...text.matchAll(/(?<![\p{L}\p{N}._%+@-])@([a-z][a-z0-9_-]{1,31})(?![a-z0-9_@]|\.[a-z])/giu),
  ];
  return [...new Set(names.map(([, name = ""]) => name.toLowerCase()))];
}

/** The names that a note calls in vain: nobody who works here has them. */
export async function namesOfNobody(db: Database, text: string): Promise<string[]> {
  const names = mentionedNames(text);
  if (names.length === 0) return [];
  const known = new Set(
    await db("staff").whereIn("name", names).whereNull("disabled_at").pluck<string[]>("name"),
  );
  return names.filter((name) => !known.has(name));
}

/** Notes that call this person and that they have not read yet, newest first, at most 50. */
export async function unreadMentions(db: Database, vault: Vault, staffId: string): Promise<Mention[]> {
  const rows = await db("mentions")
    .join("messages", "messages.id", "mentions.message_id")
    .join("vault_keys as note_keys", "note_keys.id", "messages.key_id")
    .join("tickets", "tickets.id", "messages.ticket_id")
    .join("vault_keys as ticket_keys", "ticket_keys.id", "tickets.key_id")
    .join("staff", "staff.id", "messages.staff_id")
    .where("mentions.staff_id", staffId)
    .whereNull("mentions.read_at")
    .orderBy("mentions.message_id", "desc")
    .limit(50)
    .select(
      "messages.id as message_id",
      "messages.ticket_id",
      "messages.created_at",
      "messages.sealed_content",
      "note_keys.wrapped_key as note_key",
      "tickets.sealed_subject",
      "ticket_keys.wrapped_key as ticket_key",
      "staff.name as writer_name",
    );
  return rows.map(({ sealed_content, note_key, sealed_subject, ticket_key, ...row }) => {
    const content: MessageContent = JSON.parse(vault.open(note_key, "message", sealed_content));
    return { ...row, text: content.text, ticket_subject: vault.open(ticket_key, "subject", sealed_subject) };
  });
}

/** The person has read what calls them on this ticket. Returns how many notes that were. */
export async function readMentions(db: Database, ticketId: string, staffId: string): Promise<number> {
  return await db("mentions")
    .where({ staff_id: staffId })
    .whereNull("read_at")
    .whereIn("message_id", db("messages").select("id").where({ ticket_id: ticketId }))
    .update({ read_at: db.fn.now() });
}
