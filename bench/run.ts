import "#src/demo/own-environment.ts";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { benchBombs } from "./bombs.ts";
import { benchDecrypt } from "./decrypt.ts";
import { openGround } from "./ground.ts";
import { benchHostile } from "./hostile.ts";
import { benchIngest } from "./ingest.ts";
import { benchLanguage } from "./language.ts";
import { benchMemory } from "./memory.ts";
import { readOptions } from "./options.ts";
import { benchPages } from "./pages.ts";
import { benchSearch } from "./search.ts";
import { benchStart } from "./start-time.ts";
import { type Section, toMarkdown } from "./table.ts";

// Measures the desk on this machine: `npm run bench -- [ingest] [memory] [start] [pages] [language]
// [decrypt] [bombs] [hostile] [search] [--quick] [--out file]`.
const options = readOptions(process.argv.slice(2));
const say = (sentence: string) => console.error(sentence);
const parts = {
  ingest: benchIngest,
  memory: benchMemory,
  start: benchStart,
  pages: benchPages,
  language: benchLanguage,
  decrypt: benchDecrypt,
  bombs: benchBombs,
  hostile: benchHostile,
  search: benchSearch,
};

const began = new Date();
const loadBefore = loadavg()[0];
const ground = await openGround(options, say);
const sections: Section[] = [];
try {
  for (const part of options.parts) {
    say(`\n== ${part}`);
    sections.push(...(await parts[part](ground, options, say)));
  }
} finally {
  await ground.close();
}

const about = {
  seed: options.seed,
  quick: options.quick,
  began: began.toISOString(),
  seconds: Math.round((Date.now() - began.getTime()) / 1000),
  cores: cpus().length,
  processor: cpus()[0]?.model.trim() ?? "unknown",
  node: process.version,
  postgres: ground.postgresVersion,
  loadBefore,
  loadAfter: loadavg()[0],
};
const file = options.out ?? join(ground.folder, `${began.toISOString().replaceAll(":", "")}.json`);
await mkdir(dirname(file), { recursive: true });
await writeFile(file, `${JSON.stringify({ about, sections }, null, 2)}\n`);
console.log(toMarkdown(about, sections));
say(`\nThe same as JSON: ${file}`);
process.exit(0);
