import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { keepMails } from "#src/inbox/keep-mails.ts";
import type { MailReadersOptions } from "#src/inbox/mail-readers.ts";
import { readKeptMails } from "#src/inbox/read-kept-mails.ts";
import { hashOfAddress } from "#src/people/person-of-address.ts";
import { plainMail, startIntake, startReaders } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";
import { bombs } from "./bombs.ts";

test("a mail that takes too long to read is stopped at its limit, and the next one is read", async (t) => {
  const secondsPerMail = await tooShort();
  const { outcomes } = await readWithLimits(t, { secondsPerMail }, [slowMail(), plainMail()]);

  assert.deepEqual(outcomes, [
    `set_aside: Reading took longer than ${secondsPerMail} seconds and was stopped`,
    "read: ",
  ]);
});

test("a mail that takes too much processor time is stopped, however much time the clock gives it", async (t) => {
  const limits = { secondsPerMail: 600, processorSecondsPerMail: 0.3 };
  const { outcomes } = await readWithLimits(t, limits, [slowMail(), plainMail()]);

  assert.deepEqual(outcomes, ["set_aside: Reading took longer than 0.3 seconds and was stopped", "read: "]);
});

test("small bombs are put behind all other mail", async (t) => {
  const blocks = bombs.find(([what]) => what === "20 blocks of 24 MB each, not encrypted");
  assert.ok(blocks);
  const [, makeBomb] = blocks;
  const bomb = Buffer.from(await makeBomb());
  const readers = startReaders(t, {
    processes: 2,
    secondsPerMail: 600,
    processorSecondsPerMail: 0.6,
    processorSecondsOfShortTurn: 0.2,
  });
  const ended: string[] = [];
  const read = async (name: string, raw: Buffer) => {
    const reading = await readers.read(raw);
    ended.push(name);
    return reading;
  };

  await Promise.all([
    ...Array.from({ length: 3 }, () => read("bomb", bomb)),
    ...Array.from({ length: 10 }, () => read("plain", Buffer.from(plainMail()))),
  ]);

  assert.equal(ended.length, 13);
  assert.ok(ended.slice(0, 11).filter((name) => name === "plain").length >= 10, ended.join(" "));
});

test("a mail that needs too much memory is stopped, and the next one is read", async (t) => {
  const huge = plainMail({ text: "<b>word</b> ".repeat(3_500_000), headers: ["Content-Type: text/html"] });
  const { outcomes } = await readWithLimits(
    t,
    { megabytesPerProcess: 160, secondsPerMail: 600, processorSecondsPerMail: 600 },
    [huge, plainMail()],
  );

  assert.deepEqual(outcomes, [
    "set_aside: Reading needed more memory than a mail may use and was stopped",
    "read: ",
  ]);
});

test("whoever sent a mail that stops its reader, or is not read at all, counts as somebody who encrypts", async (t) => {
  const secondsPerMail = await tooShort();
  const large = plainMail({ text: "x".repeat(60_000_000), from: "Omar <omar@example.org>" });
  const { db, vault } = await readWithLimits(t, { secondsPerMail }, [slowMail(), large]);

  const known = async (address: string) =>
    await db("people")
      .where({ address_hash: hashOfAddress(vault, address) })
      .first("wrote_encrypted_at", "showed_cryptography_at");
  for (const address of ["nina@example.org", "omar@example.org"]) {
    const person = await known(address);
    assert.ok(person?.wrote_encrypted_at && person.showed_cryptography_at, address);
  }
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
  const secondsPerMail = await tooShort();
  const mails = [slowMail(), plainMail(), slowMail(), plainMail(), "", plainMail()];
  const { outcomes } = await readWithLimits(t, { secondsPerMail, processes: 2 }, mails);

  assert.equal(outcomes.filter((outcome) => outcome === "read: ").length, 3);
});

test("a mail that was read in time counts as read, however late the worker hears of it", {
  timeout: limit(20),
}, async (t) => {
  const readers = startReaders(t, { secondsPerMail: 1 });
  await readers.read(Buffer.from(plainMail()));

  const readings = Promise.all([1, 2, 3].map(() => readers.read(Buffer.from(plainMail()))));
  // The worker is busy past the limit, while the reader has finished long ago.
  for (const began = performance.now(); performance.now() - began < 1500; );

  assert.deepEqual(
    (await readings).map(({ ok }) => ok),
    [true, true, true],
  );
});

const measuring = startReaders({ after });

/** What this machine needs now for a tenth of the slow mail: a fixed limit would be none on a fast one. */
async function tooShort(): Promise<number> {
  await measuring.read(Buffer.from(plainMail()));
  const began = performance.now();
  await measuring.read(Buffer.from(slowMail(elements / 10)));
  return Math.round(performance.now() - began) / 1000;
}

let count = 0;
const elements = 2_000_000;

/** Nested elements: different each time, else the same bytes would be the same mail. */
function slowMail(depth = elements): string {
  count += 1;
  return plainMail({
    text: `${count} <p>${"<div><i>a</i> ".repeat(depth)}`,
    headers: ["Content-Type: text/html"],
  });
}

async function readWithLimits(t: TestContext, limits: Partial<MailReadersOptions>, raws: string[]) {
  const { db, vault } = await startIntake(t);
  const readers = startReaders(t, limits);
  assert.equal(
    (await readers.read(Buffer.from(plainMail()))).ok,
    true,
    "the limits leave room for an ordinary mail",
  );
  const mails = raws.map((raw, n) => ({
    uid: n + 1,
    raw: Buffer.from(raw),
    sizeBytes: Buffer.byteLength(raw),
  }));
  await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, mails);

  const failures: unknown[] = [];
  const onFailure = (error: unknown) => void failures.push(error);
  await readKeptMails(db, vault, { readers, mailSizeLimit: 50_000_000, onFailure });

  assert.deepEqual(failures, []);
  const rows = await db("mails").orderBy("id").select("state", "set_aside_reason");
  return { db, vault, outcomes: rows.map((row) => `${row.state}: ${row.set_aside_reason ?? ""}`) };
}
