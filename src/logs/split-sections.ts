/** A line that begins a section; `at` is the first character of the line, `contentAt` of the line after it. */
export type Marker = {
  at: number;
  contentAt: number;
  signs: 5 | 7;
  verb: "content of" | "output of command" | "listing of";
  key: string;
};

/** All marker lines of a report in their order, also those that a person pasted. Needs LF line ends; linear. */
export function findMarkers(text: string): Marker[] {
  const markers: Marker[] = [];
  let at = text.startsWith(opening) ? 0 : nextOpening(text, 0);

  while (at !== -1) {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    const marker = end - at <= longestMarker ? readMarker(text.slice(at, end)) : null;
    if (marker) markers.push({ at, contentAt: Math.min(end + 1, text.length), ...marker });
    at = nextOpening(text, end);
  }

  return markers;
}

/** What stands between a marker and the next one, without the empty line that belongs to the next marker. */
export function sectionText(text: string, marker: Marker, next: Marker | undefined): string {
  let end = next ? next.at : text.length;
  while (end > marker.contentAt && text[end - 1] === "\n") end -= 1;
  return text.slice(marker.contentAt, end);
}

const opening = "=====";
const longestMarker = 4096;
const markerLine = /^(={5}|={7}) (content of|output of command|listing of) ([^\n]+) \1$/;

function nextOpening(text: string, from: number): number {
  const found = text.indexOf(`\n${opening}`, from);
  return found === -1 ? -1 : found + 1;
}

function readMarker(line: string): Pick<Marker, "signs" | "verb" | "key"> | null {
  const match = markerLine.exec(line);
  if (!match) return null;

  const [, signs, verb, key] = match;
  return { signs: signs?.length === 5 ? 5 : 7, verb: verb as Marker["verb"], key: key ?? "" };
}
