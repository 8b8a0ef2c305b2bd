/**
 * Wraps each line at 70 columns as WhisperBack does: tabs become blanks, trailing blanks go, a line may
 * break after a hyphen inside a word, and a word that is longer than a line is cut.
 */
export function wrapText(text: string): string {
  return text.split("\n").map(wrapLine).join("\n");
}

const WIDTH = 70;

function wrapLine(line: string): string {
  const flat = line.replaceAll("\t", "        ").trimEnd();
  if (flat.length <= WIDTH) return flat;

  const lines: string[] = [];
  let current = "";
  for (const chunk of chunksOf(flat)) {
    if (current.length + chunk.length <= WIDTH) {
      current += chunk;
      continue;
    }
    let rest = chunk.trimStart();
    if (rest.length > WIDTH) {
      const room = WIDTH - current.length;
      current += rest.slice(0, room);
      rest = rest.slice(room);
    }
    lines.push(current.trimEnd());
    for (; rest.length > WIDTH; rest = rest.slice(WIDTH)) lines.push(rest.slice(0, WIDTH));
    current = rest;
  }
  if (current.trim() !== "") lines.push(current.trimEnd());
  return lines.join("\n");
}

/** Blanks and words by turns, words cut after each hyphen that stands between letters. */
function chunksOf(line: string): string[] {
  return (line.match(/\s+|\S+/g) ?? []).flatMap((word) => word.split(/(?<=\p{L}-)(?=\p{L})/u));
}
