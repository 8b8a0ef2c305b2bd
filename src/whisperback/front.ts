import { cleanLine } from "./clean-line.ts";
import { newTitleAt } from "./new-titles.ts";
import { limits } from "./normalise.ts";
import { headerValue, type PseudoHeaders, readPseudoHeaders } from "./pseudo-headers.ts";
import type { AppPrefill } from "./report.ts";
import { cutKeyBlock } from "./report-key.ts";

/** Everything above the sections. `isReport` is false when the first line is not the Subject of a report. */
export type Front = {
  isReport: boolean;
  headers: PseudoHeaders;
  prefill: AppPrefill | null;
  keyBlock: string | null;
  userText: string;
};

/** Read what stands above the sections, which begin at `end`. */
export function readFront(text: string, end: number, warnings: string[]): Front {
  const isReport = text.startsWith("Subject:");
  const lines = frontLines(text, end, warnings);
  if (!isReport) return readHandSaved(lines, text, end);

  const headers = readPseudoHeaders(lines);
  if (headers.detailsAt === null && (lines[headers.textAt] ?? "") !== "") {
    warnings.push("A line stands among the headers that does not belong there.");
  }
  const rest = lines.slice(headers.textAt).join("\n");
  const { text: body, block: keyBlock } = cutKeyBlock(rest, headers.key);
  const { prefill, userText } = takeDetails(headers, body);
  return { isReport, headers, prefill, keyBlock, userText: withoutBlankEnds(userText) };
}

// A person may have cut the technical details into any part of a mail, even below the sections.
function readHandSaved(lines: readonly string[], text: string, end: number): Front {
  const at = lines.findLastIndex((line) => line.startsWith("Tails-Version:"));
  if (at === -1) {
    const below = text.indexOf("\nTails-Version: ", end);
    const linesBelow = below === -1 ? [] : text.slice(below + 1, below + 20_000).split("\n");
    const headers = { ...readPseudoHeaders(linesBelow), prefill: null, detailsAt: null };
    return {
      isReport: false,
      headers,
      prefill: null,
      keyBlock: null,
      userText: withoutBlankEnds(lines.join("\n")),
    };
  }

  const headers = readPseudoHeaders(lines, at);
  const { prefill, userText } = takeDetails(headers, lines.slice(headers.textAt).join("\n"));
  const around = [lines.slice(0, at).join("\n"), userText]
    .map(withoutBlankEnds)
    .filter((part) => part !== "");
  return { isReport: false, headers, prefill, keyBlock: null, userText: around.join("\n\n") };
}

function frontLines(text: string, end: number, warnings: string[]): string[] {
  const lines = text.slice(0, Math.min(end, limits.userText)).split("\n", limits.userLines + 1);
  if (end > limits.userText || lines.length > limits.userLines)
    warnings.push("The person's text is too long; its end was cut off.");
  return lines.slice(0, limits.userLines);
}

// The details of a program's error may hold empty lines; only the first question ends them.
function takeDetails(
  { prefill, detailsAt }: PseudoHeaders,
  body: string,
): { prefill: AppPrefill | null; userText: string } {
  if (prefill === null || detailsAt === null) return { prefill, userText: body };

  const lines = body.split("\n");
  const title = lines.findIndex((_, line) => newTitleAt(lines, line) !== -1);
  const until = title === -1 ? lines.length : title;
  const [first, ...more] = lines.slice(0, until);
  const details = [headerValue(first, "Bug-specific details") ?? "", ...more]
    .map((line) => cleanLine(line))
    .join("\n");
  return { prefill: { ...prefill, details: details.trim() }, userText: lines.slice(until).join("\n") };
}

// The blanks in front of the first line of text may be the person's, blank lines above it are WhisperBack's.
function withoutBlankEnds(text: string): string {
  const first = text.search(/\S/);
  return first === -1 ? "" : text.slice(text.lastIndexOf("\n", first) + 1).trimEnd();
}
