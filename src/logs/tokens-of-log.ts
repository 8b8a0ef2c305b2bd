import { linesThatMatter } from "./lines-that-matter.ts";
import type { LogSection } from "./log-section.ts";
import { redact } from "./redact.ts";

/**
 * The distinct words of a report's logs that people search for: of the error lines and of the short sections
 * about the computer. Lower case, without what identifies somebody; at most 1,500, so that a search index
 * of about 24 bytes a word stays under 40 kB for one report.
 */
export function tokensOfLog(sections: readonly LogSection[]): Set<string> {
  const aboutTheComputer = kindsToSearch
    .flatMap((kind) => sections.filter((section) => section.kind === kind && section.text !== "Not found"))
    .map(({ text }) => text.slice(0, longestSection));
  const errors = linesThatMatter(sections, mostLines).map(({ text }) => text);

  const tokens = new Set<string>();
  // All at once: no rule of what is removed reaches over the end of a line.
  for (const word of wordsOf(redact([...aboutTheComputer, ...errors].join("\n")).replace(removed, " "))) {
    addWord(tokens, word);
  }
  return tokens;
}

const kindsToSearch: readonly LogSection["kind"][] = [
  "manufacturer",
  "model",
  "model-version",
  "pci",
  "cpu",
  "cmdline",
  "usb-tree",
  "sound",
  "additional-software",
];
const longestSection = 12_000;
const mostLines = 200;
const mostTokens = 1500;
const longestToken = 60;

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}_.:+/*-]+/u);
}

/** The words that must be among the tokens of a log when a line of it says this; those too common to be kept are left out. */
export function tokensOfPhrase(text: string): string[] {
  return [...new Set(wordsOf(text).map(withoutEdges))].filter(isWorthFinding);
}

function addWord(tokens: Set<string>, word: string): void {
  const whole = withoutEdges(word);
  for (const token of new Set([whole, ...whole.split(/[.:+/*-]+/)])) {
    if (tokens.size < mostTokens && isWorthFinding(token)) tokens.add(token);
  }
}

function withoutEdges(word: string): string {
  return word.replace(/^[._:+/*-]{1,20}/, "").replace(/[._:+/*-]{1,20}$/, "");
}

function isWorthFinding(token: string): boolean {
  if (token.length < 2 || token.length > longestToken) return false;
  return deviceId.test(token) || !/^[\d.:+/*-]+$/.test(token);
}

const deviceId = /^[0-9a-f]{4}:[0-9a-f]{4}$/;
const removed = /\[[A-Z0-9]{2,8} REMOVED\]/g;
