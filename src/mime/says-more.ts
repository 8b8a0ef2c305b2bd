const longest = 200_000;
const mostLooked = 400;

/**
 * Whether the page beside a plain text says something that the text does not: the text is then a placeholder ("view this
 * in HTML"), or another text. Most pages say the same in other clothes.
 */
export function saysMore(html: string, plain: string): boolean {
  const said = wordsOf(plain.slice(0, longest));
  const run = plain
    .slice(0, longest)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
  const words = [...wordsOf(withoutTags(html.slice(0, longest)))].slice(0, mostLooked);
  const missing = words.filter((word) => !said.has(word) && !run.includes(word));
  return missing.length > 0 && missing.length * 2 >= words.length;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []);
}

/** Roughly, since it is asked of every mail that has both: a page is read properly when it is shown. */
function withoutTags(html: string): string {
  return html
    .replace(/<(style|script|head|title)\b[^>]{0,500}>.*?<\/\1\s*>|<!--.*?-->/gis, " ")
    .replace(/<[^<>]{0,2000}>/g, " ")
    .replace(/&#(\d{1,7});/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replace(/&\w{1,10};/g, " ")
    .replace(/\bhttps?:\S+/gi, " ");
}
