import { errorSigns } from "../logs/error-signs.ts";
import type { LineThatMatters } from "../logs/lines-that-matter.ts";
import { kindOfSection } from "../logs/section-kinds.ts";
import { anchorsOf, hrefOfLine } from "./log-lines.ts";
import type { StoredReport, TicketReport } from "./read-report.ts";

/** The logs of a report as the pages list them. */
export type ShownLogs = {
  href: string;
  count: number;
  lines: ShownLine[];
  /** The gravest of them, in the order of the report. */
  gravest: ShownLine[];
  /** Short and useful: shown folded in the page itself. */
  short: { title: string; text: string; href: string }[];
  /** Long or rarely of use: a link each. */
  linked: { title: string; lineCount: number; href: string }[];
  /** Titles of what was not there, empty or not readable. */
  missing: string[];
};

type ShownLine = LineThatMatters & { href: string | null; title: string };

const mostLinesInside = 60;
/** What the facts beside the story say already. */
const toldByFacts = ["manufacturer", "model", "model-version"];

/** Puts the lines that matter first, then what is short and useful, then the long rest. */
export function showLogs(ticketId: string, { messageId, report, logs }: TicketReport): ShownLogs {
  const href = `/tickets/${ticketId}/logs/${messageId}`;
  const sections = report.sections
    .map((section, index) => ({ ...section, index, href: `${href}/${index}` }))
    .filter(({ kind }) => !toldByFacts.includes(kind))
    .toSorted((one, other) => one.place - other.place);
  const present = sections.filter(({ state }) => state === "present" || state === "unreadable");
  const isShort = ({ index, folded, lineCount }: (typeof sections)[number]) =>
    !folded && lineCount <= mostLinesInside && logs?.[index] !== undefined;

  const anchors = anchorsOf(report.sections);
  const lines = report.linesThatMatter.map((line) => {
    const index = sectionOf(line.section, report.sections);
    const section = report.sections[index];
    return {
      ...line,
      title: section?.title ?? line.section,
      href: section ? hrefOfLine(`${href}/${index}`, anchors[index] ?? "", line.line) : null,
    };
  });
  return {
    href,
    count: sections.length,
    lines,
    gravest: gravestOf(lines),
    short: present
      .filter(isShort)
      .map(({ title, index, href }) => ({ title, href, text: logs?.[index]?.text ?? "" })),
    linked: present.filter((section) => !isShort(section)),
    missing: sections.filter((section) => !present.includes(section)).map(({ title }) => title),
  };
}

const mostGrave = 12;
const weights = new Map(errorSigns.map(({ reason, weight }) => [reason, weight]));

function gravestOf(lines: ShownLine[]): ShownLine[] {
  const weightOf = ({ reason }: ShownLine) => weights.get(reason) ?? 0;
  const grave = new Set(lines.toSorted((one, other) => weightOf(other) - weightOf(one)).slice(0, mostGrave));
  return lines.filter((line) => grave.has(line));
}

/** The lines that matter name a file or command; where several are of one kind, the title ends with its name. */
function sectionOf(key: string, sections: StoredReport["sections"]): number {
  const kind = kindOfSection(key);
  const name = key.split("/").at(-1) ?? key;
  const named = sections.findIndex(({ title }) => title === key || title.endsWith(`: ${name}`));
  return named === -1 ? sections.findIndex((section) => section.kind === kind) : named;
}
