import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { claimAlarmsToMail, clearAlarm, openAlarms } from "#src/inbox/alarms.ts";
import { openMailbox } from "#src/inbox/mailbox.ts";
import { reconcile } from "#src/inbox/reconcile.ts";
import { takeOver } from "#src/inbox/take-over.ts";
import { watchSilence } from "#src/inbox/watch-silence.ts";
import { openVault } from "#src/vault/master-key.ts";
import { plainMail } from "#test/support/intake.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

const longAgo = new Date(Date.now() - 3_600_000);

test("a mail that disappeared before the desk had it raises an alarm", async (t) => {
  const desk = await startDesk(t);
  desk.arrive(3);
  await desk.pass();
  const [, gone] = desk.arrive(3);
  await desk.removeByHand(gone ?? 0);
  await desk.pass();

  const missing = await reconcile(desk.db, desk.settings);

  assert.deepEqual(missing, [gone]);
  const [alarm] = await openAlarms(desk.db);
  assert.equal(alarm?.kind, "mail missing");
  assert.match(alarm?.detail ?? "", /^A mail left the mailbox .*numbers 5/);
});

test("when nothing is missing there is no alarm, and the same numbers are not compared twice", async (t) => {
  const desk = await startDesk(t);
  desk.arrive(4);
  await desk.pass();

  assert.deepEqual(await reconcile(desk.db, desk.settings), []);
  assert.deepEqual(await openAlarms(desk.db), []);
  assert.equal((await desk.db("mailboxes").first()).reconciled_to_uid, "4");
});

test("a mail that stays in the mailbox and is not taken raises an alarm, a young one not yet", async (t) => {
  const desk = await startDesk(t);
  desk.arrive(1);
  await desk.pass();
  desk.arrive(1);
  desk.arrive(1, new Date());

  assert.deepEqual(await reconcile(desk.db, desk.settings), [2]);
});

test("it is done once an hour, by whichever worker comes first", async (t) => {
  const desk = await startDesk(t);
  await desk.pass();

  const results = await Promise.all([reconcile(desk.db, desk.settings), reconcile(desk.db, desk.settings)]);

  assert.deepEqual(
    results.filter((result) => result !== null),
    [[]],
  );
});

test("ten minutes without a successful poll raise an alarm, and the next poll ends it", async (t) => {
  const { db } = await startDesk(t);
  await db("mailboxes").insert({ name: "INBOX", last_polled_at: db.raw("now() - interval '11 minutes'") });

  await watchSilence(db, "INBOX", 3);
  assert.deepEqual(
    (await openAlarms(db)).map(({ kind }) => kind),
    ["mailbox unreachable"],
  );

  await db("mailboxes").update({ last_polled_at: db.fn.now() });
  await watchSilence(db, "INBOX", 3);
  assert.deepEqual(await openAlarms(db), []);
});

test("days without any mail raise an alarm, and the next mail ends it", async (t) => {
  const { db } = await startDesk(t);
  await db("mailboxes").insert({
    name: "INBOX",
    last_polled_at: db.fn.now(),
    last_mail_at: db.raw("now() - interval '73 hours'"),
  });

  await watchSilence(db, "INBOX", 3);
  assert.deepEqual(
    (await openAlarms(db)).map(({ kind }) => kind),
    ["no mail"],
  );

  await db("mailboxes").update({ last_mail_at: db.fn.now() });
  await watchSilence(db, "INBOX", 3);
  assert.deepEqual(await openAlarms(db), []);
});

test("an open alarm is mailed once, also by many workers, and one that comes back is mailed again", async (t) => {
  const { db } = await startDesk(t);
  await db("mailboxes").insert({ name: "INBOX", last_polled_at: longAgo, last_mail_at: db.fn.now() });
  await watchSilence(db, "INBOX", 3);
  await watchSilence(db, "INBOX", 3);

  const claims = await Promise.all([claimAlarmsToMail(db), claimAlarmsToMail(db)]);
  assert.equal(claims.flat().length, 1);

  await clearAlarm(db, "mailbox unreachable");
  await watchSilence(db, "INBOX", 3);
  assert.equal((await claimAlarmsToMail(db)).length, 1);
});

async function startDesk(t: TestContext) {
  const server = await startImapServer({ users: { desk: "secret" } });
  t.after(() => server.stop());
  const { db } = await createTestDatabase(t);
  const vault = await openVault(db, randomBytes(32));
  const settings = {
    host: "127.0.0.1",
    port: server.port,
    tls: false,
    user: "desk",
    password: "secret",
    folder: "INBOX",
    doneFolder: "Whisperdesk",
  };
  return {
    db,
    settings,
    arrive: (count: number, internalDate = longAgo) =>
      Array.from({ length: count }, () =>
        server.append("desk", "INBOX", Buffer.from(plainMail()), { internalDate }),
      ),
    async pass() {
      const client = await openMailbox(settings);
      await takeOver(db, vault, { settings, open: async () => client });
      client.close();
    },
    async removeByHand(uid: number) {
      const client = await openMailbox(settings);
      await client.messageDelete(String(uid), { uid: true });
      client.close();
    },
  };
}
