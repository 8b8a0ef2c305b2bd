import pg from "pg";
import { type Database, openDatabase } from "#src/database.ts";
import { endShift, startShift } from "#src/shifts/shift.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { openVault, readMasterKey } from "#src/vault/master-key.ts";
import type { Vault } from "#src/vault/vault.ts";
import { takeIndexesAway } from "./fill-indexes.ts";
import { makeModels } from "./fill-models.ts";
import { batchOf, fillings, remainder } from "./fill-statements.ts";
import type { Ground, Say } from "./ground.ts";

/** Who signs in to look at the pages. */
export const member = { name: "bench", role: "admin" as const, password: "look at all the pages" };
/** Every so many tickets one has ten messages and a 60 kB log: these are the ones that are looked at. */
export const longEvery = 97;

const colleagues = 11;
const batch = 20_000;

/**
 * Fills a migrated database with so many tickets of real form: people, messages, reports, events, tags, mails and index, in
 * time from years ago until now. Two hundred tickets are made by the code of the worker; PostgreSQL multiplies them, and what is
 * sealed is sealed under the same few keys. Most are resolved; between 100 and 4,000 wait for us.
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
  const me = await addStaff(db);
  await makeModels(db, vault, ground.keys.curve25519, { seed, member: member.name });

  const client = new pg.Client(url);
  // When filling fails the server stops under it, and the reason must not be covered by that.
  client.on("error", () => {});
  await client.connect();
  // What is filled in is right by the way it is made: checking each reference would take longer than the filling.
  await client.query(
    "set synchronous_commit = off; set maintenance_work_mem = '1GB'; set session_replication_role = replica; set jit = off",
  );
  const indexes = await takeIndexesAway(client);
  const newest = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
  for (let first = 1; first <= tickets; first += batch) {
    say(`Filling: ${first - 1} of ${tickets} tickets`);
    const last = Math.min(first + batch - 1, tickets);
    await client.query(batchOf({ first, last, tickets, seed, newest, longEvery, staff: colleagues + 1 }));
    for (const statement of fillings) await client.query(statement);
    await client.query("drop table bench_batch");
  }
  for (const statement of remainder({ tickets, me, longEvery })) await client.query(statement);
  await addShift(db, vault, me);
  await db.destroy();
  await indexes.putBack(say);
  say("Filling: vacuum …");
  await client.query("drop table bench_models");
  await client.query("vacuum (analyze, freeze)");
  await client.query("checkpoint");
  await client.end();
}

/** The first account is the one that looks at the pages. */
async function addStaff(db: Database): Promise<string> {
  const account = await createStaff(db, { ...member, languages: ["en", "fr"] });
  if (!account.ok) throw new Error("The database was filled before");
  for (let number = 2; number <= colleagues + 1; number += 1)
    await db("staff").insert({ name: `bench-${number}`, role: "help_desk", password_hash: "none" });
  return account.staff.id;
}

/** What is new counts from the end of the last shift, twelve hours ago; another one runs. */
async function addShift(db: Database, vault: Vault, me: string): Promise<void> {
  await startShift(db, me);
  await endShift(db, vault, me, "All reports about Wi-Fi are answered; the French queue is not.");
  await db.raw(
    "update shifts set started_at = now() - interval '16 hours', ended_at = now() - interval '12 hours'",
  );
  await startShift(db, me);
}
