import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { eventually } from "#test/support/eventually.ts";
import { checkIntake, rememberMail, type SentMail } from "../../bench/torture/check-intake.ts";
import { startTortureDatabase } from "../../bench/torture/database.ts";
import { deskSettings } from "../../bench/torture/desk-settings.ts";
import { mailMaker } from "../../bench/torture/mails.ts";
import { startProcesses } from "../../bench/torture/processes.ts";

test("while the database is gone mail waits on the server, and one worker process lives through it", async (t) => {
  const house = await startHouse(t);
  await house.deliver(10);
  await house.untilRead();

  const backAgain = await house.database.goAway();
  await house.deliver(30);
  await house.untilItComplains();
  assert.ok(
    house.server.messages("desk", "INBOX").length >= 29,
    "nothing leaves the mailbox without a commit",
  );
  await backAgain();
  await house.untilRead();

  assert.deepEqual((await house.check()).problems, []);
  assert.deepEqual(house.workers.endedByItself, { starting: 0, running: 0 });
});

test("while the disk is full no mail is lost, and it goes on when there is room again", async (t) => {
  const house = await startHouse(t);
  if (!house.database.fillDisk) return t.skip("only root can give the database a small disk of its own");
  await house.deliver(10);
  await house.untilRead();

  await house.database.fillDisk();
  await house.deliver(40);
  await house.untilItComplains();
  assert.ok(house.server.messages("desk", "INBOX").length > 0, "the disk was not full");
  await house.database.makeRoom();
  await house.untilRead();

  assert.deepEqual((await house.check()).problems, []);
  assert.deepEqual(house.workers.endedByItself, { starting: 0, running: 0 });
});

/** One worker process with a database, a disk and a mailbox of its own. */
async function startHouse(t: TestContext) {
  const database = await startTortureDatabase(250);
  const server = await startImapServer({ users: { desk: "secret" } });
  const ports = { imapPort: server.port, smtpPort: 9 };
  const desk = await deskSettings(database.db, {
    url: database.url,
    ...ports,
    seconds: { lease: 5, server: 5 },
  });
  const workers = await startProcesses("worker", 1, desk.env);
  t.after(async () => {
    await workers.stop();
    await server.stop();
    await database.stop();
  });
  const foreign = await generateSecretKey("Somebody else", "else@example.net");
  const make = mailMaker(5, { ours: desk.publicKey, foreign: foreign.public });
  const sent: SentMail[] = [];
  const complaints = () => [...workers.failures.values()].reduce((sum, count) => sum + count, 0);

  return {
    database,
    server,
    workers,
    async deliver(count: number) {
      for (let n = 0; n < count; n += 1) {
        const mail = await make(sent.length);
        sent.push(rememberMail(desk.vault, mail));
        server.append("desk", "INBOX", mail.raw);
      }
    },
    /** Two passes that failed: the first may have been on its way. */
    async untilItComplains() {
      const before = complaints();
      await eventually("the worker to fail twice", () => complaints() >= before + 2);
    },
    async untilRead() {
      await eventually("all mails to be read and moved away", async () => {
        const read = await database.db("mails").whereNot({ state: "kept" }).pluck("id").catch(String);
        assert.equal(read.length, sent.length, String(read));
        assert.equal(server.messages("desk", "INBOX").length, 0);
        return true;
      });
    },
    check: () => checkIntake(database.db, desk.vault, server, sent),
  };
}
