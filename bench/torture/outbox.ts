import { setTimeout as pause } from "node:timers/promises";
import { type ImapServer, startImapServer } from "../../src/demo/imap-server/start-imap-server.ts";
import { type SeededRandom, seededRandom } from "../../src/demo/reports/seeded-random.ts";
import type { SmtpStage } from "../../src/demo/smtp-faults.ts";
import { type SmtpSink, startSmtpSink } from "../../src/demo/smtp-sink.ts";
import { decideAboutAnswer } from "../../src/tickets/decide-about-answer.ts";
import { eventually } from "../../test/support/eventually.ts";
import { limit } from "../../test/support/limits.ts";
import { answerTickets, type QueuedAnswer } from "./answers.ts";
import { checkOutbox, type Decided, type OutboxVerdict, stateOfOutbox } from "./check-outbox.ts";
import { startTortureDatabase, type TortureDatabase } from "./database.ts";
import { deskSettings } from "./desk-settings.ts";
import { type DeskProcesses, startProcesses } from "./processes.ts";
import { drawStrike, type Strike } from "./smtp-faults.ts";

export type OutboxTorture = { seed: number; faults: number; onProgress(sentence: string): void };

export type OutboxResult = OutboxVerdict & {
  seed: number;
  answers: number;
  strikes: Map<SmtpStage, number>;
  kills: number;
  /** Faults after which nobody can know whether the mail left. */
  leftOpen: number;
  seconds: number;
  failures: Map<string, number>;
};

type Run = {
  options: OutboxTorture;
  random: SeededRandom;
  database: TortureDatabase;
  sink: SmtpSink;
  workers: DeskProcesses;
  strikes: Map<SmtpStage, number>;
  count: { kills: number; leftOpen: number };
  queue: (count: number) => Promise<void>;
};

/** Sends answers with two workers while SMTP fails at every stage, and checks answer by answer what became of them. */
export async function tortureOutbox(options: OutboxTorture): Promise<OutboxResult> {
  const began = performance.now();
  const database = await startTortureDatabase(300);
  const server: ImapServer = await startImapServer({ users: { desk: "secret" } });
  const sink = await startSmtpSink({ users: { desk: "secret" } });
  let workers: DeskProcesses | undefined;
  try {
    const seconds = { lease: 5, server: 1 };
    const ports = { imapPort: server.port, smtpPort: sink.port };
    const desk = await deskSettings(database.db, { url: database.url, ...ports, seconds });
    const answers: QueuedAnswer[] = [];
    const answer = await answerTickets(database.db, desk.vault, options.seed);
    const queue = async (count: number) => void answers.push(...(await answer(count)));
    workers = await startProcesses("worker", 2, { ...desk.env, SMTP_USER: "desk", SMTP_PASSWORD: "secret" });
    const count = { kills: 0, leftOpen: 0 };
    const random = seededRandom(`smtp ${options.seed}`);
    const run: Run = { options, random, database, sink, workers, strikes: new Map(), count, queue };
    await strikeAll(run);
    await untilSettled(run);
    const state = () => stateOfOutbox(database.db, desk.vault, sink, answers);
    const alone = await state();
    const decided = await decideAll(run, answers);
    await untilSettled(run);
    return {
      ...checkOutbox(alone, await state(), decided, count),
      seed: options.seed,
      answers: answers.length,
      strikes: run.strikes,
      ...count,
      seconds: (performance.now() - began) / 1000,
      failures: workers.failures,
    };
  } catch (error) {
    options.onProgress(`ended early: ${String(error)}`);
    throw error;
  } finally {
    await workers?.stop();
    await sink.stop();
    await server.stop();
    await database.stop();
  }
}

async function strikeAll(run: Run): Promise<void> {
  const { options, random, strikes } = run;
  let told = performance.now();
  for (let n = 0; n < options.faults; n += 1) {
    const planned = drawStrike(n, random);
    await strikeOnce(run, planned);
    strikes.set(planned.stage, (strikes.get(planned.stage) ?? 0) + 1);
    if (performance.now() - told < 10_000) continue;
    told = performance.now();
    options.onProgress(`${n + 1} of ${options.faults} SMTP faults, ${run.sink.mails.length} mails arrived`);
  }
}

async function strikeOnce(run: Run, { fault, leavesItOpen, kills }: Strike): Promise<void> {
  const { sink, workers, count } = run;
  // A sender that still waits in an earlier silence writes down first that it does not know.
  if (kills) await untilNobodySends(run);
  const set = sink.fault(fault);
  for (const end = Date.now() + limit(60); set.strikes === 0; await pause(10)) {
    if (Date.now() > end) throw new Error(`The fault at ${fault.stage} did not strike`);
    await keepBusy(run);
  }
  if (leavesItOpen) count.leftOpen += 1;
  if (!kills) return;
  // The silence lasts a second: one of the two waits in it now, and the other may be anywhere.
  await pause(run.random.below(300));
  const killed = await Promise.all(workers.list.map((worker) => worker.kill()));
  count.kills += killed.filter(Boolean).length;
}

async function untilNobodySends({ database: { db } }: Run): Promise<void> {
  await eventually("each sender to write down what became of its mail", async () => {
    const sending = await db("outbox_mails").where({ state: "sending" }).pluck("id");
    return sending.length === 0;
  });
}

/** Always some answers are due; those that should wait a minute or more are due at once. */
async function keepBusy({ database: { db }, queue }: Run): Promise<void> {
  const waiting = await db("outbox_mails").where({ state: "queued" }).count({ count: "*" }).first();
  if (Number(waiting?.count) < 4) await queue(4);
  await hurry(db);
}

async function hurry(db: TortureDatabase["db"]): Promise<void> {
  await db("outbox_mails")
    .where({ state: "queued" })
    .where("not_before", ">", db.fn.now())
    .update({ not_before: db.fn.now() });
}

/** Without further faults each answer ends: accepted, failed or unknown. */
async function untilSettled({ database: { db }, sink, options }: Run): Promise<void> {
  sink.clearFaults();
  options.onProgress("no more faults: waiting until each answer has its end");
  for (const end = Date.now() + limit(120); Date.now() < end; await pause(200)) {
    await hurry(db);
    const under = await db("outbox_mails").whereIn("state", ["queued", "sending"]).first("id");
    if (!under) return;
  }
  throw new Error("there were answers that found no end");
}

/** The staff decide: what failed or is unknown is sent again, every fourth is given up. */
async function decideAll({ database: { db } }: Run, answers: QueuedAnswer[]): Promise<Decided> {
  const staffId = answers[0]?.staffId ?? "";
  const decided: Decided = new Map();
  const troubled = await db("outbox_mails")
    .whereIn("state", ["failed", "unknown"])
    .orderBy("id")
    .select("id");
  for (const [n, { id }] of troubled.entries()) {
    const decision = n % 4 === 3 ? "give up" : "send again";
    if (await decideAboutAnswer(db, id, staffId, decision)) decided.set(id, decision);
  }
  return decided;
}
