import { findMarkers, type Marker } from "../logs/split-sections.ts";
import { type Answers, readAnswers } from "./answers.ts";
import { cleanLine } from "./clean-line.ts";
import { readContact } from "./contact.ts";
import { languageOfDf } from "./df.ts";
import { readFacts } from "./facts.ts";
import { findStart } from "./find-start.ts";
import { type Front, readFront } from "./front.ts";
import { absent, present, unreadable } from "./known.ts";
import { normalise } from "./normalise.ts";
import { readSections } from "./read-sections.ts";
import type { Known, Report, Section } from "./report.ts";
import { readReportKey } from "./report-key.ts";
import { isAtLeast, versionOfRelease } from "./tails-version.ts";

/**
 * Read a WhisperBack report of any generation from its decoded text. Never throws and takes time and memory
 * in proportion to the text; what is odd becomes a warning. Everything in a report may be forged.
 */
export function parseReport(received: string): Report {
  const warnings: string[] = [];
  const text = normalise(received, warnings);
  const allMarkers = findMarkers(text);
  const markers = allMarkers.slice(findStart(allMarkers, warnings));
  const sections = readSections(text, markers, warnings);
  const front = readFront(text, markers[0]?.at ?? text.length, warnings);
  const { headers } = front;
  const tailsVersion = headers.version.version;
  const answers = readAnswers(front.userText, tailsVersion.value);
  warnIfTruncated(sections, markers, tailsVersion.value, warnings);

  return {
    format: formatOf(front, answers, markers, sections),
    summary: headers.subject === null ? absent : present(cleanLine(headers.subject)),
    contact: readContact(headers.from, warnings),
    key: readReportKey(headers.key, front.keyBlock, warnings),
    tailsVersion,
    installedVersion: readInstalledVersion(sections),
    appPrefill: front.prefill,
    questions: answers.questions,
    oldAnswers: answers.oldAnswers,
    message: answers.message,
    userText: front.userText,
    languageHint: answers.language ?? languageOfSections(sections),
    sections,
    facts: readFacts(sections),
    warnings: [...new Set(warnings)],
  };
}

function formatOf(
  { isReport, headers }: Front,
  { style }: Answers,
  markers: readonly Marker[],
  sections: readonly Section[],
): Report["format"] {
  if (!isReport) return sections.length > 0 || headers.version.form !== null ? "hand-saved" : "unknown";

  const version = headers.version.version.value;
  const isNew = isAtLeast(version, 5, 20) ?? headers.version.form !== "old";
  if (style === "new" || (style === null && isNew && markers[0]?.signs !== 5)) return "new";
  const signs = markers[0]?.signs ?? (isAtLeast(version, 3, 9) === false ? 5 : 7);
  return signs === 5 ? "old-3" : "old-5";
}

function readInstalledVersion(sections: readonly Section[]): Known<string> {
  const section = sections.find(({ kind }) => kind === "installed-release");
  if (!section || section.state === "absent") return absent;
  const version = versionOfRelease(section.text.slice(0, 20_000).split("\n"));
  return version ? present(version) : unreadable(cleanLine(section.text));
}

function languageOfSections(sections: readonly Section[]): Report["languageHint"] {
  const df = sections.find(({ kind }) => kind === "df");
  return df ? languageOfDf(df.text) : null;
}

// From Tails 3.0 on, where the boot options come first, the journal is always last.
function warnIfTruncated(
  sections: readonly Section[],
  markers: readonly Marker[],
  version: string | null,
  warnings: string[],
): void {
  if (sections.length === 0 || sections.some(({ kind }) => kind === "journal")) return;
  const isRecent = isAtLeast(version, 3, 0) ?? (markers[0]?.signs === 7 || sections[0]?.kind === "cmdline");
  if (isRecent) warnings.push("The report was truncated: the journal is missing.");
}
