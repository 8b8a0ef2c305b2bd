import { type Database, openDatabase } from "#src/database.ts";
import { type SeededRandom, seededRandom } from "#src/demo/reports/seeded-random.ts";
import { startDelayingProxy } from "../../test/support/delaying-proxy.ts";
import { openWorld, type World } from "../canaries/world.ts";
import { type FailStatement, failStatements } from "./fail-statement.ts";
import { added, type Rows, rowsOf, written } from "./rows.ts";
import { makeWorks, type Outcome, type Work } from "./together-works.ts";

export type TogetherTorture = {
  seed: number;
  failures: number;
  /** One statement of so many fails, those left out by chance; 1: each of them. */
  oneOf?: number;
  onProgress(sentence: string): void;
};

export type TogetherResult = {
  seed: number;
  seconds: number;
  /** For each work how many of its statements failed, and what came of it. */
  works: Map<string, { failed: number; nothing: number; without: number; done: number }>;
  /** With which SQLSTATE they failed. */
  codes: Map<string, number>;
  problems: string[];
};

/** What a statement fails with: of the program, of the moment, of the values, and with the end of its connection. */
const failures: [code: string, sql: string][] = [
  ...["WD001", "40P01", "57014", "23505"].map((code): [string, string] => [
    code,
    `do $$ begin raise exception 'injected' using errcode = '${code}'; end $$`,
  ]),
  ["57P01", "select pg_terminate_backend(pg_backend_pid())"],
];

type Run = TogetherResult & {
  world: World;
  random: SeededRandom;
  fail: FailStatement;
  /** A new pool of one connection, on which no statement was parsed yet. */
  connect(): Database;
  /** The rows after the last work. */
  rows: Rows;
  /** The first statement of a work that fails, and how far it is to the next. */
  first(): number;
  step(): number;
};

/**
 * Fails each statement of mails, merges, answers and pages in turn, while the answers of the server come in pieces at
 * random moments: all of the work is stored or nothing of it, with the true reason, and the same connection goes on.
 */
export async function tortureTogether(options: TogetherTorture): Promise<TogetherResult> {
  const began = performance.now();
  const { seed } = options;
  const random = seededRandom(`together ${seed}`);
  let end = () => Promise.resolve();
  let [port, url] = [0, ""];
  const world = await openWorld(async (_, direct) => {
    const proxy = await startDelayingProxy(socketOf(direct), seed);
    port = proxy.port;
    url = throughPort(direct, port);
    const pages = openDatabase(url, { connections: 6, name: "pages" });
    end = async () => {
      await pages.destroy();
      await proxy.stop();
    };
    return pages;
  });
  const fail = failStatements(port);
  try {
    await world.db("mailboxes").insert({ name: "INBOX" }).onConflict().ignore();
    const works = await makeWorks(world, random);
    const run: Run = {
      seed,
      seconds: 0,
      works: new Map(works.map(({ name }) => [name, { failed: 0, nothing: 0, without: 0, done: 0 }])),
      codes: new Map(),
      problems: [],
      world,
      random,
      fail,
      connect: () => openDatabase(url, { connections: 1, name: "torture" }),
      rows: await rowsOf(world.db),
      first: () => 1 + random.below(options.oneOf ?? 1),
      step: () => 1 + random.below(2 * (options.oneOf ?? 1) - 1),
    };
    const failed = () => [...run.works.values()].reduce((sum, each) => sum + each.failed, 0);
    for (let round = 1; failed() < options.failures && run.problems.length < 20; round += 1) {
      for (const work of works) await failEach(run, work);
      options.onProgress(`round ${round}: ${failed()} statements failed, ${run.problems.length} problems`);
    }
    const { works: counts, codes, problems } = run;
    return { seed, seconds: (performance.now() - began) / 1000, works: counts, codes, problems };
  } finally {
    fail.stop();
    await end();
    await world.close();
  }
}

/** Fails the first statement of a work, then its second, and so on until it is done without a failure. */
async function failEach(run: Run, work: Work): Promise<void> {
  const counts = run.works.get(work.name);
  if (!counts) throw new Error("This work is not known");
  let db = run.connect();
  try {
    const usual = await usualOf(run, work, db);
    let act = await work.prepare();
    run.rows = await rowsOf(run.world.db);
    for (let nth = run.first(); ; nth += run.step()) {
      if (run.random.below(3) === 0) {
        await db.destroy();
        db = run.connect();
      }
      const [code, sql] = run.random.pick(failures);
      const pid = await backendOf(db);
      run.fail.at(nth, sql);
      const outcome = await act(db).catch(
        (error: unknown): Outcome => ({ ok: false, codes: [codeOf(error)] }),
      );
      const struck = run.fail.struck();
      run.fail.at(0, "");
      const rows = await rowsOf(run.world.db);
      const told = `${work.name}, ${code} at statement ${nth} (${struck?.slice(0, 80)})`;
      const problem = (what: string) => void run.problems.push(`${told}: ${what}`);

      if (struck === null) {
        const { codes = [] } = outcome;
        if (!outcome.ok || codes.length > 0) problem(`it failed by itself with ${codes.join(", ")}`);
        counts.done += 1;
        run.rows = rows;
        return;
      }
      counts.failed += 1;
      run.codes.set(code, (run.codes.get(code) ?? 0) + 1);
      if (code !== "57P01" && (await backendOf(db)) !== pid) problem("the connection was given up");
      const changed = written(run.rows, rows, work.apart);
      const missing = differences(usual, added(run.rows, rows, work.apart), work.mayMiss);
      if (outcome.codes && (outcome.codes.length === 0 || outcome.codes.some((each) => each !== code)))
        problem(`says ${outcome.codes.join(", ") || "nothing"}`);
      if (changed.length === 0 && !outcome.ok) {
        counts.nothing += 1;
        continue;
      }
      counts.without += 1;
      if (missing) problem(`stored ${missing}`);
      else if (outcome.ok ? work.mayMiss.length === 0 : !work.mayFailAfter)
        problem(`left ${changed.join(", ")}`);
      act = await work.prepare();
      run.rows = await rowsOf(run.world.db);
    }
  } finally {
    await db.destroy();
  }
}

/** How many rows the work adds to each table when nothing fails. */
async function usualOf(run: Run, work: Work, db: Database): Promise<Map<string, number>> {
  const act = await work.prepare();
  const before = await rowsOf(run.world.db);
  const outcome = await act(db);
  if (!outcome.ok) throw new Error(`${work.name} fails by itself: ${outcome.codes.join(", ")}`);
  return added(before, await rowsOf(run.world.db), work.apart);
}

/** Which tables have other rows more than usual; fewer where they may. */
function differences(usual: Map<string, number>, found: Map<string, number>, mayMiss: string[]): string {
  const names = [...new Set([...usual.keys(), ...found.keys()])];
  const wrong = names.filter((name) => {
    const [wanted, is] = [usual.get(name) ?? 0, found.get(name) ?? 0];
    return mayMiss.includes(name) ? is > wanted : is !== wanted;
  });
  return wrong.map((name) => `${found.get(name) ?? 0} ${name} instead of ${usual.get(name) ?? 0}`).join(", ");
}

async function backendOf(db: Database): Promise<number> {
  return (await db.raw<{ rows: { pid: number }[] }>("select pg_backend_pid() as pid")).rows[0]?.pid ?? 0;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** The socket of a server on this machine. */
function socketOf(url: string): string {
  const { searchParams, port } = new URL(url);
  return `${searchParams.get("host")}/.s.PGSQL.${port || 5432}`;
}

function throughPort(url: string, port: number): string {
  const through = new URL(url);
  through.searchParams.delete("host");
  through.hostname = "127.0.0.1";
  through.port = String(port);
  return through.href;
}
