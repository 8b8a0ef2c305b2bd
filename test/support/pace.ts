import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { asAdmin } from "./postgres-server.ts";

/** How many times slower than usual something is; never less than 1. */
export type Slowness = number;

/** What each measurement takes on the usual machine, two cores of a server with nothing else to do, in milliseconds. */
const usual = { processor: 100, disk: 60, database: 250, browser: 900 };

/** How slow the parts of the machine are that tests wait for. It takes two seconds on the usual machine. */
export async function measureParts(
  databaseUrl: string,
  template: string,
  browser: string | undefined,
): Promise<{ processor: Slowness } & Record<string, Slowness>> {
  return {
    processor: await processorSlowness(),
    disk: await slownessOf("disk", writeFiles),
    database: await slownessOf("database", () => cloneDatabase(databaseUrl, template)),
    ...(browser ? { browser: await slownessOf("browser", () => openBrowser(browser)) } : {}),
  };
}

/** How slow the processor is now, with all that runs beside us. */
export async function processorSlowness(): Promise<Slowness> {
  compute(20);
  return await slownessOf("processor", async () => compute(600));
}

/** Follows the machine while the tests run: a busy hour may begin or end at any time. */
export class Pace {
  readonly #atStart: Slowness;
  readonly #processor: Slowness;
  #lately: Slowness[] = [];

  constructor(parts: { processor: Slowness } & Record<string, Slowness>) {
    this.#atStart = Math.max(...Object.values(parts));
    this.#processor = parts.processor;
  }

  /** How slow the machine was in the last half minute, but no less than at the start. */
  get slowness(): Slowness {
    return this.#atStart * Math.max(1, Math.max(...this.#lately) / this.#processor);
  }

  /** Looks at the processor again and again, for a hundredth of the time. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(10_000, null, { signal, ref: false }).catch(() => {});
      this.#lately = [...this.#lately, await processorSlowness()].slice(-3);
    }
  }
}

async function slownessOf(part: keyof typeof usual, work: () => Promise<void>): Promise<Slowness> {
  const began = performance.now();
  await work();
  return Math.max(1, (performance.now() - began) / usual[part]);
}

function compute(rounds: number): void {
  const hash = createHash("sha256");
  for (let round = 0; round < rounds; round += 1) {
    const words = Array.from({ length: 1000 }, (_, n) => `${round} ${n * 7919}`);
    hash.update(JSON.stringify(words.sort()).replaceAll(/1\d/g, "x"));
  }
  hash.digest();
}

async function writeFiles(): Promise<void> {
  const folder = join(tmpdir(), `whisperdesk-pace-${randomUUID()}`);
  await mkdir(folder);
  try {
    for (let count = 0; count < 30; count += 1) {
      const file = await open(join(folder, String(count)), "w");
      await file.write(Buffer.alloc(100_000, count));
      if (count % 10 === 0) await file.sync();
      await file.close();
      await readFile(join(folder, String(count)));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function cloneDatabase(url: string, template: string): Promise<void> {
  await asAdmin(url, async (admin) => {
    const name = `pace_${process.pid}`;
    await admin.query(`create database ${name} template ${template} strategy file_copy`);
    await admin.query(`drop database ${name}`);
    for (let count = 0; count < 100; count += 1)
      await admin.query("select count(*) from generate_series(1, 5000)");
  });
}

async function openBrowser(program: string): Promise<void> {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  await page.setContent("<h1>How quick is it?</h1>");
  await browser.close();
}
