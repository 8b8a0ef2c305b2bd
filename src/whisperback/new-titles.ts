import type { Question } from "./report.ts";

/** The three questions of Tails 5.20 and later, never translated in the mail. */
export const newTitles: readonly { name: Question; title: string; dashes: string }[] = [
  { name: "achieve", title: "What were you trying to achieve?", dashes: "-".repeat(32) },
  { name: "happened", title: "What happened instead?", dashes: "-".repeat(22) },
  { name: "triggered", title: "What did you do that triggered this error?", dashes: "-".repeat(42) },
];

/** Which of the three questions stands on this line with its exact dashes below it; -1 for none. */
export function newTitleAt(lines: readonly string[], line: number): number {
  return newTitles.findIndex(({ title, dashes }) => lines[line] === title && lines[line + 1] === dashes);
}
