import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startSmtpSink } from "#src/demo/smtp-sink.ts";
import { openAlarms } from "#src/inbox/alarms.ts";
import { tellAdmins } from "#src/inbox/tell-admins.ts";
import { watchOurKeys } from "#src/inbox/watch-our-keys.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { extendSecretKey } from "#src/openpgp/renew-secret-key.ts";
import { publishOurKeys } from "#src/outbox/publish-our-keys.ts";
import { startDesk } from "#test/support/browser.ts";
import { limit } from "#test/support/limits.ts";

const day = 86_400_000;
const secret = await generateSecretKey("Desk", "desk@example.org", { expiresInDays: 100 });
const end = Date.now() + 100 * day;

test("60, 30 and 7 days before our key ends, and when it has, the administrators are told once each", async (t) => {
  const { db, admins, mailsAfter } = await start(t);
  const told: string[] = [];
  for (const daysLeft of [99, 61, 60, 59, 45, 31, 30, 29, 8, 7, 6, 1, 0.5, 0, -1, -20]) {
    const fresh = await mailsAfter(daysLeft);
    told.push(
      ...fresh.map((text) => `${daysLeft}: ${/(in less than \d+ days|cannot encrypt)/.exec(text)?.[1]}`),
    );
  }

  // Of several administrators each gets one.
  assert.deepEqual(
    told.filter((_, index) => index % admins.length === 0),
    ["60: in less than 60 days", "30: in less than 30 days", "7: in less than 7 days", "0: cannot encrypt"],
  );
  assert.equal(told.length, 4 * admins.length);
  assert.equal((await openAlarms(db)).length, 1);
});

test("five workers at once tell of each threshold once", async (t) => {
  const { db, admins, mailsAfter } = await start(t);

  const [first, second] = [await mailsAfter(20, 5), await mailsAfter(20, 5)];

  assert.equal(first.length, admins.length);
  assert.equal(second.length, 0);
  assert.equal((await db("alarms")).length, 1);
});

test("an extended key ends the warning, and is warned about again before its new end", async (t) => {
  const { db, mailsAfter } = await start(t);
  await mailsAfter(5);
  const extended = await extendSecretKey(secret.secret, new Date(Date.now() + 500 * day));
  await publishOurKeys(db, await openSecretKeys([extended.secret]));

  await watchOurKeys(db);

  assert.deepEqual(await openAlarms(db), []);
  await watchOurKeys(db, new Date(Date.now() + 441 * day));
  assert.equal((await openAlarms(db)).length, 1);
});

test("a key that only opens old mail may end without a word", async (t) => {
  const { db } = await start(t);
  const next = await generateSecretKey("Next", "desk@example.org");
  await publishOurKeys(db, await openSecretKeys([next.secret, secret.secret]));

  await watchOurKeys(db, new Date(end - day));

  assert.deepEqual(await openAlarms(db), []);
});

test("the warning stands on the start page, the end on the page of our keys", async (t) => {
  const { db, desk } = await start(t);
  const nina = await desk.signIn("nina");
  await watchOurKeys(db, new Date(end - 29 * day));

  const start_ = await nina.visit("/");
  const keys = await nina.visit("/our-keys");

  assert.match(
    start_.$(".banner.bad").text(),
    /Our OpenPGP key …\w{16} ends on 20\d\d-\d\d-\d\d, in less than 30 days/,
  );
  assert.match(keys.$("main").text(), /Expires\s*\d+ \w+ 20\d\d \(in 9\d d/);
});

async function start(t: TestContext) {
  const desk = await startDesk(t);
  const { db, vault } = desk;
  const sink = await startSmtpSink();
  t.after(() => sink.stop());
  const keys = await openSecretKeys([secret.secret]);
  await publishOurKeys(db, keys);
  const admins = ["adam@example.org", "ada@example.org"];
  const server = { host: sink.host, port: sink.port, tls: "no" as const, secondsToWait: limit(5) / 1000 };
  const sender = { name: "Help desk", address: "desk@example.org", keys, server };

  /** What leaves when so many workers look so many days before the end. */
  const mailsAfter = async (daysLeft: number, workers = 1) => {
    const before = sink.mails.length;
    const now = new Date(end - daysLeft * day);
    const work = async () => {
      await watchOurKeys(db, now);
      await tellAdmins(db, vault, sender, admins);
    };
    await Promise.all(Array.from({ length: workers }, work));
    return await Promise.all(sink.mails.slice(before).map(async ({ raw }) => await textOf(raw)));
  };
  return { db, desk, admins, mailsAfter };
}

async function textOf(raw: Buffer): Promise<string> {
  const result = await parseMail(raw);
  return result.ok ? result.mail.text.replace(/\s+/g, " ") : assert.fail(result.reason);
}
