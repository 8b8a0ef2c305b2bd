import { type Section, sectionToMarkdown } from "../table.ts";
import type { Comparison } from "./compare.ts";
import type { CorpusRecord } from "./read-corpus.ts";

type Result = { record: CorpusRecord; comparison: Comparison | null };

/** The whole result as Markdown: what was read and set aside, what differs from two other programs, and why. */
export function corpusReport(results: Result[], isCompared: boolean): string {
  const records = results.map(({ record }) => record);
  const sections = [
    outcomes(records),
    ...(isCompared ? [kept(results), differences(results), examples(results)] : []),
  ];
  const note = isCompared ? [] : ["python3 is not installed, so nothing was compared."];
  return [...sections.map(sectionToMarkdown), ...note].join("\n\n");
}

function outcomes(records: CorpusRecord[]): Section {
  const rows = count(records.map((record) => wordsOf(record)));
  return { title: `What became of ${records.length} mails`, columns: ["outcome", "mails"], rows };
}

function wordsOf({ outcome, reason, sender, notOpened }: CorpusRecord): string {
  if (outcome === "set aside") return `set aside: ${reason}`;
  return `read: ${sender}${notOpened ? ", something was not opened" : ""}`;
}

function kept(results: Result[]): Section {
  const compared = results.flatMap(({ comparison }) => comparison ?? []);
  const sum = (what: "words" | "files", field: "agreed" | "kept") =>
    compared.reduce((total, one) => total + one[what][field], 0);
  const row = (what: "words" | "files") => {
    const [agreed, found] = [sum(what, "agreed"), sum(what, "kept")];
    return [what, agreed, found, agreed === 0 ? "–" : `${((found / agreed) * 100).toFixed(2)} %`];
  };
  return {
    title: "What postal-mime and Python's email agree on",
    note: `${compared.length} mails that both read. Files count when both found the same bytes.`,
    columns: ["what", "both found", "the desk too", "share"],
    rows: [row("words"), row("files")],
  };
}

function differences(results: Result[]): Section {
  const all = results.flatMap(({ comparison }) => comparison?.differs ?? []);
  return {
    title: "Where the desk differs from both, and why",
    columns: ["what: cause", "mails"],
    rows: count(all.map(({ what, cause }) => `${what}: ${cause}`)),
  };
}

function examples(results: Result[]): Section {
  const rows = results.flatMap(({ record, comparison }) =>
    (comparison?.differs ?? []).map(({ what, cause }) => [record.file, what, cause]),
  );
  return { title: "Each of them", columns: ["file", "what", "cause"], rows };
}

function count(words: string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}
