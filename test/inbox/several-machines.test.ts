import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import type { Database } from "#src/database.ts";
import { startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { seededReport } from "#src/demo/reports/seeded-report.ts";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { generateSecretKey, type NewKey } from "#src/openpgp/generate-secret-key.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { findTicket } from "#src/tickets/find.ts";
import { readReport } from "#src/tickets/read-report.ts";
import { readThread } from "#src/tickets/thread.ts";
import type { Vault } from "#src/vault/vault.ts";
import { Browser, password } from "#test/support/browser.ts";
import { eventually } from "#test/support/eventually.ts";
import { limit } from "#test/support/limits.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { deskSettings } from "../../bench/torture/desk-settings.ts";
import { mailMaker } from "../../bench/torture/mails.ts";
import { startProcesses } from "../../bench/torture/processes.ts";

// A server or a worker that is slow, but goes on, is given up by nobody.
const seconds = Math.ceil(limit(20) / 1000);
const patience = { lease: seconds, server: seconds };

test("two web and three worker processes make the same of the same mails as one of each", async (t) => {
  const key = await generateSecretKey("Help desk", "support@example.org");
  const mails = await makeMails(key);

  const alone = await runDesk(t, key, mails, { webs: 1, workers: 1 });
  const several = await runDesk(t, key, mails, { webs: 2, workers: 3 });

  assert.equal(alone.tickets.length, 42);
  assert.equal(alone.asides.length, 1);
  assert.equal(alone.sent.length, alone.answered);
  assert.ok(alone.answered > 20);
  assert.deepEqual(several, alone);
});

test("a session made by one web process is valid at another, and ended by one it is over at both", async (t) => {
  const { db, url } = await createTestDatabase(t);
  await createStaff(db, { name: "nina", role: "help_desk", password });
  const desk = await deskSettings(db, { url, imapPort: 9, smtpPort: 9, seconds: patience });
  const [one, two] = await startWebs(t, desk.env, 2);
  assert.ok(one && two);
  const first = await signIn(one);
  const second = sameSession(first, two);

  assert.equal(new URL((await second.visit("/account")).url).pathname, "/account");
  await second.submit(await second.visit("/account"), {}, { button: "Sign out" });

  assert.equal(new URL((await first.visit("/account")).url).pathname, "/sign-in");
});

/** Mails of all kinds, one twice the same, one that nobody can open, and a report sent again in another encryption. */
async function makeMails(key: NewKey): Promise<Buffer[]> {
  const foreign = (await generateSecretKey("Somebody else", "else@example.net")).public;
  const make = mailMaker(7, { ours: key.public, foreign });
  const mails: Buffer[] = [];
  for (let n = 0; n < 41; n += 1) mails.push((await make(n)).raw);
  const body = wrapForWire(seededReport(4242));
  for (const [to, id] of [
    [key.public, "ab"],
    [key.public, "ab"],
    [foreign, "cd"],
  ] as const) {
    mails.push(Buffer.from(await encryptReport(body, to, id.repeat(16))));
  }
  return [...mails, mails[3] ?? Buffer.alloc(0)];
}

async function runDesk(
  t: TestContext,
  key: NewKey,
  mails: Buffer[],
  count: { webs: number; workers: number },
) {
  const { db, url } = await createTestDatabase(t);
  await createStaff(db, { name: "nina", role: "help_desk", password });
  const server = await startImapServer({ users: { desk: "secret" } });
  const sink = await startSmtpSink();
  const ports = { imapPort: server.port, smtpPort: sink.port };
  const desk = await deskSettings(db, { url, ...ports, seconds: patience, key });
  const workers = await startProcesses("worker", count.workers, desk.env);
  t.after(async () => {
    await workers.stop();
    await sink.stop();
    await server.stop();
  });

  for (const mail of mails) server.append("desk", "INBOX", mail);
  await eventually("all mails to be read and moved away", async () => {
    const { rows } = await db.raw("select count(*)::int as count from mails where state <> 'kept'");
    assert.deepEqual([rows[0].count, server.messages("desk", "INBOX").length], [mails.length - 1, 0]);
    return true;
  });
  const answered = await answerAll(db, await startWebs(t, desk.env, count.webs));
  await eventually("all answers to be sent", async () => {
    assert.deepEqual(await db("outbox_mails").whereNot({ state: "accepted" }).pluck("state"), []);
    return true;
  });

  assert.deepEqual([...workers.failures], [], "no worker had to complain");
  return { answered, ...(await digest(db, desk.vault, sink)) };
}

/** Each ticket that has a way out is answered in a browser, at the processes in turn with one session. */
async function answerAll(db: Database, webs: string[]): Promise<number> {
  const browser = await signIn(webs[0] ?? "");
  const browsers = webs.map((web) => sameSession(browser, web));
  let answered = 0;
  for (const [n, { id }] of (await db("tickets").orderBy("id").select("id")).entries()) {
    const window = browsers[n % browsers.length];
    const page = await window?.visit(`/tickets/${id}/reply`);
    if (!window || !page?.$('button[value="send"]').length) continue;
    const clear = page.$('[name="clear_agreed"]').length > 0;
    const button = clear ? "Send without encryption" : "Send encrypted";
    const key = page.$("#use_key").attr("value");
    const fields = {
      text: "Please try the newest version.",
      ...(clear && { clear_agreed: "yes" }),
      ...(key && { use_key: key }),
    };
    const shown = await window.submit(page, fields, { button });
    assert.equal(new URL(shown.url).pathname, `/tickets/${id}`);
    answered += 1;
  }
  return answered;
}

/** All that the desk knows, opened, without what depends on the order or on chance. */
async function digest(db: Database, vault: Vault, sink: SmtpSink) {
  const tickets: string[] = [];
  for (const { id } of await db("tickets").select("id")) {
    const {
      subject,
      status,
      language,
      channel,
      queue_name,
      whisperback_id,
      tails_version,
      model,
      message_count,
    } = (await findTicket(db, vault, id)) ?? assert.fail("a ticket is gone");
    const story = (await readThread(db, vault, id)).map((item) => {
      if (item.type === "event") {
        const { action, detail, staff_name } = item.event;
        return JSON.stringify([action, { ...detail, message_id: null }, staff_name]);
      }
      const { kind, content, staff_name, encryption, signature, marks, outbox, has_report, attachments } =
        item.message;
      const sent = outbox && [outbox.state, outbox.protection, outbox.failure];
      // Which of two copies came first decides which one is marked; both hold the same.
      return JSON.stringify([
        kind,
        content,
        staff_name,
        encryption,
        signature,
        marks,
        sent,
        has_report,
        attachments.length,
      ]);
    });
    const report = (await readReport(db, vault, id))?.report ?? null;
    const facts = {
      subject,
      status,
      language,
      channel,
      queue_name,
      whisperback_id,
      tails_version,
      model,
      message_count,
    };
    const whole = createHash("sha256").update(JSON.stringify({ story: story.sort(), report }));
    tickets.push(`${JSON.stringify(facts)} ${whole.digest("hex")}`);
  }
  const asides = await db("mails").where({ state: "set_aside" }).select("set_aside_reason", "size_bytes");
  const outcomes = await db("mails").select("state", "outcome").count("*").groupBy("state", "outcome");
  const sent = sink.mails.map(
    ({ to, raw }) => `${to.join(" ")} ${/^Subject: .*$/m.exec(raw.toString("latin1"))?.[0]}`,
  );
  return {
    tickets: tickets.sort(),
    asides: asides.map((row) => JSON.stringify(row)).sort(),
    outcomes: outcomes.map((row) => JSON.stringify(row)).sort(),
    people: (await db("people")).length,
    documents: (await db("search_documents")).length,
    sent: sent.sort(),
  };
}

async function startWebs(t: TestContext, env: Record<string, string>, count: number): Promise<string[]> {
  const secret = { SESSION_SECRET: randomBytes(32).toString("hex"), LOG_LEVEL: "info" };
  const origins: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const port = String(await freePort());
    const web = await startProcesses("server", 1, { ...env, ...secret, WEB_PORT: port });
    t.after(() => web.stop());
    origins.push(`http://127.0.0.1:${port}`);
  }
  return origins;
}

async function signIn(origin: string): Promise<Browser> {
  const browser = new Browser(origin);
  await browser.submit(await browser.visit("/sign-in?to=/account"), { name: "nina", password });
  return browser;
}

/** The same person at another process: cookies know no ports. */
function sameSession(browser: Browser, origin: string): Browser {
  const other = new Browser(origin);
  for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  return other;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : assert.fail("no port");
}
