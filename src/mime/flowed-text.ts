const width = 72;

/**
 * Text as format=flowed (RFC 3676): paragraphs wrap with a space at the end of the line, so that a narrow screen may
 * wrap them anew. Spaces at the end of a line are lost, they would join it to the next. Quoted lines stay as they are.
 */
export function flowedText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .flatMap((line) =>
      line === "-- " || line.startsWith(">") ? [keep(line)] : wrap(line.replace(/ +$/, "")),
    )
    .join("\n");
}

function keep(line: string): string {
  return line === "-- " ? line : line.replace(/ +$/, "");
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

/** Where the piece that begins at `start` ends, its spaces included; -1 when nothing is left to break. */
function breakAfter(line: string, start: number): number {
  const last = line.lastIndexOf(" ", start + width - 1);
  const space =
    last > start && line.slice(start, last).trim() !== "" ? last : line.indexOf(" ", start + width);
  if (space === -1) return -1;
  let end = space + 1;
  while (line[end] === " ") end += 1;
  // A piece that looks like the line above a signature would end the paragraph.
  return line.slice(start, end) === "-- " ? line.indexOf(" ", end) + 1 || -1 : end;
}

/** A line that begins like a quote, a space or an mbox separator gets a space in front (RFC 3676 §4.4). */
function stuff(line: string): string {
  return /^(?: |>|From )/.test(line) ? ` ${line}` : line;
}
