import { setTimeout as pause } from "node:timers/promises";
import type { SetFault } from "../../src/demo/fault-book.ts";
import { type ImapServer, startImapServer } from "../../src/demo/imap-server/start-imap-server.ts";
import { type SeededRandom, seededRandom } from "../../src/demo/reports/seeded-random.ts";
import { reconcile } from "../../src/inbox/reconcile.ts";
import { tryAgain } from "../../src/inbox/try-again.ts";
import { generateSecretKey } from "../../src/openpgp/generate-secret-key.ts";
import { type ChaosProxy, startChaosProxy } from "../../test/support/chaos-proxy.ts";
import { limit } from "../../test/support/limits.ts";
import { checkIntake, rememberMail, type SentMail, type Verdict } from "./check-intake.ts";
import { startTortureDatabase, type TortureDatabase } from "./database.ts";
import { type DeskSettings, deskSettings } from "./desk-settings.ts";
import { type FaultKind, misbehave, planStrike, shareOut, shuffle } from "./intake-faults.ts";
import { mailMaker } from "./mails.ts";
import { type DeskProcesses, startProcesses } from "./processes.ts";

export type IntakeTorture = {
  seed: number;
  mails: number;
  faults: number;
  workers: number;
  onProgress(sentence: string): void;
};

export type IntakeResult = Verdict & {
  seed: number;
  mails: number;
  faults: Map<FaultKind, number>;
  skipped: string[];
  seconds: number;
  secondsUntilQuiet: number;
  /** Mails that were interrupted so often that a person had to say "try again". */
  triedAgain: number;
  endedByItself: DeskProcesses["endedByItself"];
  failures: Map<string, number>;
};

type Run = {
  options: IntakeTorture;
  random: SeededRandom;
  database: TortureDatabase;
  server: ImapServer;
  proxy: ChaosProxy;
  workers: DeskProcesses;
  struck: Map<FaultKind, number>;
  deliver: (upTo: number) => Promise<void>;
  delivered: () => number;
};

/** Takes mails over with several workers while everything around them breaks, and checks mail by mail what became of them. */
export async function tortureIntake(options: IntakeTorture): Promise<IntakeResult> {
  const began = performance.now();
  const database = await startTortureDatabase(300 + Math.ceil(options.mails / 12));
  const server = await startImapServer({ users: { desk: "secret" } });
  const proxy = await startChaosProxy({ target: server, seed: options.seed });
  let workers: DeskProcesses | undefined;
  try {
    const desk = await deskSettings(database.db, {
      url: database.url,
      imapPort: proxy.port,
      smtpPort: 9,
      seconds: { lease: 4, server: 3 },
    });
    workers = await startProcesses("worker", options.workers, desk.env);
    const sent: SentMail[] = [];
    const run: Run = {
      options,
      random: seededRandom(`faults ${options.seed}`),
      database,
      server,
      proxy,
      workers,
      struck: new Map(),
      deliver: await deliverer(options, desk, server, sent),
      delivered: () => sent.length,
    };
    await strikeAll(run);
    const calm = performance.now();
    await untilQuiet(run);
    const triedAgain = await tryInterruptedAgain(run);
    const verdict = await checkIntake(database.db, desk.vault, server, sent);
    verdict.problems.push(...(await findGap(run)));
    return {
      ...verdict,
      seed: options.seed,
      mails: sent.length,
      faults: run.struck,
      skipped: database.fillDisk
        ? []
        : ["disk full: only root can give the database a small disk of its own"],
      seconds: (performance.now() - began) / 1000,
      secondsUntilQuiet: (performance.now() - calm) / 1000,
      triedAgain,
      endedByItself: workers.endedByItself,
      failures: workers.failures,
    };
  } catch (error) {
    options.onProgress(`ended early: ${String(error)}`);
    throw error;
  } finally {
    await workers?.stop();
    await proxy.stop();
    await server.stop();
    await database.stop();
  }
}

/** Puts mails into the mailbox, the same for the same seed, until so many were put there. */
async function deliverer(options: IntakeTorture, desk: DeskSettings, server: ImapServer, sent: SentMail[]) {
  const foreign = await generateSecretKey("Somebody else", "else@example.net");
  const make = mailMaker(options.seed, { ours: desk.publicKey, foreign: foreign.public });
  return async (upTo: number) => {
    while (sent.length < Math.min(upTo, options.mails)) {
      const mail = await make(sent.length);
      sent.push(rememberMail(desk.vault, mail));
      server.append("desk", "INBOX", mail.raw);
    }
  };
}

/** Strikes until each kind has struck as often as it should; the mails arrive in step with it. */
async function strikeAll(run: Run): Promise<void> {
  const { options, random, struck } = run;
  const wanted = shareOut(options.faults, run.database.fillDisk !== null);
  const deck = shuffle(wanted, random);
  const total = [...wanted.values()].reduce((sum, count) => sum + count, 0);
  const sum = () => [...struck.values()].reduce((one, other) => one + other, 0);
  const background = strikeInBackground(run, wanted);
  let told = performance.now();

  while (deck.length > 0 || sum() < total) {
    await background();
    await run.deliver(Math.ceil((options.mails * (sum() + 1)) / total));
    await pause(random.below(200));
    const kind = deck.pop();
    if (kind) {
      await strike(run, kind);
      struck.set(kind, (struck.get(kind) ?? 0) + 1);
    } else await pause(100);
    if (performance.now() - told < 10_000) continue;
    told = performance.now();
    options.onProgress(`${sum()} of ${total} faults, ${await countRead(run)} of ${options.mails} mails read`);
  }
  await run.deliver(options.mails);
}

/** What strikes by itself as connections come and commands are given: two of each are always ready. */
function strikeInBackground(run: Run, wanted: Map<FaultKind, number>): () => Promise<void> {
  const { proxy, random, server, struck } = run;
  const cuts = wanted.get("connection cut at a random byte") ?? 0;
  const silences = wanted.get("connection silent") ?? 0;
  const answers = wanted.get("IMAP server misbehaves") ?? 0;
  let plans = 0;
  let set: SetFault[] = [];
  let lastStrike = performance.now();
  let strikes = 0;

  return async () => {
    for (; proxy.strikes < cuts + silences && plans - proxy.connections < 2; plans += 1) {
      // Every other connection works, else nothing would ever be under way.
      if (plans % 2 === 1) proxy.plan({ do: "pass" });
      else planStrike(proxy, random, plans % (2 * Math.ceil(cuts / silences)) === 2 ? "stall" : "cut");
    }
    const hits = set.filter((fault) => fault.strikes > 0).length;
    set = set.filter((fault) => fault.strikes === 0);
    const before = struck.get("IMAP server misbehaves") ?? 0;
    struck.set("IMAP server misbehaves", before + hits);
    if (set.length < Math.min(2, answers - before - hits) && random.below(2) === 0)
      set.push(misbehave(server, random));

    const silent = Math.min(Math.round((proxy.strikes * silences) / (cuts + silences)), silences);
    struck.set("connection silent", silent);
    struck.set("connection cut at a random byte", proxy.strikes - silent);
    if (proxy.strikes + hits > strikes) lastStrike = performance.now();
    strikes = proxy.strikes;
    if (performance.now() - lastStrike < 1500) return;
    // Nothing is under way that could be struck: more mail, other faults, and new connections.
    lastStrike = performance.now();
    await run.deliver(run.delivered() + 5);
    for (const fault of set.splice(0)) fault.remove();
    server.dropConnections();
  };
}

async function strike(run: Run, kind: FaultKind): Promise<void> {
  const { database, random, server, workers } = run;
  if (kind === "worker killed (kill -9)") {
    if (random.below(3) === 0) await killAllAtMove(run);
    else await killOne(workers, random);
  }
  if (kind === "Postgres killed (SIGKILL), then recovery") {
    // The robot learns of these mails while nobody can keep them.
    const recovered = database.crash();
    await run.deliver(run.delivered() + 3);
    await recovered;
  }
  if (kind === "UIDVALIDITY changed") server.renumber("desk", "INBOX");
  if (kind === "disk full") await fillDisk(run);
}

/** Kills one while another one runs; it starts again while the next faults strike. */
async function killOne(workers: DeskProcesses, random: SeededRandom): Promise<void> {
  for (;;) {
    const running = workers.list.filter((one) => one.isRunning());
    if (running.length > 1 && (await random.pick(running).kill())) return;
    await pause(50);
  }
}

/** The moment at which a robot that moves too early loses mail: kills all just when the server has moved some. */
async function killAllAtMove({ server, workers, deliver, delivered }: Run): Promise<void> {
  const inbox = () => server.messages("desk", "INBOX").length;
  await deliver(delivered() + 5);
  const before = inbox();
  for (const end = Date.now() + 3000; inbox() >= before && Date.now() < end; ) await pause(2);
  await Promise.all(workers.list.map((one) => one.kill()));
}

async function fillDisk({ database, random, deliver, delivered }: Run): Promise<void> {
  await database.fillDisk?.();
  await deliver(delivered() + 20);
  await pause(500 + random.below(1500));
  await database.makeRoom();
  await until(120, "the database takes no more writes after the disk was full", async () => {
    await database.db("queues").where({ is_fallback: true }).update({ is_fallback: true });
    return true;
  });
}

/** Without further faults everything must be taken over and read. */
async function untilQuiet({ database, server, options }: Run): Promise<void> {
  server.clearFaults();
  options.onProgress("no more faults: waiting until everything is read");
  await until(300, "it was not quiet after the last fault", async () => {
    const waiting = await database.db("mails").where({ state: "kept" }).first("id");
    return !waiting && server.messages("desk", "INBOX").length === 0;
  });
}

async function tryInterruptedAgain(run: Run): Promise<number> {
  const { db } = run.database;
  const interrupted = await db("mails")
    .where({ state: "set_aside" })
    .whereLike("set_aside_reason", "Reading it was interrupted%")
    .select("id");
  for (const { id } of interrupted) await tryAgain(db, id);
  if (interrupted.length > 0) await untilQuiet(run);
  return interrupted.length;
}

/** The hourly comparison with the server must find nothing missing. */
async function findGap({ database, proxy }: Run): Promise<string[]> {
  const mailbox = { host: proxy.host, port: proxy.port, tls: false, user: "desk", password: "secret" };
  const folders = { folder: "INBOX", doneFolder: "Whisperdesk" };
  let missing: number[] | null = null;
  await until(30, "the server could not be compared", async () => {
    await database.db("mailboxes").update({ last_reconciled_at: null });
    missing = await reconcile(database.db, { ...mailbox, ...folders, secondsToWait: 5 });
    return missing !== null;
  });
  const gap: number[] = missing ?? [];
  return gap.length === 0
    ? []
    : [`reconciliation misses ${gap.length} numbers: ${gap.slice(0, 10).join(", ")}`];
}

async function countRead({ database }: Run): Promise<string> {
  const counting = database.db("mails").where({ state: "read" }).count({ count: "*" }).first();
  return await counting.then((row) => String(row?.count)).catch(() => "?");
}

async function until(seconds: number, complaint: string, check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + limit(seconds); Date.now() < end; await pause(200)) {
    if (await check().catch(() => false)) return;
  }
  throw new Error(complaint);
}
