import { setTimeout as pause } from "node:timers/promises";
import { startMailReaders } from "#src/inbox/mail-readers.ts";
import { bombs } from "#test/inbox/bombs.ts";
import { desk } from "#test/mime/crypto-mails.ts";
import { residentBytes } from "./cost.ts";
import { fillDesk } from "./fill.ts";
import type { Ground, Say } from "./ground.ts";
import { looksAt } from "./looks.ts";
import type { Options } from "./options.ts";
import { startWeb, type WebProcess } from "./processes.ts";
import { type Cell, quantile, type Section } from "./table.ts";
import { type Look, signIn, type Visitor } from "./visitor.ts";

/** Each bomb again and again for some seconds, while somebody looks at pages; before each one, the same time in peace. */
export async function benchBombs(ground: Ground, options: Options, say: Say): Promise<Section[]> {
  const seconds = options.quick ? 1.5 : 5;
  const { url, drop } = await ground.newDatabase();
  await fillDesk(ground, url, 1000, options.seed, say);
  const web = await startWeb(ground, url);
  const visitor = await signIn(web);
  const readers = startMailReaders({
    processes: 1,
    secretKeys: [desk.secret],
    deskAddress: "desk@example.org",
  });
  const [idle, allDuring]: [number[], number[]] = [[], []];
  const rows: Cell[][] = [];
  await look(web, visitor, pause(3000));
  for (const [name, make] of bombs) {
    const raw = Buffer.from(await make());
    idle.push(...(await look(web, visitor, pause(seconds * 1000))));
    const explosion = explode(() => readers.read(raw), seconds);
    const during = await look(web, visitor, explosion);
    const { longest, most } = await explosion;
    allDuring.push(...during);
    rows.push([name, raw.length / 1e6, longest, most, quantile(during, 0.5), quantile(during, 0.99)]);
    say(`${name}: ${longest.toFixed(2)} s, ${most.toFixed(0)} MB, pages p99 ${rows.at(-1)?.[5]} ms`);
  }
  rows.push(["all of them", null, null, null, quantile(allDuring, 0.5), quantile(allDuring, 0.99)]);
  await readers.stop();
  await web.stop();
  await drop();
  const p99 = quantile(idle, 0.99);
  return [
    {
      title: "Pages while a mail is a bomb",
      note:
        `The four pages of a shift in turn, one after another, beside a process that reads the same bomb again and again for ${seconds} s. ` +
        `Times are the web process's own. Idle, ${idle.length} pages: p50 ${quantile(idle, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms. ` +
        "Aims: 10 s and 384 MB for a mail (more than the reader holds idle), pages within twice the idle p99.",
      columns: ["bomb", "MB", "longest s", "MB more", "pages p50 ms", "pages p99 ms", "times idle p99"],
      rows: rows.map((row) => [...row, Number(row[5]) / p99]),
    },
  ];
}

/** Looks at pages until something is over. Returns the web process's own time of each in milliseconds: we feed the bomb, and are late ourselves. */
async function look(web: WebProcess, visitor: Visitor, until: Promise<unknown>): Promise<number[]> {
  const looks = looksAt(1000);
  let pages = 0;
  let over = false;
  void until.then(() => {
    over = true;
  });
  for (let turn = 0; !over; turn += 1) {
    const page = looks[turn % looks.length];
    if (page && (await isSeen(visitor, page, turn))) pages += 1;
  }
  return await web.served(pages);
}

/** A connection that was quiet while a bomb was made may have been closed: that page is not counted. */
async function isSeen(visitor: Visitor, page: Look, turn: number): Promise<boolean> {
  try {
    await visitor.times(page, 1, 1, turn);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ECONNRESET") return false;
    throw error;
  }
}

/** Reads the same again and again for some seconds; the longest of it in seconds, and the most memory beyond the start. */
async function explode(
  read: () => Promise<unknown>,
  seconds: number,
): Promise<{ longest: number; most: number }> {
  const own = () => residentBytes(process.pid) - process.memoryUsage.rss();
  const before = own();
  let most = 0;
  const sampling = setInterval(() => {
    most = Math.max(most, own() - before);
  }, 50);
  let longest = 0;
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const began = performance.now();
    await read();
    longest = Math.max(longest, (performance.now() - began) / 1000);
  }
  clearInterval(sampling);
  return { longest, most: most / 1e6 };
}
