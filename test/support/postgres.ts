// For a file that is run without `npm test`.
import "#src/demo/own-environment.ts";
import { after } from "node:test";
import { type Database, openDatabase } from "#src/database.ts";
import { asAdmin, findTemplate, inDatabase, startTestServer } from "./postgres-server.ts";

/** What undoes things at the end: a test's own context, or `{ after }` of node:test for a whole file. */
export type Ending = { after(undo: () => Promise<void>): void };

/** A migrated, empty database for one test (or one file), dropped at its end. */
export async function createTestDatabase(t: Ending): Promise<{ db: Database; url: string }> {
  const server = await findServer();
  template ??= findTemplate(server);
  const name = `test_${process.pid}_${++count}`;
  const from = await template;
  await asAdmin(server, (admin) =>
    admin.query(`create database ${name} template ${from} strategy file_copy`),
  );

  const url = inDatabase(server, name);
  const db = openDatabase(url);
  t.after(async () => {
    await db.destroy();
    if (ended) return;
    await asAdmin(server, (admin) => admin.query(`drop database ${name} with (force)`));
  });
  return { db, url };
}

let count = 0;
let template: Promise<string> | undefined;
let own: ReturnType<typeof startTestServer> | undefined;

// `npm test` starts one server for all files; a file that runs alone starts its own.
async function findServer(): Promise<string> {
  const shared = process.env.WHISPERDESK_TEST_DATABASE_URL;
  if (shared) return shared;

  own ??= startTestServer();
  return (await own).url;
}

// This comes before the endings of a file that asked at its top, for it was here first.
let ended = false;
after(async () => {
  const server = await own;
  ended = server !== undefined;
  await server?.stop();
});
