import { kindOfSection, nameOfKind, type SectionKind } from "../logs/section-kinds.ts";
import { type Marker, sectionText } from "../logs/split-sections.ts";
import { readBlockDevices } from "./block-devices.ts";
import { cleanLine } from "./clean-line.ts";
import { limits } from "./normalise.ts";
import { cutOwnerWarnings, isOwnerWarning } from "./owner-warnings.ts";
import type { Section, SectionEntry, SectionState } from "./report.ts";

/** The sections that begin at these markers. Of a key that comes again only the first is read for facts. */
export function readSections(text: string, markers: readonly Marker[], warnings: string[]): Section[] {
  if (markers.length > limits.sections)
    warnings.push("There are too many sections; the last one holds the rest.");
  const kept = markers.slice(0, limits.sections);
  const seen = new Set<string>();

  const sections = kept.flatMap((marker, index) => {
    const content = sectionText(text, marker, kept[index + 1]);
    const { own, notOpened } =
      marker.signs === 5 ? cutOwnerWarnings(content) : { own: content, notOpened: [] };
    const repeated = seen.has(marker.key);
    seen.add(marker.key);
    if (repeated) warnings.push("A section comes twice; the first one counts.");
    return [
      readSection(marker.key, repeated ? "repeated" : kindOfSection(marker.key), own),
      ...notOpened.map(({ key, warning }) => readSection(key, kindOfSection(key), warning)),
    ];
  });
  return withDistinctTitles(sections);
}

// Several files are of one kind, such as those about sound; their names tell them apart.
function withDistinctTitles(sections: readonly Section[]): Section[] {
  const counts = new Map<string, number>();
  for (const { title } of sections) counts.set(title, (counts.get(title) ?? 0) + 1);

  return sections.map((section) => {
    const isShared = (counts.get(section.title) ?? 0) > 1 && section.title !== section.key;
    return isShared ? { ...section, title: `${section.title}: ${section.key.split("/").at(-1)}` } : section;
  });
}

function readSection(givenKey: string, kind: SectionKind, text: string): Section {
  const key = cleanLine(givenKey);
  const entries = kind === "journal" ? [] : readEntries(text);
  return {
    key,
    title: nameOfKind(kind) ?? key,
    kind,
    state: entries.length > 0 ? "present" : stateOf(kind, text),
    text,
    lineCount: countLines(text),
    entries,
  };
}

function stateOf(kind: SectionKind, text: string): SectionState {
  if (text === "") return "empty";
  if (text === "Not found") return "absent";
  if (isOwnerWarning(text)) return "not opened";
  if (
    kind === "block-device" &&
    readBlockDevices(text) === null &&
    !text.includes("/dev/bilibop is not a symlink")
  )
    return "unreadable";
  return "present";
}

// The files of a directory, from Tails 3.9 on: each line of them begins with "> ".
function readEntries(text: string): SectionEntry[] {
  if (!text.startsWith(entryOpening) && !text.includes(`\n${entryOpening}`)) return [];

  const entries: { path: string; lines: string[] }[] = [];
  for (const line of text.split("\n", limits.userLines)) {
    const path = entryMarker.exec(line)?.[1];
    if (path && entries.length < limits.entries) entries.push({ path, lines: [] });
    else entries.at(-1)?.lines.push(line.replace(/^> ?/, ""));
  }
  return entries.map(({ path, lines }) => {
    const content = lines.join("\n").trimEnd();
    return { path: cleanLine(path), state: stateOf("other", content), text: content };
  });
}

const entryOpening = ">  === content of ";
const entryMarker = /^> {2}=== content of ([^\n]+) ===$/;

function countLines(text: string): number {
  if (text === "") return 0;
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
