const mostEnds = 3;
const mostEmptyCells = 50;

/** Puts words together to lines; of gaps that meet before the next words the widest is written. All of it is linear. */
export class TextLines {
  /** In front of each line, such as quote marks. */
  prefix = "";
  private readonly pieces: string[] = [];
  private gap = "";
  /** Line ends that are wanted before the next words, and those that were written since the last ones. */
  private breaks = 0;
  private ends = mostEnds;
  private marker = "";
  /** Of the line with the last words. */
  private lastPrefix = "";

  /** Words of running text: blanks and line ends in a row are one space. */
  words(text: string): void {
    const words = text.replace(/[ \t\r\n\f]+/g, " ");
    if (words.startsWith(" ")) this.space();
    this.put(words.slice(words.startsWith(" ") ? 1 : 0, words.endsWith(" ") ? -1 : undefined));
    if (words.endsWith(" ")) this.space();
  }

  /** Text whose spaces and line ends stand as they are. */
  lines(text: string): void {
    for (const [index, line] of text.replace(/\r\n?/g, "\n").split("\n").entries()) {
      if (index > 0) this.lineBreak();
      this.put(line);
    }
  }

  /** Words that stand apart from those on either side. */
  aside(text: string): void {
    if (text === "") return;
    this.space();
    this.words(text);
    this.space();
  }

  space(): void {
    if (this.gap === "" && this.ends === 0) this.gap = " ";
  }

  /** The next words stand in another cell of the same row. */
  cell(): void {
    this.gap = this.gap.startsWith("\t") ? `${this.gap.slice(-mostEmptyCells)}\t` : "\t";
    this.breaks = 0;
  }

  /** The next words stand on a line of their own; 2: with an empty line before them. What begins a cell stays in its row. */
  block(breaks: 1 | 2): void {
    if (this.gap.startsWith("\t")) return;
    this.breaks = Math.max(this.breaks, breaks);
    this.gap = "";
  }

  /** The row of a table ends. */
  row(): void {
    this.gap = "";
    this.block(1);
  }

  lineBreak(): void {
    if (this.breaks > 0) this.writeBreaks();
    this.breaks = 1;
    this.gap = "";
  }

  /** Stands before the next words on their line. */
  mark(marker: string): void {
    this.marker = marker;
  }

  /** How much was written; for `since`. */
  get length(): number {
    return this.pieces.length;
  }

  /** What was written since then. */
  since(length: number): string {
    return this.pieces.slice(length).join("");
  }

  text(): string {
    return this.pieces
      .join("")
      .replaceAll("\u00a0", " ")
      .split("\n")
      .map((line) => line.trimEnd())
      .join("\n")
      .replace(/^\n+/, "")
      .trimEnd();
  }

  private put(words: string): void {
    if (words === "") return;
    if (this.breaks > 0) this.writeBreaks();
    else if (this.ends === 0) this.pieces.push(this.gap);
    if (this.ends > 0) this.pieces.push(this.prefix, this.marker);
    this.pieces.push(words);
    this.lastPrefix = this.prefix;
    this.gap = "";
    this.breaks = 0;
    this.ends = 0;
    this.marker = "";
  }

  private writeBreaks(): void {
    for (; this.breaks > 0; this.breaks -= 1) {
      if (this.ends >= mostEnds) continue;
      if (this.ends > 0) this.pieces.push(shorter(this.prefix, this.lastPrefix));
      this.pieces.push("\n");
      this.ends += 1;
    }
  }
}

function shorter(one: string, other: string): string {
  return one.length < other.length ? one : other;
}
