import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { claimMails, LeaseLost } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import type { MailReaders } from "#src/inbox/mail-readers.ts";
import type { MailReading } from "#src/inbox/mail-reading.ts";
import { readKeptMails } from "#src/inbox/read-kept-mails.ts";
import { receiveMail, setAside } from "#src/inbox/receive.ts";
import { type Intake, plainMail, startIntake, startReaders } from "#test/support/intake.ts";

const unsorted = { rules: [], desk: null };

test("a mail that a worker holds is claimed by nobody else, and by another one after the lease", async (t) => {
  const { db } = await startWithMail(t);
  assert.equal((await claimMails(db, 8, 60)).length, 1);
  assert.equal((await claimMails(db, 8, 60)).length, 0);

  await endLeases(db);

  const [again] = await claimMails(db, 8, 60);
  assert.equal(again?.attempts, 2);
});

test("a worker that lost its lease stores nothing, whether it comes before or after the other one", async (t) => {
  const { db, vault, readers, raw } = await startWithMail(t);
  const [late] = await claimMails(db, 8, 60);
  await endLeases(db);
  const [mail] = await claimMails(db, 8, 60);
  assert.ok(late && mail);
  const reading = await readers.read(raw);

  await assert.rejects(receiveMail(db, vault, late, reading, unsorted), LeaseLost);
  assert.equal((await db("tickets")).length, 0);
  assert.equal(await receiveMail(db, vault, mail, reading, unsorted), "opened");
  await assert.rejects(receiveMail(db, vault, late, reading, unsorted), LeaseLost);
  await assert.rejects(setAside(db, late, "It took too long"), LeaseLost);

  assert.equal((await db("messages")).length, 1);
  assert.equal((await db("mails").first("state")).state, "read");
});

test("two workers that read one mail at the same time make one message", async (t) => {
  const { db, vault, readers, raw } = await startWithMail(t);
  const [late] = await claimMails(db, 8, 60);
  await endLeases(db);
  const [mail] = await claimMails(db, 8, 60);
  assert.ok(late && mail);
  const reading = await readers.read(raw);

  const results = await Promise.allSettled([
    receiveMail(db, vault, late, reading, unsorted),
    receiveMail(db, vault, mail, reading, unsorted),
  ]);

  assert.deepEqual(
    results.map(({ status }) => status),
    ["rejected", "fulfilled"],
  );
  assert.equal((await db("messages")).length, 1);
});

test("no more mails wait to be read than surely are before their leases end", async (t) => {
  const { db, vault } = await startIntake(t);
  const real = startReaders(t, { processes: 2, secondsPerMail: 20 });
  let [waiting, most] = [0, 0];
  const readers: MailReaders = {
    ...real,
    async read(raw, pinned) {
      waiting += 1;
      most = Math.max(most, waiting);
      return await real.read(raw, pinned).finally(() => {
        waiting -= 1;
      });
    },
  };
  const folder = { mailbox: "INBOX", uidvalidity: 1n };
  for (const [batch, leaseSeconds, expected] of [
    [1, 120, 10],
    [2, 60, 4],
    [3, 5, 2],
    [4, 3600, 16],
  ] as const) {
    const mails = Array.from({ length: 40 }, (_, number) => {
      const raw = Buffer.from(plainMail({ text: `Mail ${number} of batch ${batch}` }));
      return { uid: batch * 1000 + number, raw, sizeBytes: raw.length };
    });
    await keepMails(db, vault, folder, mails);
    most = 0;
    const done = await readKeptMails(db, vault, {
      readers,
      leaseSeconds,
      mailSizeLimit: 50_000_000,
      onFailure: assert.ifError,
    });
    assert.deepEqual([done, most], [40, expected], `a lease of ${leaseSeconds} s`);
  }
});

test("while a mail is stored nobody can claim it, even when its lease ends meanwhile", async (t) => {
  const { db, vault, readers, raw } = await startWithMail(t);
  const [mail] = await claimMails(db, 8, 60);
  assert.ok(mail);
  const reading = await readers.read(raw);
  await endLeases(db);

  await db.transaction(async (trx) => {
    await receiveMail(trx, vault, mail, reading, unsorted);
    assert.equal((await claimMails(db, 8, 60)).length, 0);
  });

  assert.equal((await db("messages")).length, 1);
});

test("a mail that cannot be stored because the database went away is not set aside for that", async (t) => {
  const intake = await startWithMail(t);
  const { db, vault } = intake;
  const broken: MailReading = await intake.readers.read(intake.raw);
  const [mail] = await claimMails(db, 8, 60);
  assert.ok(mail);

  await assert.rejects(
    db.transaction(async (trx) => {
      await receiveMail(trx, vault, mail, broken, unsorted);
      await trx.raw("select pg_terminate_backend(pg_backend_pid())");
    }),
  );
  await endLeases(db);
  await intake.read();

  assert.equal((await db("mails").first("state")).state, "read");
  assert.equal((await db("messages")).length, 1);
});

async function startWithMail(t: TestContext): Promise<Intake & { raw: Buffer }> {
  const intake = await startIntake(t);
  const raw = Buffer.from(plainMail());
  await keepMails(intake.db, intake.vault, { mailbox: "INBOX", uidvalidity: 1n }, [
    { uid: 1, raw, sizeBytes: raw.length },
  ]);
  return { ...intake, raw };
}

async function endLeases(db: Intake["db"]): Promise<void> {
  await db("mails").update({ leased_until: db.raw("now() - interval '1 second'") });
}
