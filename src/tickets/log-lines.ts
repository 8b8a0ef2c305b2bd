/** A page of a long log has so many lines. */
export const linesPerPage = 2000;

type Section = { kind: string; lineCount: number };

/** A piece of a note; `href`: it names a line of the logs, as in “#journal-L120”. */
export type LinePiece = { text: string; href: string | null };

/** What the lines of each section are called in addresses: its kind, with a number from the second of a kind on. */
export function anchorsOf(sections: { kind: string }[]): string[] {
  const counts = new Map<string, number>();
  return sections.map(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count === 1 ? kind : `${kind}-${count}`;
  });
}

/** The address of one line of a section, on the page of it that holds the line. */
export function hrefOfLine(section: string, anchor: string, line: number): string {
  const page = Math.ceil(line / linesPerPage);
  return `${section}${page > 1 ? `?page=${page}` : ""}#${anchor}-L${line}`;
}

/** A text with the lines of logs that it names; a line that these logs do not have is only text. */
export function linkLines(text: string, logs: string, sections: Section[]): LinePiece[] {
  const anchors = anchorsOf(sections);
  const pieces = text.split(/(#[a-z][a-z0-9-]{0,60}-L[1-9]\d{0,6}(?!\w))/);
  return pieces
    .map((piece, place) => ({ text: piece, href: place % 2 === 1 ? find(piece) : null }))
    .filter((piece) => piece.text !== "");

  function find(named: string): string | null {
    const [, anchor = "", number = ""] = /^#(.*)-L(\d+)$/.exec(named) ?? [];
    const index = anchors.indexOf(anchor);
    const line = Number(number);
    const exists = line <= (sections[index]?.lineCount ?? 0);
    return exists ? hrefOfLine(`${logs}/${index}`, anchor, line) : null;
  }
}
