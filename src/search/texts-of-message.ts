import type { LogSection } from "../logs/log-section.ts";
import { tokensOfLog } from "../logs/tokens-of-log.ts";
import type { Report } from "../whisperback/report.ts";
import { unwrap } from "../whisperback/unwrap.ts";
import type { WeightedText } from "./blind-vector.ts";

export type AttachedFile = { filename: string; contentType: string; bytes: Uint8Array };

/** What is found of a mail: who wrote it, its subject, its text, and the words of the text files that came with it. */
export function textsOfMail(
  mail: { subject: string; text: string; fromName: string },
  files: AttachedFile[],
): WeightedText[] {
  return [
    { weight: "A", text: mail.subject },
    { weight: "B", text: mail.text },
    { weight: "B", text: mail.fromName },
    { weight: "D", text: attachedWords(files) },
  ];
}

/** What is found of a report: its summary and answers, the rest of its text, and the words of its logs. */
export function textsOfReport(
  subject: string,
  report: Pick<Report, "questions" | "oldAnswers" | "message" | "appPrefill">,
  sections: readonly LogSection[],
  files: AttachedFile[],
): WeightedText[] {
  const answers = [...report.questions, ...report.oldAnswers].map(({ text }) => unwrap(text)).filter(Boolean);
  const tokens = tokensOfLog(sections);
  return [
    ...[subject, ...answers].map((text): WeightedText => ({ weight: "A", text })),
    { weight: "B", text: report.message },
    { weight: "B", text: report.appPrefill?.details ?? "" },
    { weight: "D", text: [...tokens].join(" ") },
    { weight: "D", text: attachedWords(files, mostAttachedWords - tokens.size) },
  ];
}

/** The words of attached text files, each once: 1,500 at most, of the first 50 kB of each file. */
export function attachedWords(files: AttachedFile[], most = mostAttachedWords): string {
  const texts = files.filter(({ contentType }) => contentType.startsWith("text/"));
  const words = texts.flatMap(({ filename, bytes }) =>
    `${filename} ${Buffer.from(bytes.subarray(0, mostAttachedText)).toString()}`.split(/\s+/),
  );
  return [...new Set(words)].slice(0, Math.max(most, 0)).join(" ");
}

const mostAttachedText = 50_000;
const mostAttachedWords = 1_500;
