import { nearestName } from "./nearest-name.ts";
import { fieldNames, type Query, type QueryNode, type ReadQuery, type Sort, type Term } from "./query.ts";
import { otherFields } from "./query-fields.ts";
import { Mistake } from "./query-mistake.ts";
import { isFieldName, readTerms } from "./read-terms.ts";

const longestQuery = 2000;
const deepest = 20;
const mostParts = 60;

/**
 * Reads what was typed into the search box, in one pass:
 *
 *   search = any            any = all { "or" all }         all = one { one }
 *   one    = ["-"] ( "(" any ")" | word | "a phrase" | field ":" values )
 *
 * A mistake says where it is. It never throws, and takes a time in proportion to at most 2,000 characters.
 */
export function readQuery(typed: string): ReadQuery {
  try {
    return { ok: true, ...new Reader(typed).read() };
  } catch (error) {
    if (error instanceof Mistake) return { ok: false, mistake: error.mistake };
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #parts = 0;
  #sort: { sort: Sort; at: number } | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  read(): { query: Query; sortAt: number | null } {
    refuseLongAndUnseen(this.#text);
    const node = this.#any();
    if (this.#peek() === ")") throw new Mistake("This bracket closes nothing", this.#at, null);
    return { query: { node, sort: this.#sort?.sort ?? "newest" }, sortAt: this.#sort?.at ?? null };
  }

  #any(): QueryNode | null {
    const parts: QueryNode[] = [];
    let orAt: number | null = null;
    for (;;) {
      const part = this.#all();
      if (part) parts.push(part);
      else if (orAt !== null || this.#isOr()) {
        throw new Mistake("`or` stands between two things to search for", orAt ?? this.#at, '"or"');
      }
      if (!this.#isOr()) break;
      orAt = this.#at;
      this.#at += 2;
    }
    return parts.length > 1 ? { kind: "any", parts } : (parts[0] ?? null);
  }

  #all(): QueryNode | null {
    const parts: QueryNode[] = [];
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#text.length || this.#peek() === ")" || this.#isOr()) break;
      const part = this.#one();
      if (part) parts.push(part);
    }
    return parts.length > 1 ? { kind: "all", parts } : (parts[0] ?? null);
  }

  #one(): QueryNode | null {
    this.#parts += 1;
    if (this.#parts > mostParts) {
      throw new Mistake(`A search has ${mostParts} parts at most: this is one more`, this.#at, null);
    }
    if (this.#peek() !== "-") return this.#plain();
    const at = this.#at;
    this.#at += 1;
    if (this.#peek() === "-") throw new Mistake("One minus sign is enough", this.#at, null);
    if (this.#at >= this.#text.length || isSpace(this.#peek()) || this.#peek() === ")") {
      throw new Mistake("A minus sign stands right before what to leave out, as in -printer", at, null);
    }
    const part = this.#plain(true);
    if (!part) throw new Mistake("A sorting cannot be left out", at, null);
    return { kind: "not", part };
  }

  #plain(isLeftOut = false): QueryNode | null {
    const at = this.#at;
    if (this.#peek() === "(") return this.#brackets();
    if (isQuote(this.#peek())) {
      const text = this.#quoted();
      if (text.trim() === "") throw new Mistake("There is nothing between these quotation marks", at, null);
      return { kind: "phrase", text, at };
    }
    const name = /^[a-z][a-z-]{0,30}(?=:)/i.exec(this.#text.slice(at, at + 40))?.[0];
    if (name && !this.#text.startsWith("//", at + name.length + 1)) {
      this.#at += name.length + 1;
      return this.#field(name.toLowerCase(), at, isLeftOut);
    }
    return { kind: "word", text: this.#bare(), at };
  }

  #brackets(): QueryNode {
    const at = this.#at;
    this.#depth += 1;
    if (this.#depth > deepest) throw new Mistake(`Brackets go ${deepest} deep at most`, at, null);
    this.#at += 1;
    const inside = this.#any();
    if (this.#peek() !== ")") throw new Mistake("This bracket is never closed", at, null);
    if (!inside) throw new Mistake("There is nothing between these brackets", at, null);
    this.#at += 1;
    this.#depth -= 1;
    return inside;
  }

  #field(name: string, at: number, isLeftOut: boolean): QueryNode | null {
    if (name === "sort") return this.#sorting(at, isLeftOut);
    if (!isFieldName(name)) {
      const near = nearestName(name, [...fieldNames, "sort"]);
      const why = otherFields[name];
      if (why) throw new Mistake(`No field \`${name}:\` — ${why}`, at, null);
      throw new Mistake(
        near
          ? `No field \`${name}:\` — did you mean \`${near}:\`?`
          : `No field \`${name}:\`. To search for these words put them in quotation marks`,
        at,
        near && this.#text.slice(0, at) + near + this.#text.slice(at + name.length),
      );
    }
    const scan = {
      text: this.#text,
      at: this.#at,
      quoted: (from: number) => {
        this.#at = from;
        return { text: this.#quoted(), end: this.#at };
      },
    };
    const read: { terms: Term[]; end: number } = readTerms(name, scan);
    this.#at = read.end;
    return { kind: "field", field: name, terms: read.terms, at };
  }

  #sorting(at: number, isLeftOut: boolean): null {
    const word = this.#bare().toLowerCase();
    const found = sorts.find((sort) => sort === word) ?? (word === "date" ? "newest" : undefined);
    if (!found) {
      const near = nearestName(word, sorts);
      throw new Mistake("Sort by newest, oldest or relevance", at, near && `sort:${near}`);
    }
    if (isLeftOut) throw new Mistake("A sorting cannot be left out", at, null);
    if (this.#depth > 0) throw new Mistake("A sorting stands outside of brackets", at, null);
    if (this.#sort) throw new Mistake("There is a sorting already", at, null);
    this.#sort = { sort: found, at };
    return null;
  }

  #quoted(): string {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && !isQuote(this.#text.charAt(end))) end += 1;
    if (end >= this.#text.length) {
      throw new Mistake("This quotation mark is never closed", start, `${this.#text}"`);
    }
    this.#at = end + 1;
    return this.#text.slice(start + 1, end);
  }

  #bare(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !endsWord(this.#peek())) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  #isOr(): boolean {
    const { length } = this.#text;
    const after = this.#at + 2;
    return (
      /^or$/i.test(this.#text.slice(this.#at, after)) &&
      (after >= length || endsWord(this.#text.charAt(after)))
    );
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && isSpace(this.#peek())) this.#at += 1;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }
}

const sorts = ["newest", "oldest", "relevance"] as const;

function refuseLongAndUnseen(text: string): void {
  if (text.length > longestQuery) {
    throw new Mistake(
      `A search has ${longestQuery.toLocaleString("en")} characters at most, and this one ${text.length.toLocaleString("en")}`,
      longestQuery,
      null,
    );
  }
  const found = unseen.exec(text);
  if (!found) return;
  const code = found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  throw new Mistake(
    `There is a sign here that cannot be seen (U+${code}): delete it`,
    found.index,
    text.replace(new RegExp(unseen, "gu"), " ").trim(),
  );
}

/** Control characters and marks of direction. Joiners stay: words of Persian are written with them. */
const unseen = /(?![\t\n\r])[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|\p{Cs}/u;

function isQuote(sign: string): boolean {
  return sign === '"' || sign === "“" || sign === "”" || sign === "„";
}

function isSpace(sign: string): boolean {
  return /^\s$/.test(sign);
}

function endsWord(sign: string): boolean {
  return isSpace(sign) || sign === "(" || sign === ")" || isQuote(sign);
}
