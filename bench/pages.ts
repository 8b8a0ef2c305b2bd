import { type Database, openDatabase } from "#src/database.ts";
import { processCpu } from "./cost.ts";
import { fillDesk } from "./fill.ts";
import type { Ground, Say } from "./ground.ts";
import { looksAt } from "./looks.ts";
import type { Options } from "./options.ts";
import { measureBesideInbox } from "./pages-beside-inbox.ts";
import { startWeb } from "./processes.ts";
import { type Cell, quantile, type Section } from "./table.ts";
import { signIn } from "./visitor.ts";

/** The pages of a shift, at desks of different size, and while the inbox works at full speed. */
export async function benchPages(ground: Ground, options: Options, say: Say): Promise<Section[]> {
  const rows: Cell[][] = [];
  for (const tickets of options.tickets) {
    const kept = await ground.keptDatabase(`desk_${options.seed}_${tickets}`);
    if (kept.isNew) await fillDesk(ground, kept.url, tickets, options.seed, say);
    await kept.keep();
    rows.push(...(await measureDesk(ground, options, tickets, say)));
  }
  return [
    {
      title: "Pages",
      note:
        "Server: milliseconds from the head of the request to the last byte written, told by the web process itself. Client: the same seen " +
        "by a program on the same machine, one request after another (1 client) or four at once. Ticket pages in turn over 50 tickets. " +
        "CPU is of the web process and PostgreSQL; blocks are those of 8 kB that its statements touched.",
      columns: [
        "tickets",
        "page",
        "server p50",
        "server p95",
        "client p50",
        "client p95",
        "pages/s, 1",
        "pages/s, 4",
        "CPU ms, web",
        "PostgreSQL",
        "kB",
        "statements",
        "blocks",
      ],
      rows,
    },
    ...(options.alone ? [] : [await measureBesideInbox(ground, options, say)]),
  ];
}

async function measureDesk(ground: Ground, options: Options, tickets: number, say: Say): Promise<Cell[][]> {
  const { url } = await ground.keptDatabase(`desk_${options.seed}_${tickets}`);
  const db = openDatabase(url, { connections: 1 });
  const web = await startWeb(ground, url, { profile: options.profile });
  const visitor = await signIn(web);
  const times = options.quick ? 100 : 500;
  const rows: Cell[][] = [];
  for (const look of looksAt(tickets)) {
    const [, bytes] = [await visitor.times(look, 100, 1), await visitor.bytes(look)];
    await db.raw("select pg_stat_statements_reset()");
    await visitor.times(look, 50, 1);
    const { calls, blocks } = await statementsOf(db);
    if (options.statements) await tellStatements(db, say);
    await web.served(151);
    const before = [processCpu(web.pid), processCpu(ground.postgresPid)] as const;
    const alone = await visitor.times(look, times, 1);
    const webCpu = (processCpu(web.pid) - before[0]) / times;
    const postgresCpu = (processCpu(ground.postgresPid) - before[1]) / times;
    const server = await web.served(times);
    const four = await visitor.times(look, times, 4);
    await web.served(times);
    const [p50, p95] = [0.5, 0.95].map((share) => quantile(alone.ms, share));
    const [serverP50, serverP95] = [0.5, 0.95].map((share) => quantile(server, share));
    rows.push([
      tickets,
      look.name,
      serverP50 ?? 0,
      serverP95 ?? 0,
      p50 ?? 0,
      p95 ?? 0,
      alone.perSecond,
      four.perSecond,
      webCpu,
      postgresCpu,
      bytes / 1000,
      calls / 50,
      blocks / 50,
    ]);
    say(
      `${tickets} tickets, ${look.name}: server p50 ${serverP50?.toFixed(1)} p95 ${serverP95?.toFixed(1)} ms, CPU ${webCpu.toFixed(1)} + ${postgresCpu.toFixed(1)} ms, ` +
        `${calls / 50} statements, ${blocks / 50} blocks`,
    );
  }
  await web.stop();
  await db.destroy();
  return rows;
}

/** Of the measured pages, without the statement that began the count. */
async function statementsOf(db: Database): Promise<{ calls: number; blocks: number }> {
  const result = await db.raw<{ rows: { calls: number; blocks: number }[] }>(
    `select sum(calls)::int as calls, sum(shared_blks_hit + shared_blks_read)::int as blocks ${counted}`,
  );
  return result.rows[0] ?? { calls: 0, blocks: 0 };
}

/** Says of each statement what one page costs by it, the dearest first. */
async function tellStatements(db: Database, say: Say): Promise<void> {
  const result = await db.raw<{ rows: { calls: number; ms: number; blocks: number; query: string }[] }>(
    `select calls / 50.0 as calls, total_exec_time / 50 as ms, (shared_blks_hit + shared_blks_read) / 50.0 as blocks, query
     ${counted} order by total_exec_time desc`,
  );
  for (const { calls, ms, blocks, query } of result.rows)
    say(
      `  ${Number(calls)} × ${ms.toFixed(2)} ms, ${Number(blocks)} blocks: ${query.replace(/\s+/g, " ").slice(0, 160)}`,
    );
}

const counted = `from pg_stat_statements
  where dbid = (select oid from pg_database where datname = current_database()) and query not like '%pg_stat_statements%'`;
