import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Database, migrate, pendingMigrations } from "#src/database.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

const file = join(import.meta.dirname, "../migrations/schema.txt");

test("the migrated database is what migrations/schema.txt says", async (t) => {
  const { db } = await createTestDatabase(t);

  const schema = await describeSchema(db);

  // `UPDATE_SCHEMA=yes npm test -- test/schema.test.ts` writes it anew: read the difference before you commit it.
  if (process.env.UPDATE_SCHEMA === "yes") writeFileSync(file, schema);
  assert.equal(schema, readFileSync(file, "utf8"));
});

test("migrating twice changes nothing", async (t) => {
  const { db } = await createTestDatabase(t);
  const before = await describeSchema(db);

  await Promise.all([migrate(db), migrate(db)]);

  assert.equal(await describeSchema(db), before);
  assert.deepEqual(await pendingMigrations(db), []);
});

test("each foreign key has an index that begins with it, so that deleting never scans a table", async (t) => {
  const { db } = await createTestDatabase(t);

  const result = await db.raw(`
    select conrelid::regclass || '.' || attname as column
    from pg_constraint
    join pg_attribute on attrelid = conrelid and attnum = conkey[1]
    where contype = 'f' and confrelid::regclass::text not in ('staff', 'queues')
      and not exists (select from pg_index where indrelid = conrelid and indkey[0] = conkey[1])
    order by 1`);

  // A key is destroyed by emptying its row, not by deleting it, and people and messages are not deleted one by one: an index would cost each mail and serve nobody.
  const known = [
    "attachments.message_id",
    "mails.key_id",
    "messages.person_id",
    "offered_keys.key_id",
    "offered_keys.message_id",
    "outbox_mails.key_id",
    "people.key_id",
  ];
  const missing = result.rows.map((row: { column: string }) => row.column);
  assert.deepEqual(
    missing.filter((column: string) => !known.includes(column)),
    [],
  );
});

/** Tables with their columns, constraints and indexes, in an order that does not depend on the server's version. */
async function describeSchema(db: Database): Promise<string> {
  const columns = await db.raw(`
    select c.table_name as table, '  ' || column_name || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when is_nullable = 'NO' then ' not null' else '' end
      || case when column_default is not null then ' default ' || column_default else '' end as line
    from information_schema.columns c
    join pg_attribute a on a.attrelid = c.table_name::regclass and a.attname = c.column_name
    where table_schema = 'public' and c.table_name not like 'migrations%'
    order by c.table_name, ordinal_position`);
  const constraints = await db.raw(`
    select conrelid::regclass::text as table, '  constraint ' || conname || ' ' || pg_get_constraintdef(oid) as line
    from pg_constraint
    where connamespace = 'public'::regnamespace and contype <> 'n' and conrelid::regclass::text not like 'migrations%'
    order by 1, 2`);
  const indexes = await db.raw(`
    select tablename as table, '  ' || indexdef as line from pg_indexes
    where schemaname = 'public' and tablename not like 'migrations%' order by tablename, indexname`);

  const tables = new Map<string, string[]>();
  for (const { table, line } of [...columns.rows, ...constraints.rows, ...indexes.rows]) {
    tables.set(table, [...(tables.get(table) ?? []), line]);
  }
  return [...tables].map(([table, lines]) => `${table}\n${lines.join("\n")}\n`).join("\n");
}
