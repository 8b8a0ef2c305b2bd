import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import type { MessageContent } from "#src/tickets/ticket.ts";
import { fixtureMail, type Intake, plainMail, startIntake } from "./intake.ts";
import type { Ending } from "./postgres.ts";

export type ShiftDesk = Intake & {
  staff: { nina: string; ilse: string; adam: string };
  /** Ids of the tickets that each mail opened, in order. */
  tickets(...raws: (Buffer | string)[]): Promise<string[]>;
};

/** A desk without pages: nina, ilse and adam work there. */
export async function startShiftDesk(t: Ending): Promise<ShiftDesk> {
  const intake = await startIntake(t);
  const { db } = intake;
  const [nina, ilse, adam] = await db("staff")
    .insert(["nina", "ilse", "adam"].map((name) => ({ name, role: "help_desk", password_hash: "-" })))
    .returning("id");
  const tickets = async (...raws: (Buffer | string)[]) => {
    const before = await db("tickets").max("id as id").first();
    for (const raw of raws) await intake.deliver(raw);
    return await db("tickets")
      .where("id", ">", before?.id ?? 0)
      .orderBy("id")
      .pluck("id");
  };
  return { ...intake, tickets, staff: { nina: nina.id, ilse: ilse.id, adam: adam.id } };
}

let key: Promise<{ public: string }> | undefined;

/** A mail with a public key in its text and a file attached. */
export async function mailWithKey(from = "lea@example.org"): Promise<string> {
  key ??= generateSecretKey("Lea", "lea@example.org");
  const text = `My screen stays black after the upgrade of yesterday.\r\n\r\n${(await key).public}`;
  const type = 'Content-Type: multipart/mixed; boundary="part"';
  return plainMail({
    from,
    subject: "Black screen",
    headers: ["MIME-Version: 1.0", type],
    text: [
      "--part",
      "Content-Type: text/plain; charset=utf-8",
      "",
      text,
      "--part",
      'Content-Type: text/plain; name="log.txt"',
      'Content-Disposition: attachment; filename="log.txt"',
      "",
      "rtw88 firmware failed",
      "--part--",
    ].join("\r\n"),
  });
}

/** An encrypted report in French. */
export const frenchReport = () => fixtureMail("whisperback-french-base64-inside");

/**
 * Everything that is stored of these tickets, opened and in order, apart from their history: what two moments have to
 * have in common for nothing to have changed.
 */
export async function dumpTickets({ db, vault }: Pick<Intake, "db" | "vault">, ids: string[]) {
  const open = (key: Buffer, purpose: string, sealed: Buffer | null) =>
    sealed && vault.open(key, purpose, sealed);
  const tickets = await db("tickets")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .whereIn("tickets.id", ids)
    .orderBy("tickets.id")
    .select(
      "tickets.*",
      "wrapped_key",
      db.raw("our_turn_since::text, closed_at::text, last_message_at::text"),
    );
  const messages = await db("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .whereIn("ticket_id", ids)
    .orderBy("messages.id")
    .select("messages.*", "wrapped_key");
  const messageIds = messages.map(({ id }) => id);
  const keys = new Map(messages.map(({ id, wrapped_key }) => [id, wrapped_key]));
  const of = (table: string) => db(table).whereIn("message_id", messageIds).orderBy("message_id").select("*");
  return {
    tickets: tickets.map(({ wrapped_key, sealed_subject, sealed_workaround, ...row }) => ({
      ...row,
      subject: open(wrapped_key, "subject", sealed_subject),
      workaround: open(wrapped_key, "workaround", sealed_workaround),
    })),
    messages: messages.map(({ wrapped_key, sealed_content, key_id, ...row }) => ({
      ...row,
      // Put back, it may be sealed anew under the key that it had.
      key_id,
      content: JSON.parse(vault.open(wrapped_key, "message", sealed_content)) as MessageContent,
    })),
    attachments: (await of("attachments")).map(({ sealed_filename, sealed_bytes, ...row }) => ({
      ...row,
      filename: open(keys.get(row.message_id), "filename", sealed_filename),
      bytes: vault.openBytes(keys.get(row.message_id), "attachment", sealed_bytes).toString("hex"),
    })),
    reports: (await of("reports")).map(({ sealed_report, sealed_logs, ...row }) => ({
      ...row,
      report: open(keys.get(row.message_id), "report", sealed_report),
      logs: open(keys.get(row.message_id), "logs", sealed_logs),
    })),
    documents: await of("search_documents"),
    outgoing: await of("outbox_mails"),
    mentions: await db("mentions").whereIn("message_id", messageIds).orderBy(["message_id", "staff_id"]),
    mails: await db("mails")
      .whereIn("ticket_id", ids)
      .orderBy("id")
      .select("id", "ticket_id", "key_id", "outcome"),
    offered: await db("offered_keys").whereIn("ticket_id", ids).orderBy("id"),
    unopened: (await of("unopened_parts")).map(({ sealed_reason, ...row }) => ({
      ...row,
      reason: open(keys.get(row.message_id), "reason", sealed_reason),
    })),
    tags: await db("ticket_tags").whereIn("ticket_id", ids).orderBy(["ticket_id", "tag_id"]),
    links: await db("ticket_links")
      .whereIn("low_id", ids)
      .orderBy(["low_id", "high_id"])
      .select("low_id", "high_id"),
    people: await db("people").orderBy("id").select("id", "queue_id"),
  };
}
