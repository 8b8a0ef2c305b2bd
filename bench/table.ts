export type Cell = string | number | null;
/** One table of the result: words for people, `rows` for programs as well. */
export type Section = { title: string; note?: string; columns: string[]; rows: Cell[][] };

/** The whole result as Markdown. */
export function toMarkdown(about: Record<string, unknown>, sections: Section[]): string {
  const facts = Object.entries(about).map(([name, value]) => `- ${name}: ${String(value)}`);
  return [`# Benchmarks`, facts.join("\n"), ...sections.map(sectionToMarkdown)].join("\n\n");
}

/** One table with its heading. */
export function sectionToMarkdown({ title, note, columns, rows }: Section): string {
  const right = columns.map((_, index) => rows.every((row) => typeof row[index] !== "string"));
  const line = (cells: Cell[]) => `| ${cells.map(show).join(" | ")} |`;
  const rule = `| ${right.map((isRight) => (isRight ? "---:" : "---")).join(" | ")} |`;
  const table = [line(columns), rule, ...rows.map(line)].join("\n");
  return [`## ${title}`, ...(note ? [note] : []), table].join("\n\n");
}

function show(cell: Cell): string {
  if (cell === null) return "–";
  if (typeof cell === "string") return cell;
  return Math.abs(cell) >= 100 ? String(Math.round(cell)) : String(Math.round(cell * 10) / 10);
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this share of the values lies, between neighbours in proportion. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const [low = 0, high = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place - Math.floor(place));
}
