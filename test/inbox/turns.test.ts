import assert from "node:assert/strict";
import { test } from "node:test";
import type { Database } from "#src/database.ts";
import { claimMails } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { probableSender } from "#src/inbox/probable-sender.ts";
import { plainMail, startIntake } from "#test/support/intake.ts";

const nina = "Nina Example <nina@example.org>";

test("small mail of people who have a ticket is read before that of strangers, and large mail last", async (t) => {
  const { db, vault, deliver } = await startIntake(t);
  await deliver(plainMail({ from: nina }));
  const large = "x".repeat(2_100_000);
  await keep(db, vault, [
    plainMail({ from: "stranger@example.org", subject: "stranger, large", text: large }),
    plainMail({ from: "stranger@example.org", subject: "stranger" }),
    plainMail({ from: nina, subject: "Nina, large", text: large }),
    plainMail({ from: nina, subject: "Nina" }),
    plainMail({ from: "=?utf-8?q?N=C3=ADna?=\r\n <Nina@EXAMPLE.org>", subject: "Nina, folded" }),
  ]);

  const turns = await db("mails").where({ state: "kept" }).orderBy("id").pluck("turn");
  assert.deepEqual(turns, [2, 1, 2, 0, 0]);
  const claimed: string[] = [];
  for (let one = 0; one < 5; one += 1) claimed.push(...(await claimMails(db, 1, 60)).map(({ id }) => id));

  const ids = await db("mails").where({ state: "kept" }).orderBy("id").pluck("id");
  assert.deepEqual(
    claimed.map((id) => ids.indexOf(id)),
    [3, 4, 1, 0, 2],
  );
});

test("a stranger's mail that has waited for a minute is in one of the next claims, however many others come", async (t) => {
  const { db, vault, deliver } = await startIntake(t);
  await deliver(plainMail({ from: nina }));
  await keep(db, vault, [plainMail({ from: "stranger@example.org", text: "x".repeat(2_100_000) })]);
  await keep(
    db,
    vault,
    Array.from({ length: 30 }, (_, n) => plainMail({ from: nina, subject: `Nina ${n}` })),
  );
  const stranger = await db("mails").where({ turn: 2 }).first("id");
  const before = await claimMails(db, 8, 60);
  assert.ok(before.every(({ id }) => id !== stranger?.id));

  await db("mails").update({ kept_at: db.raw("now() - interval '61 seconds'") });
  const after = await claimMails(db, 8, 60);

  assert.equal(after.length, 8);
  assert.ok(after.some(({ id }) => id === stranger?.id));
});

test("two workers never claim the same mail", async (t) => {
  const { db, vault } = await startIntake(t);
  await keep(
    db,
    vault,
    Array.from({ length: 40 }, (_, n) => plainMail({ subject: `Mail ${n}` })),
  );
  await db("mails").update({ kept_at: db.raw("now() - interval '61 seconds'") });

  const hands = await Promise.all(Array.from({ length: 5 }, () => claimMails(db, 8, 60)));

  const ids = hands.flat().map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(ids.length, 40);
});

test("who wrote is guessed from the first From of the header alone, and hostile ones cost nothing", () => {
  const cases: [string, string | null][] = [
    ["Subject: x\r\nFrom: Nina <nina@example.org>\r\n\r\n", "nina@example.org"],
    ["FROM:\r\n\tnina@example.org (Nina)\r\n\r\n", "nina@example.org"],
    ["Subject: From: x\r\n\r\n", null],
    [`From: ${"a".repeat(20_000)}\r\n\r\n`, null],
    [`From: ${"<".repeat(20_000)}\r\n\r\n`, null],
    ["Subject: x\r\n\r\nFrom: nina@example.org", null],
    ["", null],
  ];
  for (const [raw, address] of cases)
    assert.equal(probableSender(Buffer.from(raw)), address, raw.slice(0, 60));
});

let uid = 1000;

async function keep(db: Database, vault: Parameters<typeof keepMails>[1], raws: string[]): Promise<void> {
  const mails = raws.map((raw) => ({ uid: ++uid, raw: Buffer.from(raw), sizeBytes: Buffer.byteLength(raw) }));
  await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, mails);
}
