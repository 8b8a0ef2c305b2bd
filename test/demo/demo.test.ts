import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Database, openDatabase } from "#src/database.ts";
import { Browser } from "#test/support/browser.ts";
import { eventually } from "#test/support/eventually.ts";
import { nonsenseVariables } from "#test/support/nonsense-variables.ts";
import manifest from "../../package.json" with { type: "json" };

test("one command shows the whole desk, Ctrl-C ends it, and a second start doubles nothing", async (t) => {
  const data = await mkdtemp(join(tmpdir(), "demo-"));
  t.after(() => rm(data, { recursive: true, force: true }));

  const first = await startDemo(t, data);
  await untilAllIsRead(data);
  const counts = await countAll(data);
  assert.equal(counts.mails, 66);
  assert.equal(counts.kept, 0, "all mails were read");
  assert.equal(counts.reports, 60);
  assert.equal(counts.languages, 6);
  assert.equal(counts.alarms, 0, "nothing is wrong with a mailbox that was opened a moment ago");
  await answerInTheBrowser(first, data);
  assert.equal(await first.stop(), 0);

  const second = await startDemo(t, data);
  assert.match(
    await (await fetch(`${second.mailboxUrl}/`)).text(),
    /Thank you for your report from the demo/,
  );
  assert.deepEqual(await countAll(data), { ...counts, messages: counts.messages + 1 });
  assert.equal(await second.stop(), 0);
});

type Demo = { url: string; mailboxUrl: string; password: string; stop(): Promise<number | null> };

async function startDemo(t: TestContext, data: string): Promise<Demo> {
  const port = await freePort();
  const demo = spawn("sh", ["-c", manifest.scripts.demo], {
    cwd: join(import.meta.dirname, "../.."),
    env: { ...process.env, ...nonsenseVariables, WHISPERDESK_DATA: data, WEB_PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => demo.kill("SIGKILL"));
  const output = await untilIntroduced(demo);
  const password = /nina\s+(\S+)/.exec(output)?.[1] ?? "";
  assert.equal(output.match(/^ {2}\w+ +\S{15,}/gm)?.length, 3, "three accounts with their passwords");
  return {
    url: `http://127.0.0.1:${port}`,
    mailboxUrl: `http://127.0.0.1:${port + 1}`,
    password,
    async stop() {
      const ended = once(demo, "exit");
      demo.kill("SIGINT");
      const [code] = await ended;
      return code;
    },
  };
}

async function untilIntroduced(demo: ChildProcess): Promise<string> {
  let output = "";
  demo.stdout?.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  return await eventually("the demo to introduce itself", () => {
    if (demo.exitCode !== null) throw new Error(`The demo did not start:\n${output}`);
    return output.includes("Ctrl-C stops everything") && output;
  });
}

/** Really encrypted on its way to the person, and opened with the person's key. */
async function answerInTheBrowser(demo: Demo, data: string): Promise<void> {
  const browser = new Browser(demo.url);
  await browser.submit(await browser.visit("/sign-in"), { name: "nina", password: demo.password });
  const [offered] = await ask(data, (db) => db("offered_keys").orderBy("id").select("ticket_id"));
  const form = await browser.visit(`/tickets/${offered.ticket_id}/reply`);
  const sent = await browser.submit(
    form,
    {
      text: "Thank you for your report from the demo.",
      use_key: form.$("#use_key").attr("value") ?? "",
    },
    { button: "Send encrypted" },
  );
  assert.equal(sent.status, 200);
  // It waits, so that its writer can take it back.
  await ask(data, (db) => db("outbox_mails").update({ not_before: new Date(0) }));

  const mailbox = await eventually("the answer in the person's mailbox", async () => {
    const page = await (await fetch(`${demo.mailboxUrl}/`)).text();
    return /signed by the desk/.test(page) && page;
  });
  assert.match(mailbox, /Thank you for your report from the demo/);
}

async function untilAllIsRead(data: string): Promise<void> {
  await eventually("all mails to be read", async () => {
    const { mails, kept } = await countAll(data);
    assert.deepEqual({ mails, kept }, { mails: 66, kept: 0 });
    return true;
  });
}

async function countAll(data: string) {
  return await ask(data, async (db) => {
    const result = await db.raw(`
      select (select count(*)::integer from mails) as mails,
        (select count(*)::integer from mails where state = 'kept') as kept,
        (select count(*)::integer from tickets) as tickets,
        (select count(*)::integer from messages) as messages,
        (select count(*)::integer from reports) as reports,
        (select count(*)::integer from alarms) as alarms,
        (select count(distinct language)::integer from tickets where channel = 'whisperback') as languages`);
    return result.rows[0];
  });
}

async function ask<Answer>(data: string, question: (db: Database) => Promise<Answer>): Promise<Answer> {
  const db = openDatabase(`postgres://whisperdesk@localhost:5432/postgres?host=${data}/pg18-socket`);
  try {
    return await question(db);
  } finally {
    await db.destroy();
  }
}

/** Two free neighbours, for the desk and the mailbox page beside it, below the ports that the system gives out. */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
  return assert.fail("no two free ports side by side");
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const free = await new Promise<boolean>((done) => {
    probe.once("error", () => done(false)).listen(port, "127.0.0.1", () => done(true));
  });
  if (free) await new Promise((done) => probe.close(done));
  return free;
}
