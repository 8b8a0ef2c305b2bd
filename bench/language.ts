import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { detectLanguage } from "#src/inbox/detect-language.ts";
import type { Ground, Say } from "./ground.ts";
import type { Options } from "./options.ts";
import { type Cell, median, type Section, toMarkdown } from "./table.ts";

type Detect = (text: string) => string | null;
type Sentence = { language: string; text: string };

const languages = ["en", "fr", "de", "es", "it", "pt", "fa", "ru", "ar", "zh"];
const megabyte = 1024 * 1024;

/** How well and how fast the language of a text is recognised, and what the recogniser weighs; needs no database. */
export async function benchLanguage(
  _ground: Ground | null,
  options: Pick<Options, "quick">,
  say: Say,
): Promise<Section[]> {
  detectLanguage("What the first text costs is not counted below.");
  const [before = 0, loaded = 0] = memoryOfRecogniser();
  say("300 sentences of 8 to 40 words, 60 of 3 to 7 words");

  const rounds = options.quick ? 3 : 20;
  const long = languages.flatMap((language) => sentencesOf(language));
  const sets: [name: string, sentences: Sentence[]][] = [
    ...languages.map((language): [string, Sentence[]] => [language, sentencesOf(language)]),
    ["all of them", long],
    ["3 to 7 words", marked("short.txt")],
    ["languages without a queue", marked("others.txt")],
  ];
  const rows = sets.map(([name, sentences]) => [name, ...measure(detectLanguage, sentences, rounds)]);
  const mail = long.map(({ text }) => text).join("\n");
  rows.push([
    `one text of ${Math.round(mail.length / 1000)} kB`,
    null,
    null,
    null,
    timeOf(detectLanguage, [mail], rounds),
  ]);

  return [
    {
      title: "Language of a mail",
      note:
        `A program of its own has ${toMegabytes(before)} MB without the recogniser and ${toMegabytes(loaded)} MB with it; ` +
        "each reading process loads its own.",
      columns: ["language", "right", "wrong", "none", "µs a text"],
      rows,
    },
  ];
}

function measure(detect: Detect, sentences: Sentence[], rounds: number): Cell[] {
  const found = sentences.map(({ language, text }) => ({ language, found: detect(text) }));
  const right = found.filter((each) => each.found === each.language).length;
  const none = found.filter((each) => each.found === null).length;
  const texts = sentences.map(({ text }) => text);
  return [right, sentences.length - right - none, none, timeOf(detect, texts, rounds)];
}

/** Told by a program that loads nothing else. */
function memoryOfRecogniser(): number[] {
  const program = join(import.meta.dirname, "language-memory.ts");
  return JSON.parse(execFileSync(process.execPath, [program], { encoding: "utf8" }));
}

/** The middle of the rounds, in µs a text. */
function timeOf(detect: Detect, texts: string[], rounds: number): number {
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    for (const text of texts) detect(text);
    return ((performance.now() - began) * 1000) / texts.length;
  });
  return median(times);
}

const sentencesOf = (language: string) => linesOf(`${language}.txt`).map((text) => ({ language, text }));

function marked(file: string): Sentence[] {
  return linesOf(file).map((line) => ({ language: line.slice(0, 2), text: line.slice(4) }));
}

function linesOf(file: string): string[] {
  const path = join(import.meta.dirname, "../test/fixtures/languages", file);
  return readFileSync(path, "utf8").trim().split("\n");
}

const toMegabytes = (bytes: number) => Math.round(bytes / megabyte);

// Alone: `node bench/language.ts`.
if (import.meta.main) {
  const sections = await benchLanguage(null, { quick: false }, console.error);
  console.log(toMarkdown({ node: process.version }, sections));
}
