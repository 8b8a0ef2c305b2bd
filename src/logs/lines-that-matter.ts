import { errorSigns } from "./error-signs.ts";
import type { LogSection } from "./log-section.ts";

/** A line that says something went wrong; `line` counts from 1 in its section, `times` counts its like. */
export type LineThatMatters = { section: string; line: number; text: string; reason: string; times: number };

/**
 * The lines of the logs in a report that say what went wrong, at most `most`, in the order of the report.
 * Lines that differ in time, process and numbers alone are one line with a count. Linear in the text.
 */
export function linesThatMatter(sections: readonly LogSection[], most = 40): LineThatMatters[] {
  const found = remembered.get(sections) ?? findAll(sections);
  remembered.set(sections, found);
  return [...found.values()]
    .toSorted((one, other) => other.weight - one.weight)
    .slice(0, most)
    .toSorted((one, other) => one.order - other.order || one.line - other.line)
    .map(({ section, line, text, reason, times }) => ({ section, line, text, reason, times }));
}

type Found = LineThatMatters & { weight: number; order: number };

/** The ticket page and the search index ask for the lines of one report, one after the other. */
const remembered = new WeakMap<readonly LogSection[], Map<string, Found>>();

function findAll(sections: readonly LogSection[]): Map<string, Found> {
  const found = new Map<string, Found>();
  for (const [order, section] of sections.entries()) {
    if (kindsWithErrors.has(section.kind)) collect(section, order, found);
  }
  return found;
}

const kindsWithErrors = new Set<LogSection["kind"]>([
  "journal",
  "kernel-log",
  "session-log",
  "graphics-log",
  "early-boot-log",
  "persistence-log",
  "other",
]);
const longestLine = 2000;
const longestShown = 400;
const mostDifferent = 2000;
const signs = errorSigns.map(({ reason, weight, pattern }) => ({
  reason,
  weight,
  test: new RegExp(pattern),
}));

// Most lines hold none of these, so one look spares them the closer ones; a test holds that every sign has one.
const anySign =
  /rror|ERROR|[Ff]ail|FATAL|[Ff]atal|EE\)|panic|Oops|BUG|fault|lockup|hung_task|blocked for|memory|oom|correctable|irmware|ucode|icrocode|HANG|imed ?out|timeout|unknown chipset|trap|dumped|WARNING|Problem boot|Our clock|\[warn|\[err|Client: unable|descriptor|accepting|enumerate|died|responding|over-current|exited|Traceback|xception|CRITICAL|<warn>|deauth|CTRL-EVENT|screens found/;

function collect(section: LogSection, order: number, found: Map<string, Found>): void {
  const { text } = section;
  const search = new RegExp(anySign, "g");
  let [at, line] = [0, 1];
  for (let sign = search.exec(text); sign; sign = search.exec(text)) {
    for (let newline = text.indexOf("\n", at); newline !== -1 && newline < sign.index; line += 1) {
      at = newline + 1;
      newline = text.indexOf("\n", at);
    }
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    keepIfItMatters(section.key, order, line, text.slice(at, Math.min(end, at + longestLine)), found);
    search.lastIndex = end;
  }
}

function keepIfItMatters(
  section: string,
  order: number,
  line: number,
  text: string,
  found: Map<string, Found>,
) {
  if (harmless.test(text)) return;
  const sign = signs.find(({ test }) => test.test(text));
  if (!sign) return;

  const like = text
    .replace(whenAndWho, "")
    .replace(/0x[0-9a-f]+|\d+/g, "#")
    .slice(0, 160);
  const before = found.get(like);
  if (before) before.times += 1;
  else if (found.size < mostDifferent) {
    const { reason, weight } = sign;
    found.set(like, {
      section,
      order,
      line,
      text: text.slice(0, longestShown).trimEnd(),
      reason,
      weight,
      times: 1,
    });
  }
}

// Catalog texts, mount options, and what nearly every computer's firmware gets wrong.
const harmless =
  /Subject: |Support: |\berrors=|\b0 errors|without errors?|ACPI [^\n]{0,200}AE_NOT_FOUND|RAS: Correctable/i;
const whenAndWho = /^(?:\S+ +\d+ [\d:.]+ \S+ |\[ *\d+\.\d+\] )/;
