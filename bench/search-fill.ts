import assert from "node:assert/strict";
import pg from "pg";
import type { Database } from "#src/database.ts";
import { blindVector } from "#src/search/blind-vector.ts";
import type { SearchKey } from "#src/search/search-keys.ts";
import type { Vault } from "#src/vault/vault.ts";
import type { Say } from "./ground.ts";
import { logModels, logOf, textsOf, type Vocabulary, vectorsOf } from "./search-words.ts";

const batch = 2_000;
const newest = Date.parse("2026-11-01T00:00:00Z");
const minute = 60_000;

type Filling = { vault: Vault; vocabulary: Vocabulary; tickets: number; seed: number; say: Say };

/** Tickets with a report each, of eight versions, five queues and all states; opened five minutes apart; half of
 * them have a tag. */
export async function fillTickets(
  url: string,
  { vault, vocabulary, tickets, seed, say }: Filling,
): Promise<void> {
  const client = await openClient(url);
  const key = vault.newKey();
  const { rows } = await client.query("insert into vault_keys (wrapped_key) values ($1) returning id", [key]);
  const keyId = rows[0].id;
  await client.query(
    "insert into staff (name, role, password_hash) values ('bench', 'admin', 'none') on conflict do nothing",
  );
  await client.query("create table bench_logs (model int primary key, sealed bytea)");
  for (let model = 0; model < logModels; model += 1) {
    const words = logOf(vocabulary, seed, model).map(({ text }) => text);
    const sections = JSON.stringify([{ kind: "journal", text: `kernel: *ERROR* ${words.join(" ")}` }]);
    await client.query("insert into bench_logs values ($1, $2)", [model, vault.seal(key, "logs", sections)]);
  }
  say("Filling: tickets, messages, reports");
  const start = new Date(newest - tickets * 5 * minute).toISOString();
  await client.query(
    `insert into tickets (id, status, queue_id, language, channel, key_id, sealed_subject, tails_version, model,
       message_count, opened_at, last_message_at, our_turn_since, closed_at, closed_by) overriding system value
     select n, status, 1 + n % 5, 'en', 'whisperback', $1, $2,
       (array['5.22', '6.0', '6.1', '6.9', '6.10', '7.0~rc1', '7.0', '7.1'])[1 + n % 8], 'Model ' || n % 300, 1, at, at,
       case when status = 'open' then at end, case when status in ('resolved', 'spam') then at end,
       case when status in ('resolved', 'spam') then 1 end
     from (select n, $3::timestamptz + n * interval '5 minutes' as at,
             case when n % 200 = 0 then 'open' when n % 50 = 1 then 'waiting_for_user' when n % 30 = 2 then 'spam' else 'resolved' end as status
           from generate_series(1, $4::int) n) numbered`,
    [keyId, vault.seal(key, "subject", "A report"), start, tickets],
  );
  await client.query(
    `insert into messages (id, ticket_id, key_id, kind, sealed_content, created_at) overriding system value
     select id, id, key_id, 'from_user', $1, opened_at from tickets`,
    [vault.seal(key, "message", JSON.stringify({ text: "It does not start any more", subject: "A report" }))],
  );
  await client.query(
    `insert into reports (message_id, tails_version, sealed_report, sealed_logs, log_sections)
     select tickets.id, tails_version, '', sealed, 1 from tickets join bench_logs on bench_logs.model = tickets.id % ${logModels}`,
  );
  await client.query("insert into tags (name) select 'tag ' || n from generate_series(1, 40) n");
  await client.query(
    `insert into ticket_tags (ticket_id, tag_id)
     select tickets.id, tags.id from tickets join tags on tags.name = 'tag ' || case when tickets.id % 5 < 2 then 1 + tickets.id * 7919 % 40 end
     union select tickets.id, tags.id from tickets join tags on tags.name = 'tag ' || case when tickets.id % 11 = 2 then 1 + tickets.id * 104729 % 13 end`,
  );
  await client.query("vacuum analyze");
  await client.end();
}

/** The words of all tickets: hashed into one database and in clear into the other, each with its index and statistics. */
export async function fillWords(
  blindUrl: string,
  clearUrl: string,
  { vocabulary, tickets, seed, say }: Filling,
): Promise<void> {
  const [blind, clear] = await Promise.all([openClient(blindUrl), openClient(clearUrl)]);
  const both = async (sql: string) => void (await Promise.all([blind.query(sql), clear.query(sql)]));
  const { rows } = await blind.query(
    "select indexdef from pg_indexes where indexname = 'search_tickets_words'",
  );
  await both("drop index search_tickets_words");
  for (let first = 1; first <= tickets; first += batch) {
    if (first % 20_000 === 1) say(`Filling: words of ${first - 1} of ${tickets} tickets`);
    const ids = Array.from({ length: Math.min(batch, tickets - first + 1) }, (_, place) => first + place);
    const vectors = ids.map((id) => vectorsOf(textsOf(vocabulary, seed, id)));
    const insert =
      "insert into search_tickets (ticket_id, last_message_at, words) select row.id, last_message_at, row.words::tsvector || (select words from ticket_marks where ticket_id = row.id) from unnest($1::bigint[], $2::text[]) as row (id, words) join tickets on tickets.id = row.id";
    await Promise.all([
      blind.query(insert, [ids, vectors.map((each) => each.blind)]),
      clear.query(insert, [ids, vectors.map((each) => each.clear)]),
    ]);
  }
  say("Filling: indexes …");
  await both(rows[0].indexdef);
  await both("vacuum analyze search_tickets");
  await both("checkpoint");
  await Promise.all([blind.end(), clear.end()]);
}

/** What was filled in is what the desk itself stores for these texts. */
export async function checkFilling(
  db: Database,
  key: SearchKey,
  { vocabulary, tickets, seed }: Filling,
): Promise<void> {
  for (const id of [1, Math.ceil(tickets / 2), tickets]) {
    const [subject, text, log] = textsOf(vocabulary, seed, id).map((words) =>
      words.map((word) => word.text).join(" "),
    );
    const words = await blindVector(db, key, "en", [
      { weight: "A", text: subject ?? "" },
      { weight: "B", text: text ?? "" },
      { weight: "D", text: log ?? "" },
    ]);
    const { rows } = await db.raw(
      `select ts_delete(search_tickets.words, tsvector_to_array(marks.words)) = ?::tsvector as same
       from search_tickets join ticket_marks marks using (ticket_id) where ticket_id = ?`,
      [words, id],
    );
    assert.equal(rows[0].same, true, `the words of ticket ${id} are not those of the desk`);
  }
}

async function openClient(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  await client.query(
    "set synchronous_commit = off; set maintenance_work_mem = '1GB'; set session_replication_role = replica; set jit = off",
  );
  return client;
}
