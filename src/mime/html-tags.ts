import { Tokenizer } from "htmlparser2";
import type { Attributes } from "./html-look.ts";

export type TagReader = {
  text(text: string): void;
  /** `raw` is the tag as it stands. */
  open(name: string, attributes: Attributes, raw: string): void;
  close(name: string): void;
  /** A tag or a comment that never ends, with all that follows it. */
  rest(raw: string): void;
};

/** Goes once through the tags and texts of a page, entities decoded, names in small letters. Knows nothing of nesting. */
export function readTags(html: string, reader: TagReader): void {
  let name = "";
  let attributes = new Map<string, string>();
  let key = "";
  let value: string[] = [];
  let start = 0;
  let done = 0;
  const opened = (end: number) => {
    reader.open(name, attributes, html.slice(start, end + 1));
    done = end + 1;
  };
  const tokenizer: Tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      ontext: (from, to) => {
        reader.text(html.slice(from, to));
        done = to;
      },
      ontextentity: (codepoint, end) => {
        reader.text(String.fromCodePoint(codepoint));
        done = end;
      },
      onopentagname: (from, to) => {
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
  tokenizer.write(html);
  tokenizer.end();
  if (done < html.length) reader.rest(html.slice(done));
}
