import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readKeptMails } from "#src/inbox/read-kept-mails.ts";
import { type ReadingOptions, startReadingThreads } from "#src/inbox/reading-threads.ts";
import { deskAddress, deskSecretKey, plainMail, startIntake } from "#test/support/intake.ts";

test("a mail that takes too long to read is stopped at its limit, and the next one is read", async (t) => {
  const { outcomes, seconds } = await readWithLimits(t, { secondsPerMail: 1 }, [slowMail(), plainMail()]);

  assert.deepEqual(outcomes, ["set_aside: Reading took longer than 1 seconds and was stopped", "read: "]);
  assert.ok(seconds < 12, `it took ${seconds} seconds, though the thread that is started anew takes some`);
});

test("a mail that needs too much memory is stopped, and the next one is read", async (t) => {
  const huge = plainMail({ text: "<b>word</b> ".repeat(3_500_000), headers: ["Content-Type: text/html"] });
  const { outcomes } = await readWithLimits(t, { megabytesPerThread: 160 }, [huge, plainMail()]);

  assert.deepEqual(outcomes, [
    "set_aside: Reading needed more memory than a mail may use and was stopped",
    "read: ",
  ]);
});

test("a mail of 60 MB is kept and set aside unread, with the limit in its reason", async (t) => {
  const { outcomes, db } = await readWithLimits(t, {}, [
    plainMail({ text: "x".repeat(60_000_000) }),
    plainMail(),
  ]);

  assert.deepEqual(outcomes, ["set_aside: Larger than 50 MB: it was kept and not read", "read: "]);
  assert.ok(Number((await db("mails").max("size_bytes as size").first())?.size) > 60_000_000);
});

test("hostile mails at once do not keep the good ones from being read", async (t) => {
  const mails = [slowMail(), plainMail(), slowMail(), plainMail(), "", plainMail()];
  const { outcomes } = await readWithLimits(t, { secondsPerMail: 1, threads: 2 }, mails);

  assert.equal(outcomes.filter((outcome) => outcome === "read: ").length, 3);
});

let count = 0;

/** Two million nested elements: different each time, else the same bytes would be the same mail. */
function slowMail(): string {
  count += 1;
  return plainMail({
    text: `${count} <p>${"<div><i>a</i> ".repeat(2_000_000)}`,
    headers: ["Content-Type: text/html"],
  });
}

async function readWithLimits(t: TestContext, limits: Partial<ReadingOptions>, raws: string[]) {
  const { db, vault } = await startIntake(t);
  const threads = startReadingThreads({ threads: 1, secretKeys: [deskSecretKey], deskAddress, ...limits });
  t.after(() => threads.stop());
  assert.equal(
    (await threads.read(Buffer.from(plainMail()))).ok,
    true,
    "the limits leave room for an ordinary mail",
  );
  const mails = raws.map((raw, n) => ({
    uid: n + 1,
    raw: Buffer.from(raw),
    sizeBytes: Buffer.byteLength(raw),
  }));
  await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, mails);

  const began = performance.now();
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => void failures.push(error);
  await readKeptMails(db, vault, { threads, mailSizeLimit: 50_000_000, onFailure });
  const seconds = (performance.now() - began) / 1000;

  assert.deepEqual(failures, []);
  const rows = await db("mails").orderBy("id").select("state", "set_aside_reason");
  return { db, seconds, outcomes: rows.map((row) => `${row.state}: ${row.set_aside_reason ?? ""}`) };
}
