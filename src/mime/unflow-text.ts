type Paragraph = { depth: number; text: string[] };

/**
 * The paragraphs of a text in format=flowed (RFC 3676), also those that are quoted: a line that ends in a space goes on in
 * the next one of the same quote depth; `delSp`: without that space. Quotes come with their marks in front of each.
 */
export function unflowText(text: string, delSp: boolean): string {
  const paragraphs: Paragraph[] = [];
  let flows = false;
  for (const line of text.split("\n")) {
    const { depth, content } = partsOf(line);
    const isSignature = content === "-- ";
    const last = paragraphs.at(-1);
    const goesOn = flows && !isSignature && last?.depth === depth;
    flows = content.endsWith(" ") && !isSignature;
    const written = flows && delSp && !keepsSpace(depth, content) ? content.slice(0, -1) : content;
    if (goesOn) last.text.push(written);
    else paragraphs.push({ depth, text: [written] });
  }
  return paragraphs.map(({ depth, text: pieces }) => marks(depth) + pieces.join("")).join("\n");
}

/** Quote marks stand without spaces between them; one space in front of the words is stuffing (§4.4, §4.5). */
function partsOf(line: string): { depth: number; content: string } {
  let depth = 0;
  while (line[depth] === ">") depth += 1;
  return { depth, content: line.slice(line[depth] === " " ? depth + 1 : depth) };
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

function marks(depth: number): string {
  return depth === 0 ? "" : `${">".repeat(depth)} `;
}
