import { Agent, get as httpGet, type IncomingMessage, request } from "node:http";
import { type Database, openDatabase } from "#src/database.ts";
import { processCpu } from "./cost.ts";
import { fillDesk, longEvery, member } from "./fill.ts";
import type { Ground, Say } from "./ground.ts";
import { untilRead } from "./ingest.ts";
import { mailFolder } from "./make-mails.ts";
import type { Options } from "./options.ts";
import { type DeskProcess, startMailServer, startWeb, startWorker } from "./processes.ts";
import { type Cell, quantile, type Section } from "./table.ts";

type Look = { name: string; path: (turn: number) => string };

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
        "Milliseconds from request to the whole page, asked by a program on the same machine, one request after another " +
        "(1 client) or four at once; in turn over 50 tickets of ten messages. CPU is of the web process and PostgreSQL.",
      columns: [
        "tickets",
        "page",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "pages/s, 1",
        "pages/s, 4",
        "CPU ms",
        "kB",
        "statements",
      ],
      rows,
    },
    await measureBesideInbox(ground, options, say),
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
    const [, bytes] = [await visitor.times(look, 60, 1), await visitor.bytes(look)];
    await db.raw("select pg_stat_statements_reset()");
    await visitor.times(look, 20, 1);
    const statements = ((await statementsOf(db)) - 1) / 20;
    const before = processCpu(web.pid) + processCpu(ground.postgresPid);
    const alone = await visitor.times(look, times, 1);
    const cpu = (processCpu(web.pid) + processCpu(ground.postgresPid) - before) / times;
    const four = await visitor.times(look, times, 4);
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(alone.ms, share));
    rows.push([
      tickets,
      look.name,
      p50 ?? 0,
      p95 ?? 0,
      p99 ?? 0,
      alone.perSecond,
      four.perSecond,
      cpu,
      bytes / 1000,
      statements,
    ]);
    say(
      `${tickets} tickets, ${look.name}: p50 ${p50?.toFixed(1)} p95 ${p95?.toFixed(1)} ms, CPU ${cpu.toFixed(1)} ms, ${statements} statements`,
    );
  }
  await web.stop();
  await db.destroy();
  return rows;
}

function looksAt(tickets: number): Look[] {
  const long = Math.min(50, Math.floor(tickets / longEvery));
  return [
    { name: "start", path: () => "/" },
    { name: "queue, our turn", path: () => "/tickets" },
    { name: "queue, 50 rows", path: () => "/tickets?status=any&queue=1" },
    { name: "ticket, 10 messages", path: (turn) => `/tickets/${longEvery * (1 + (turn % long))}` },
  ];
}

async function statementsOf(db: Database): Promise<number> {
  const result = await db.raw(
    `select sum(calls)::int as calls from pg_stat_statements
     where dbid = (select oid from pg_database where datname = current_database())`,
  );
  return result.rows[0].calls;
}

/** A person who looks at a page twenty times a second while the worker reads a full mailbox. */
async function measureBesideInbox(ground: Ground, options: Options, say: Say): Promise<Section> {
  const count = options.quick ? 800 : 2500;
  const folder = await mailFolder(ground, "clear-4kB", count + 200, options.seed, say);
  const { url, drop } = await ground.newDatabase();
  await fillDesk(ground, url, 1000, options.seed, say);
  const db = openDatabase(url, { connections: 1 });
  const [read] = (await db("mails").where({ state: "read" }).count<{ count: string }[]>()).map((row) =>
    Number(row.count),
  );
  const mail = await startMailServer();
  const web = await startWeb(ground, url);
  const worker = await startWorker(ground, url, mail, { key: ground.keys.rsa4096.secret });
  const visitor = await signIn(web);
  const looks = looksAt(1000);
  for (const look of looks) await visitor.times(look, 60, 1);
  await mail.deliver(folder, 0, 200);
  await untilRead(db, (read ?? 0) + 200);

  const ms: number[] = [];
  const deliveredAt = await mail.deliver(folder, 200, count + 200);
  const done = untilRead(db, (read ?? 0) + count + 200);
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  for (let turn = 0; !isDone; turn += 1) {
    const look = looks[turn % looks.length];
    if (look) ms.push(...(await visitor.times(look, 1, 1, turn)).ms);
    await new Promise((next) => setTimeout(next, Math.max(0, 50 - (ms.at(-1) ?? 0))));
  }
  const perSecond = (count * 1000) / ((await done) - deliveredAt);
  await worker.stop();
  await web.stop();
  await mail.stop();
  await db.destroy();
  await drop();
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(ms, share));
  say(
    `Beside the inbox: p50 ${p50?.toFixed(1)}, p99 ${p99?.toFixed(1)} ms at ${perSecond.toFixed(0)} mails/s`,
  );
  return {
    title: "Pages while the inbox works at full speed",
    note: "The four pages in turn, twenty a second, beside one worker that reads clear mails of 4 kB.",
    columns: ["pages", "p50 ms", "p95 ms", "p99 ms", "mails/s meanwhile"],
    rows: [[ms.length, p50 ?? 0, p95 ?? 0, p99 ?? 0, perSecond]],
  };
}

type Visitor = {
  times(
    look: Look,
    count: number,
    clients: number,
    turn?: number,
  ): Promise<{ ms: number[]; perSecond: number }>;
  bytes(look: Look): Promise<number>;
};

/** Signs in by the form, as a browser does, and looks at pages with the cookie it was given. */
async function signIn(web: DeskProcess): Promise<Visitor> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const form = await fetch(`${web.url}/sign-in`);
  const token = /name="_csrf" value="([^"]+)"/.exec(await form.text())?.[1] ?? "";
  const body = new URLSearchParams({
    _csrf: token,
    to: "/",
    name: member.name,
    password: member.password,
  }).toString();
  const cookie = cookieOf(form.headers.getSetCookie());
  const signedIn = await post(`${web.url}/sign-in`, body, { cookie, origin: web.url });
  const headers = { cookie: cookieOf(signedIn.headers["set-cookie"] ?? []) };

  const look = async (path: string): Promise<number> => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpGet(`${web.url}${path}`, { agent, headers }, resolve).once("error", reject);
    });
    let bytes = 0;
    for await (const chunk of response) bytes += (chunk as Buffer).length;
    if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
    return bytes;
  };
  return {
    bytes: ({ path }) => look(path(0)),
    async times({ path }, count, clients, turn = 0) {
      const ms: number[] = [];
      let next = turn;
      const client = async () => {
        while (next < turn + count) {
          const asked = path(next);
          next += 1;
          const began = performance.now();
          await look(asked);
          ms.push(performance.now() - began);
        }
      };
      const began = performance.now();
      await Promise.all(Array.from({ length: clients }, client));
      return { ms, perSecond: (count * 1000) / (performance.now() - began) };
    },
  };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const asked = request(url, {
      method: "POST",
      headers: {
        ...headers,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
      },
    });
    asked.once("error", reject);
    asked.once("response", (response) => {
      response.resume();
      if (response.statusCode === 303) resolve(response);
      else reject(new Error(`Signing in answered ${response.statusCode}`));
    });
    asked.end(body);
  });
}

const cookieOf = (lines: string[]) => lines.map((line) => line.split(";")[0]).join("; ");
