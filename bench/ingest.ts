import { cpus, loadavg } from "node:os";
import { type Database, openDatabase } from "#src/database.ts";
import { processCpu } from "./cost.ts";
import type { Ground, Say } from "./ground.ts";
import { type Limits, measureLimits, measureTransactions } from "./limits.ts";
import { type Kind, kinds, mailFolder, readMails } from "./make-mails.ts";
import type { Options } from "./options.ts";
import { type DeskProcess, startMailServer, startWorker } from "./processes.ts";
import { median, type Section } from "./table.ts";

const warmUp = 200;
const sizes: Record<Kind, [quick: number, full: number]> = {
  "clear-4kB": [800, 2500],
  "clear-log": [300, 1000],
  "rsa4096-log": [300, 1000],
  "curve25519-log": [300, 1000],
};

export type Run = {
  kind: Kind;
  workers: number;
  mailsPerSecond: number;
  deskCpu: number;
  postgresCpu: number;
  mailServerCpu: number;
  statements: number;
  load: number;
};

/** From mailbox to committed ticket: mails a second, and what a mail costs, beside the limits of the parts. */
export async function benchIngest(ground: Ground, options: Options, say: Say): Promise<Section[]> {
  const chosen = chooseKinds(options);
  const limits = new Map<Kind, Limits>();
  const runs: Run[] = [];
  const commits: [one: number, eight: number][] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const kind of chosen) {
      const count = sizes[kind][options.quick ? 0 : 1] + warmUp;
      const folder = await mailFolder(ground, kind, count, options.seed, say);
      if (!limits.has(kind))
        limits.set(kind, await measureLimits(await readMails(folder, 0, 50), secretOf(ground, kind)));
      for (const workers of options.workers) {
        const run = await measureRun(ground, options, { kind, workers, folder, count });
        runs.push(run);
        say(progress(round, run));
      }
    }
    commits.push(await measureCommits(ground));
  }
  return [ingestTable(chosen, options, runs, limits, commits)];
}

export function chooseKinds({ kinds: asked }: Options): Kind[] {
  const all = Object.keys(kinds) as Kind[];
  return asked.length === 0 ? all : all.filter((kind) => asked.some((start) => kind.startsWith(start)));
}

export function secretOf(ground: Ground, kind: Kind): string {
  return kind.startsWith("rsa") ? ground.keys.rsa4096.secret : ground.keys.curve25519.secret;
}

/** One run: the workers are warm and idle, then all mails are in the mailbox at once; the clock stops at the last ticket. */
async function measureRun(
  ground: Ground,
  options: Options,
  { kind, workers, folder, count }: { kind: Kind; workers: number; folder: string; count: number },
): Promise<Run> {
  const { url, drop } = await ground.newDatabase();
  const db = openDatabase(url, { connections: 1 });
  const mail = await startMailServer();
  const desks: DeskProcess[] = [];
  try {
    for (let number = 0; number < workers; number += 1) {
      desks.push(
        await startWorker(ground, url, mail, { key: secretOf(ground, kind), profile: options.profile }),
      );
    }
    await mail.deliver(folder, 0, warmUp);
    await untilRead(db, warmUp);
    await db.raw("select pg_stat_statements_reset()");

    const load = loadavg()[0] ?? 0;
    const before = cpuNow(ground, mail.pid, desks);
    const deliveredAt = await mail.deliver(folder, warmUp, count);
    const finishedAt = await untilRead(db, count);
    const after = cpuNow(ground, mail.pid, desks);
    const mails = count - warmUp;
    if (options.profile) await showStatements(db, mails);
    return {
      kind,
      workers,
      mailsPerSecond: (mails * 1000) / (finishedAt - deliveredAt),
      deskCpu: (after.desk - before.desk) / mails,
      postgresCpu: (after.postgres - before.postgres) / mails,
      mailServerCpu: (after.mailServer - before.mailServer) / mails,
      statements: (await statementsSince(db)) / mails,
      load,
    };
  } finally {
    await Promise.all(desks.map((desk) => desk.stop()));
    await mail.stop();
    await db.destroy();
    await drop();
  }
}

/** Waits until so many mails have their tickets, and gives the moment of the last one. */
export async function untilRead(db: Database, count: number): Promise<number> {
  let last = -1;
  for (let quietSince = Date.now(); Date.now() - quietSince < 60_000; ) {
    const result = await db.raw(
      `select count(*) filter (where state = 'read')::int as read, count(*) filter (where state = 'set_aside')::int as aside,
         extract(epoch from max(read_at)) * 1000 as last_at from mails`,
    );
    const { read, aside, last_at } = result.rows[0];
    if (aside > 0) throw new Error(`${aside} mails were set aside: this is no measurement`);
    if (read >= count) return Number(last_at);
    if (read !== last) quietSince = Date.now();
    last = read;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`No mail became a ticket for a minute (${last} of ${count})`);
}

function cpuNow(ground: Ground, mailServer: number, desks: DeskProcess[]) {
  return {
    desk: desks.reduce((sum, { pid }) => sum + processCpu(pid), 0),
    postgres: processCpu(ground.postgresPid),
    mailServer: processCpu(mailServer),
  };
}

async function statementsSince(db: Database): Promise<number> {
  const result = await db.raw(
    `select sum(calls)::int as calls from pg_stat_statements
     where dbid = (select oid from pg_database where datname = current_database())`,
  );
  return result.rows[0].calls;
}

/** The statements that cost the database most, in microseconds a mail: running and planning. */
async function showStatements(db: Database, mails: number): Promise<void> {
  const result = await db.raw(
    `select calls, total_exec_time * 1000 / ? as us, total_plan_time * 1000 / ? as plan, regexp_replace(query, '\\s+', ' ', 'g') as query from pg_stat_statements
     where dbid = (select oid from pg_database where datname = current_database()) order by us desc limit 24`,
    [mails, mails],
  );
  for (const { calls, us, plan, query } of result.rows)
    console.error(
      `${String(Math.round(us)).padStart(6)} + ${String(Math.round(plan)).padStart(4)} µs ${String(calls).padStart(6)} × ${query.slice(0, 110)}`,
    );
}

async function measureCommits(ground: Ground): Promise<[number, number]> {
  const { url, drop } = await ground.newDatabase();
  const result: [number, number] = [await measureTransactions(url, 1), await measureTransactions(url, 8)];
  await drop();
  return result;
}

function progress(round: number, run: Run): string {
  const [rate, desk, postgres, load] = [run.mailsPerSecond, run.deskCpu, run.postgresCpu, run.load].map(
    (value) => value.toFixed(1),
  );
  return `Round ${round}, ${kinds[run.kind]}, ${run.workers} worker(s): ${rate} mails/s, CPU ms a mail ${desk} + ${postgres} (Postgres), ${run.statements.toFixed(1)} statements, load ${load}`;
}

function ingestTable(
  chosen: Kind[],
  options: Options,
  runs: Run[],
  limits: Map<Kind, Limits>,
  commits: [number, number][],
): Section {
  const rows = chosen.flatMap((kind) =>
    options.workers.map((workers) => {
      const these = runs.filter((run) => run.kind === kind && run.workers === workers);
      const middle = (value: (run: Run) => number) => median(these.map(value));
      const limit = limits.get(kind);
      return [
        kinds[kind],
        workers,
        middle((run) => run.mailsPerSecond),
        Math.max(...these.map((run) => run.mailsPerSecond)),
        (cpus().length * 1000) / middle((run) => run.deskCpu + run.postgresCpu + run.mailServerCpu),
        middle((run) => run.deskCpu + run.postgresCpu),
        middle((run) => run.deskCpu),
        middle((run) => run.postgresCpu),
        middle((run) => run.mailServerCpu),
        middle((run) => run.statements),
        limit?.reading ?? null,
        limit?.openpgpjs ?? null,
        limit?.ourDecryption ?? null,
        median(commits.map(([one]) => one)),
        median(commits.map(([, eight]) => eight)),
        middle((run) => run.load),
      ];
    }),
  );
  return {
    title: "From mailbox to committed ticket",
    note:
      `Medians of ${options.rounds} runs with ${warmUp} mails before each to warm up. Limits in the same run, a second, ` +
      "on one core: our reader of MIME alone, OpenPGP.js alone, our decryption alone (RSA by OpenSSL), one durable transaction " +
      "after another, and eight sessions at once. “By CPU” is what these costs leave room for when all cores are free: beside a " +
      "load from others the measured number is lower.",
    columns: [
      "mail",
      "workers",
      "mails/s",
      "best",
      "mails/s by CPU",
      "CPU ms a mail",
      "worker",
      "Postgres",
      "(mail server)",
      "statements a mail",
      "our MIME/s",
      "OpenPGP.js/s",
      "our decrypt/s",
      "commits/s, 1",
      "commits/s, 8",
      "load",
    ],
    rows,
  };
}
