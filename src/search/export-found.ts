import type { Database } from "../database.ts";

/** A ticket as exports tell it: what staff sort by, and nothing that a person wrote. */
export type ExportedTicket = {
  number: string;
  status: string;
  queue: string;
  language: string | null;
  channel: string;
  priority: string;
  tails_version: string | null;
  model: string | null;
  owner: string | null;
  tags: string[];
  messages: number;
  opened_at: Date;
  last_message_at: Date;
};

/** These tickets, in this order. One statement. */
export async function readExported(db: Database, ids: string[]): Promise<ExportedTicket[]> {
  const rows: ExportedTicket[] = await db("tickets")
    .join("queues", "queues.id", "tickets.queue_id")
    .leftJoin("staff", "staff.id", "tickets.owner_id")
    .whereRaw("tickets.id = any(?::bigint[])", [`{${ids.join(",")}}`])
    .select({
      number: "tickets.id",
      status: "status",
      queue: "queues.name",
      language: "tickets.language",
      channel: "channel",
      priority: "priority",
      tails_version: "tails_version",
      model: "model",
      owner: "staff.name",
      messages: "message_count",
      opened_at: "opened_at",
      last_message_at: "last_message_at",
      tags: db.raw(
        `array(select name from ticket_tags join tags on tags.id = tag_id where ticket_id = tickets.id order by name)`,
      ),
    });
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  return ids.flatMap((id) => byNumber.get(id) ?? []);
}

/** RFC 4180. Spreadsheets take a cell that begins with one of = + - @ for a formula: an apostrophe stands before it. */
export function toCsv(tickets: ExportedTicket[]): string {
  const lines = tickets.map((ticket) => columns.map((column) => cell(ticket[column])).join(","));
  return [columns.join(","), ...lines, ""].join("\r\n");
}

const columns = [
  "number",
  "status",
  "queue",
  "language",
  "channel",
  "priority",
  "tails_version",
  "model",
  "owner",
  "tags",
  "messages",
  "opened_at",
  "last_message_at",
] as const satisfies (keyof ExportedTicket)[];

function cell(value: ExportedTicket[keyof ExportedTicket]): string {
  const text =
    value instanceof Date
      ? value.toISOString()
      : Array.isArray(value)
        ? value.join(", ")
        : String(value ?? "");
  const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** RFC 4287: a number, a state and times of each ticket; no word of anybody. */
export function toAtom(tickets: ExportedTicket[], desk: { name: string; address: string }): string {
  const newest = tickets[0]?.last_message_at ?? new Date(0);
  const entries = tickets.map(
    ({ number, status, opened_at, last_message_at }) => `  <entry>
    <id>${escapeXml(`${desk.address}/tickets/${number}`)}</id>
    <title>Ticket ${number}: ${escapeXml(status.replaceAll("_", " "))}</title>
    <link href="${escapeXml(`${desk.address}/tickets/${number}`)}"/>
    <published>${opened_at.toISOString()}</published>
    <updated>${last_message_at.toISOString()}</updated>
  </entry>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${escapeXml(`${desk.address}/search`)}</id>
  <title>${escapeXml(desk.name)}: a search</title>
  <author><name>${escapeXml(desk.name)}</name></author>
  <updated>${newest.toISOString()}</updated>
${entries.join("\n")}
</feed>
`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
