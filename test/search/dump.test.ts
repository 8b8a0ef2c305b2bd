import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { readQuery } from "#src/search/read-query.ts";
import { searchTickets } from "#src/search/search-tickets.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { setWorkaround } from "#src/tickets/set-facts.ts";
import { createVault } from "#src/vault/vault.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { storeTicket } from "#test/support/search-archive.ts";

const canaries = 2000;

test(`a dump of the database holds none of ${canaries} canary words, names and addresses, and each is found`, async () => {
  const vault = createVault(randomBytes(32));
  const { db, url } = await createTestDatabase({ after });
  const account = await createStaff(db, {
    name: "nina",
    role: "help_desk",
    password: "correct horse battery",
  });
  assert.ok(account.ok);
  const staffId = account.staff.id;
  const word = (number: number) => `kanarek${lettersOf(number)}q`;
  const planted = new Map<string, { id: string; search: string }>();

  // Eight in each of 250 tickets: subject, message, name, address, answer, note, attached file, log.
  for (let first = 0; first < canaries; first += 8) {
    const [subject = "", text = "", name = "", address = "", answer = "", note = "", file = "", log = ""] =
      Array.from({ length: 8 }, (_, place) => word(first + place));
    const id = await storeTicket(
      { db, vault, staffId },
      {
        subject: `About ${subject}`,
        language: ["en", "fr", null][first % 3] ?? null,
        name: `Lea ${name}`,
        address: `${address}@example.org`,
        messages: [
          { kind: "from_user", text: `It says ${text}`, file: { filename: "log.txt", text: `line ${file}` } },
          { kind: "answer", text: `Please ${answer} it` },
          { kind: "note", text: `Look at ${note}` },
          {
            kind: "from_user",
            text: "More",
            sections: [
              { key: "/usr/bin/journalctl", kind: "journal" as const, text: `kernel: i915 *ERROR* ${log}` },
            ],
          },
        ],
      },
    );
    for (const each of [subject, text, name, answer, note, file, log])
      planted.set(each, { id, search: each });
    planted.set(address, { id, search: `from:${address}@example.org` });
    if (first % 400 === 0) await setWorkaround(db, vault, id, staffId, `Use ${word(canaries + first)}`);
  }

  for (const [canary, { id, search }] of planted) {
    const read = readQuery(search);
    assert.ok(read.ok);
    const found = await searchTickets(db, vault, read.query, {
      asker: { staffId, now: new Date() },
      perPage: 2,
    });
    assert.ok(found.ok);
    assert.deepEqual(found.ids, [id], canary);
  }

  const dump = await dumpOf(url);
  assert.ok(dump.includes("nina") && dump.length > 1_000_000, "the dump is one");
  assert.equal(/.{0,40}kanarek.{0,20}/i.exec(dump)?.[0], undefined);
  assert.equal(dump.includes(Buffer.from("kanarek").toString("hex")), false, "not in bytes either");
});

function lettersOf(number: number): string {
  return Array.from(String(number).padStart(5, "0"))
    .map((digit) => "bcdfghklmp"[Number(digit)])
    .join("");
}

/** By pg_dump where there is one new enough for the server; else every row of every table as text. */
async function dumpOf(url: string): Promise<string> {
  const run = promisify(execFile);
  try {
    const { stdout } = await run("pg_dump", [url], { maxBuffer: 1_000_000_000 });
    return stdout;
  } catch {
    return await copyOf(url);
  }
}

async function copyOf(url: string): Promise<string> {
  const { default: pg } = await import("pg");
  const client = new pg.Client(url);
  await client.connect();
  const { rows: tables } = await client.query(
    "select relname from pg_class where relkind = 'r' and relnamespace in ('public'::regnamespace, 'pg_catalog'::regnamespace)",
  );
  let text = "";
  for (const { relname } of tables) {
    const { rows } = await client.query(`select each::text from ${client.escapeIdentifier(relname)} each`);
    text += rows.map(({ each }: { each: string }) => each).join("\n");
  }
  await client.end();
  return text;
}
