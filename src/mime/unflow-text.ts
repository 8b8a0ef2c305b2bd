type Paragraph = { depth: number; marks: string; text: string[] };

/**
 * The paragraphs of a text in format=flowed (RFC 3676), also those that are quoted: a line that ends in a space goes on in
 * the next one of the same quote depth; `delSp`: without that space. Quotes come with their marks in front of each.
 */
export function unflowText(text: string, delSp: boolean): string {
  const paragraphs: Paragraph[] = [];
  let flows = false;
  for (const line of text.split("\n")) {
    const { depth, marks, content } = partsOf(line);
    const isSignature = content === "-- ";
    const last = paragraphs.at(-1);
    const goesOn = flows && !isSignature && last?.depth === depth;
    flows = content.endsWith(" ") && !isSignature;
    const written = flows && delSp && !keepsSpace(depth, content) ? content.slice(0, -1) : content;
    if (goesOn) last.text.push(written);
    else paragraphs.push({ depth, marks, text: [written] });
  }
  return paragraphs.map(({ marks, text: pieces }) => marks + pieces.join("")).join("\n");
}

/** Quote marks stand without spaces between them; one space in front of the words is stuffing (§4.4, §4.5). */
function partsOf(line: string): { depth: number; marks: string; content: string } {
  let depth = 0;
  while (line[depth] === ">") depth += 1;
  const begin = line[depth] === " " ? depth + 1 : depth;
  return { depth, marks: depth === 0 ? "" : line.slice(0, begin), content: line.slice(begin) };
}

/** Quoted lines come from programs that know no DelSp: their words would grow together. */
function keepsSpace(depth: number, content: string): boolean {
  return (
    depth > 0 &&
    /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}\d,;:.!?] $/u.test(
      content.slice(-3),
    )
  );
}
