const width = 72;

/**
 * Text as format=flowed (RFC 3676): paragraphs wrap with a space at the end of the line, so that a narrow screen may
 * wrap them anew. Spaces at the end of a line are lost, they would join it to the next. Quoted lines stay as they are.
 */
export function flowedText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .flatMap((line) => (line === "-- " || line.startsWith(">") ? [keep(line)] : wrap(withoutEnd(line))))
    .join("\n");
}

function keep(line: string): string {
  return line === "-- " ? line : withoutEnd(line);
}

/** A pattern for this would take quadratic time on a long run of spaces. */
function withoutEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === " ") end -= 1;
  return line.slice(0, end);
}

function wrap(line: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (line.length - start > width) {
    const end = breakAfter(line, start);
    if (end === -1) break;
    pieces.push(line.slice(start, end));
    start = end;
  }
  return [...pieces, line.slice(start)].map(stuff);
}

/** Where the piece that begins at `start` ends: behind spaces near the width, else at the next ones; -1 when none. */
function breakAfter(line: string, start: number): number {
  // Behind the first word at least: a piece of spaces alone would say nothing.
  const word = line.slice(start).search(/[^ ]/) + start;
  for (
    let last = line.lastIndexOf(" ", start + width - 1);
    last > word;
    last = line.lastIndexOf(" ", last - 1)
  ) {
    if (mayBreak(line, start, last + 1)) return last + 1;
  }
  const beyond = Math.max(start + width, word);
  for (let next = line.indexOf(" ", beyond); next !== -1; next = line.indexOf(" ", next + 1)) {
    if (mayBreak(line, start, next + 1)) return next + 1;
  }
  return -1;
}

/**
 * Not before what would need a space in front, since some readers leave it standing in the middle of a paragraph, nor
 * after what looks like the line above a signature.
 */
function mayBreak(line: string, start: number, end: number): boolean {
  const looksLikeSignature = end - start === 3 && line.startsWith("-- ", start);
  return !looksLikeSignature && !/^(?: |>|From |$)/.test(line.slice(end, end + 5));
}

/** A line that begins like a quote, a space or an mbox separator gets a space in front (RFC 3676 §4.4). */
function stuff(line: string): string {
  return /^(?: |>|From )/.test(line) ? ` ${line}` : line;
}
