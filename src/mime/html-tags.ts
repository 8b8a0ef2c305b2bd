import { Tokenizer } from "htmlparser2";
import type { Attributes } from "./html-look.ts";

export type TagReader = {
  text(text: string): void;
  /** `raw` is the tag as it stands. */
  open(name: string, attributes: Attributes, raw: string): void;
  close(name: string): void;
  /** A tag or a comment that never ends, or what is beyond the bound, with all that follows it. */
  rest(raw: string): void;
};

/** A page of 20 MB that people read has a tenth of it. */
const mostSteps = 1_000_000;
const stepOfReading = 64 * 1024;

/**
 * Goes once through the tags and texts of a page, entities decoded, names in small letters. Knows nothing of nesting. What
 * follows the first million of them is left as it stands.
 */
export function readTags(html: string, reader: TagReader): void {
  let name = "";
  let attributes = new Map<string, string>();
  let key = "";
  let value: string[] = [];
  let start = 0;
  let done = 0;
  let steps = 0;
  const opened = (end: number) => {
    reader.open(name, attributes, html.slice(start, end + 1));
    done = end + 1;
  };
  const tokenizer: Tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      ontext: (from, to) => {
        steps += 1;
        reader.text(html.slice(from, to));
        done = to;
      },
      ontextentity: (codepoint, end) => {
        steps += 1;
        reader.text(String.fromCodePoint(codepoint));
        done = end;
      },
      onopentagname: (from, to) => {
        steps += 1;
        name = html.slice(from, to).toLowerCase();
        attributes = new Map();
        start = from - 1;
      },
      onattribname: (from, to) => {
        key = html.slice(from, to).toLowerCase();
        value = [];
      },
      onattribdata: (from, to) => value.push(html.slice(from, to)),
      onattribentity: (codepoint) => value.push(String.fromCodePoint(codepoint)),
      onattribend: () => {
        if (!attributes.has(key)) attributes.set(key, value.join(""));
      },
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag: (from, to) => {
        steps += 1;
        reader.close(html.slice(from, to).toLowerCase());
        done = to + 1;
      },
      oncomment: (from, to) => {
        done = to < html.length ? to + 1 : from;
      },
      oncdata: (from, to, endOffset) => {
        reader.text(html.slice(from, to - endOffset));
        done = to + 1;
      },
      ondeclaration: (_from, to) => {
        done = to + 1;
      },
      onprocessinginstruction: (_from, to) => {
        done = to + 1;
      },
      onend: () => {},
    },
  );
  for (let at = 0; at < html.length && steps < mostSteps; at += stepOfReading)
    tokenizer.write(html.slice(at, at + stepOfReading));
  if (steps < mostSteps) tokenizer.end();
  if (done < html.length) reader.rest(html.slice(done));
}
