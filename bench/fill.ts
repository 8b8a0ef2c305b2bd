import pg from "pg";
import { openDatabase } from "#src/database.ts";
import { seededRandom } from "#src/demo/reports/seeded-random.ts";
import { seededReport } from "#src/demo/reports/seeded-report.ts";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import type { MailReading } from "#src/inbox/mail-reading.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { hashOfAddress } from "#src/people/person-of-address.ts";
import { blindVector } from "#src/search/blind-vector.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { openVault, readMasterKey } from "#src/vault/master-key.ts";
import type { Vault } from "#src/vault/vault.ts";
import type { Ground, Say } from "./ground.ts";

/** Who signs in to look at the pages. */
export const member = { name: "bench", role: "admin" as const, password: "look at all the pages" };
/** Every so many tickets one has ten messages and a 60 kB log: these are the ones that are looked at. */
export const longEvery = 97;

type Report = Extract<MailReading, { ok: true }> & { words: string };
type Table = { name: string; columns: [name: string, type: string][]; rows: unknown[][] };

/**
 * Fills a migrated database with so many tickets of real form: each sealed under its own key, with people, messages,
 * reports, events and index. One in a hundred waits for us.
 */
export async function fillDesk(
  ground: Ground,
  url: string,
  tickets: number,
  seed: number,
  say: Say,
): Promise<void> {
  const db = openDatabase(url, { connections: 2 });
  const vault = await openVault(db, readMasterKey(ground.masterKey));
  const account = await createStaff(db, member);
  if (!account.ok) throw new Error("The database was filled before");
  const reports = await makeReports(ground, vault, db, seed);
  await db.destroy();

  const client = new pg.Client(url);
  // When filling fails the server stops under it, and the reason must not be covered by that.
  client.on("error", () => {});
  await client.connect();
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'");
  await client.query("drop index search_documents_words");
  const batch = 1000;
  for (let first = 1; first <= tickets; first += batch) {
    if (first % 10_000 === 1) say(`Filling: ${first - 1} of ${tickets} tickets`);
    const tables = newTables();
    const last = Math.min(first + batch - 1, tickets);
    for (let number = first; number <= last; number += 1) {
      addTicket(tables, vault, seededRandom(`ticket ${seed} ${number}`), {
        number,
        tickets,
        staffId: account.staff.id,
        reports,
      });
    }
    for (const table of Object.values(tables)) await insertRows(client, table);
  }
  say("Filling: indexes …");
  await client.query("create index search_documents_words on search_documents using gin (words)");
  for (const table of Object.keys(newTables()))
    await client.query(
      `select setval(pg_get_serial_sequence($1, column_name), $2) from information_schema.columns
       where table_schema = 'public' and table_name = $1 and is_identity = 'YES'`,
      [table, tickets * 20],
    );
  await client.query("vacuum analyze");
  await client.query("checkpoint");
  await client.end();
}

/** Two hundred reports, read from encrypted mail by the code of the worker; each fifth with a long log. */
async function makeReports(
  ground: Ground,
  vault: Vault,
  db: ReturnType<typeof openDatabase>,
  seed: number,
): Promise<Report[]> {
  const keys = await openSecretKeys([ground.keys.curve25519.secret]);
  const reports: Report[] = [];
  for (let number = 0; number < 200; number += 1) {
    const body = seededReport(seed * 7_000 + number, { logBytes: number % 5 === 0 ? 60_000 : 6_000 });
    const raw = await encryptReport(wrapForWire(body), ground.keys.curve25519.public, "0".repeat(32));
    const reading = await readMail(raw, keys, "support@example.org");
    if (!reading.ok || !reading.report) throw new Error("A report of the bench was not understood");
    const words = await blindVector(db, vault, reading.language, reading.searchTexts.slice(0, 2));
    reports.push({ ...reading, words });
  }
  return reports;
}

function newTables() {
  const table = (name: string, ...columns: [name: string, type: string][]): Table => ({
    name,
    columns,
    rows: [],
  });
  return {
    vault_keys: table("vault_keys", ["id", "bigint"], ["wrapped_key", "bytea"]),
    people: table(
      "people",
      ["id", "bigint"],
      ["address_hash", "bytea"],
      ["key_id", "bigint"],
      ["sealed_address", "bytea"],
    ),
    tickets: table(
      "tickets",
      ...([
        ["id", "bigint"],
        ["status", "text"],
        ["queue_id", "bigint"],
        ["language", "text"],
        ["channel", "text"],
        ["key_id", "bigint"],
        ["sealed_subject", "bytea"],
        ["person_id", "bigint"],
        ["owner_id", "bigint"],
        ["whisperback_id", "text"],
        ["tails_version", "text"],
        ["model", "text"],
        ["stick_hash", "bytea"],
        ["message_count", "integer"],
        ["opened_at", "timestamptz"],
        ["last_message_at", "timestamptz"],
        ["our_turn_since", "timestamptz"],
        ["closed_at", "timestamptz"],
        ["closed_by", "bigint"],
      ] as [string, string][]),
    ),
    mails: table(
      "mails",
      ["id", "bigint"],
      ["key_id", "bigint"],
      ["content_hash", "bytea"],
      ["size_bytes", "bigint"],
      ["state", "text"],
      ["outcome", "text"],
      ["ticket_id", "bigint"],
    ),
    messages: table(
      "messages",
      ["id", "bigint"],
      ["ticket_id", "bigint"],
      ["key_id", "bigint"],
      ["kind", "text"],
      ["mail_id", "bigint"],
      ["staff_id", "bigint"],
      ["sealed_content", "bytea"],
      ["encryption", "text"],
      ["created_at", "timestamptz"],
    ),
    reports: table(
      "reports",
      ["message_id", "bigint"],
      ["whisperback_id", "text"],
      ["tails_version", "text"],
      ["model", "text"],
      ["sealed_report", "bytea"],
      ["sealed_logs", "bytea"],
      ["log_sections", "smallint"],
    ),
    outbox_mails: table(
      "outbox_mails",
      ["ticket_id", "bigint"],
      ["message_id", "bigint"],
      ["key_id", "bigint"],
      ["sealed_envelope", "bytea"],
      ["reference", "text"],
      ["protection", "text"],
      ["state", "text"],
    ),
    ticket_events: table(
      "ticket_events",
      ["ticket_id", "bigint"],
      ["staff_id", "bigint"],
      ["action", "text"],
      ["detail", "jsonb"],
      ["created_at", "timestamptz"],
    ),
    search_documents: table(
      "search_documents",
      ["message_id", "bigint"],
      ["ticket_id", "bigint"],
      ["words", "tsvector"],
    ),
  };
}

type Filling = { number: number; tickets: number; staffId: string; reports: Report[] };

const hour = 3_600_000;
const newest = Date.parse("2026-11-22T00:00:00Z");

function addTicket(
  tables: ReturnType<typeof newTables>,
  vault: Vault,
  random: ReturnType<typeof seededRandom>,
  { number, tickets, staffId, reports }: Filling,
): void {
  const isLong = number % longEvery === 0;
  const report = reports[isLong ? random.below(40) * 5 : random.below(reports.length)];
  if (!report?.report) throw new Error("There is no such report");
  const key = vault.newKey();
  tables.vault_keys.rows.push([number, key]);
  const openedAt = newest - (tickets - number) * 0.5 * hour;
  const status = statusOf(random);
  const isClosed = status === "resolved" || status === "spam";
  const messages = isLong ? 10 : status === "new" ? 1 : 1 + random.below(3);
  const lastAt = openedAt + (messages - 1) * 5 * hour;
  const moment = (ms: number) => new Date(ms).toISOString();
  // The source of chance has 32 bits: of 100,000 draws two would be the same.
  const whisperbackId = `${random.hex(20)}${number.toString(16).padStart(12, "0")}`;

  tables.tickets.rows.push([
    number,
    status,
    queues.indexOf(report.language ?? "") + 1 || queues.length + 1,
    report.language,
    "whisperback",
    number,
    vault.seal(key, "subject", report.subject),
    personOf(tables, vault, number, tickets, random),
    status === "open" ? staffId : null,
    whisperbackId,
    report.report.tailsVersion,
    report.report.model,
    vault.lookUpHash("stick", `stick ${random.below(tickets)}`),
    messages,
    moment(openedAt),
    moment(lastAt),
    status === "new" || status === "open" ? moment(lastAt) : null,
    isClosed ? moment(lastAt + hour) : null,
    isClosed ? staffId : null,
  ]);
  tables.ticket_events.rows.push([number, null, "opened", '{"channel":"whisperback"}', moment(openedAt)]);
  for (let place = 0; place < messages; place += 1) {
    const id = number * 10 + place;
    const isAnswer = place % 2 === 1;
    const text = isAnswer
      ? `${report.text.slice(0, 600)}\n\nPlease try this, and write to us again.`
      : report.text;
    const at = moment(openedAt + place * 5 * hour);
    if (!isAnswer)
      tables.mails.rows.push([
        id,
        number,
        vault.lookUpHash("mail", `${id}`),
        30_000,
        "read",
        place === 0 ? "opened" : "added",
        number,
      ]);
    const content = JSON.stringify({
      text,
      subject: report.subject,
      from: null,
      messageId: null,
      date: null,
      warnings: [],
    });
    tables.messages.rows.push([
      id,
      number,
      number,
      isAnswer ? "answer" : "from_user",
      isAnswer ? null : id,
      isAnswer ? staffId : null,
      vault.seal(key, "message", content),
      "encrypted",
      at,
    ]);
    if (!isAnswer) continue;
    tables.outbox_mails.rows.push([
      number,
      id,
      number,
      vault.seal(key, "envelope", "{}"),
      `${random.hex(20)}${id.toString(16).padStart(12, "0")}`,
      "encrypted",
      "accepted",
    ]);
    tables.ticket_events.rows.push([
      number,
      staffId,
      "answered",
      '{"from":"open","to":"waiting_for_user"}',
      at,
    ]);
  }
  if (isClosed)
    tables.ticket_events.rows.push([
      number,
      staffId,
      "closed",
      `{"from":"open","to":"${status}"}`,
      moment(lastAt + hour),
    ]);

  const { reportJson, logsJson, logSections, tailsVersion, model } = report.report;
  const logs = logsJson && vault.seal(key, "logs", logsJson);
  tables.reports.rows.push([
    number * 10,
    whisperbackId,
    tailsVersion,
    model,
    vault.seal(key, "report", reportJson),
    logs,
    logSections,
  ]);
  tables.search_documents.rows.push([number * 10, number, report.words]);
}

const queues = ["en", "fr", "de", "es", "it", "pt"];

function statusOf(random: ReturnType<typeof seededRandom>): string {
  const chance = random.below(1000);
  if (chance < 5) return "new";
  if (chance < 10) return "open";
  if (chance < 50) return "waiting_for_user";
  return chance < 70 ? "spam" : "resolved";
}

/** Two tickets in five are from somebody new, two from somebody who wrote before, and one gives no address. */
function personOf(
  tables: ReturnType<typeof newTables>,
  vault: Vault,
  number: number,
  tickets: number,
  random: ReturnType<typeof seededRandom>,
): number | null {
  const sort = number % 5;
  if (sort === 0) return null;
  // People have every fifth and second number; each of them is added with the ticket of that number.
  if (sort > 2) return 1 + 5 * random.below(Math.ceil((number - 2) / 5) || 1);
  const keyId = tickets + number;
  const key = vault.newKey();
  const address = `reader${number}@example.org`;
  tables.vault_keys.rows.push([keyId, key]);
  tables.people.rows.push([
    number,
    hashOfAddress(vault, address),
    keyId,
    vault.seal(key, "address", address),
  ]);
  return number;
}

async function insertRows(client: pg.Client, { name, columns, rows }: Table): Promise<void> {
  if (rows.length === 0) return;
  const names = columns.map(([column]) => column).join(", ");
  // Vectors have commas and quotes of their own: as text they pass through an array, and are cast on the way in.
  const arrays = columns
    .map(([, type], index) => `$${index + 1}::${type === "tsvector" ? "text" : type}[]`)
    .join(", ");
  const casts = columns
    .map(([column, type]) => (type === "tsvector" ? `${column}::tsvector` : column))
    .join(", ");
  await client.query(
    `insert into ${name} (${names}) overriding system value select ${casts} from unnest(${arrays}) as rows (${names})`,
    columns.map((_, index) => rows.map((row) => row[index])),
  );
}
