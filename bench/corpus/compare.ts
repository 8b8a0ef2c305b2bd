import type { OtherReading } from "./other-readers.ts";
import type { CorpusMail, CorpusRecord } from "./read-corpus.ts";

/** How much of what both other programs agree on the desk has too. */
export type Comparison = {
  /** Words that both found in the text, and how many of them the desk shows, in its text or its names of files. */
  words: { agreed: number; kept: number };
  /** Files that both found byte for byte, and how many of them the desk has. */
  files: { agreed: number; kept: number };
  differs: { what: "subject" | "sender" | "text" | "files"; cause: string }[];
};

/** Compares where both others agree; what one of them alone says proves nothing, and nor does what neither could decode. */
export function compare(
  { record, lines }: CorpusMail,
  one: OtherReading,
  other: OtherReading,
): Comparison | null {
  if (!one.ok || !other.ok) return null;
  const agreedWords = [...wordsOf(one.text).intersection(wordsOf(other.text))];
  const ours = wordsOf([record.text, record.subject, ...record.files.map(({ name }) => name)].join("\n"));
  const missingWords = agreedWords.filter((word) => !ours.has(word));
  const agreedFiles = one.files.filter((hash) => other.files.includes(hash));
  const missingFiles = agreedFiles.filter((hash) => !lines.has(hash));

  const differs: Comparison["differs"] = [];
  const because = (what: Comparison["differs"][number]["what"]) =>
    differs.push({ what, cause: causeOf(record, what) });
  if (record.outcome === "read") {
    const subject = plain(one.subject);
    const isDecoded = !subject.includes(undecoded);
    if (isDecoded && subject === plain(other.subject) && subject !== plain(record.subject))
      because("subject");
    const sender = one.from[0]?.toLowerCase();
    if (sender && sender === other.from[0]?.toLowerCase() && sender !== record.from?.address.toLowerCase())
      because("sender");
  }
  if (missingWords.length > 0) because("text");
  if (missingFiles.length > 0) because("files");
  return {
    words: { agreed: agreedWords.length, kept: agreedWords.length - missingWords.length },
    files: { agreed: agreedFiles.length, kept: agreedFiles.length - missingFiles.length },
    differs,
  };
}

function causeOf(record: CorpusRecord, what: string): string {
  if (record.outcome === "set aside") return `set aside: ${record.reason}`;
  if (record.sender === "report" && what !== "files") return "a WhisperBack report, shown by its fields";
  if (record.encryption !== "none") return "opened: the others see the ciphertext";
  const [warning] = record.warnings;
  return warning ? `the desk says: ${warning}` : "no cause known";
}

function plain(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
}

const undecoded = "\ufffd";

/** Words of a text, but for those that were not decoded, and for files that stand in it in uuencode. */
function wordsOf(text: string): Set<string> {
  const withoutFiles = text.replace(/^begin [0-7]{3,4} \S.*$[\s\S]*?^end$/gm, "");
  const tokens =
    withoutFiles
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}\ufffd]{2,}/gu) ?? [];
  return new Set(tokens.filter((word) => !word.includes(undecoded)));
}
