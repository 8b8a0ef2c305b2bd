import { nearestName } from "./nearest-name.ts";
import { type End, type FieldName, fieldNames, type Term, type Value } from "./query.ts";
import { fields } from "./query-fields.ts";
import { Mistake } from "./query-mistake.ts";

type Scan = { text: string; at: number; quoted(from: number): { text: string; end: number } };

export function isFieldName(name: string): name is FieldName {
  return fieldNames.some((one) => one === name);
}

/** The values after `field:`, parted by commas or upright strokes; each is checked for its field. */
export function readTerms(field: FieldName, scan: Scan): { terms: Term[]; end: number } {
  const terms: Term[] = [];
  let { at } = scan;
  for (;;) {
    const start = at;
    const without = scan.text[at] === "-";
    if (without) at += 1;
    const compared = /^(?:<=|>=|<|>)/.exec(scan.text.slice(at, at + 2))?.[0] ?? "";
    at += compared.length;
    const isQuoted = /^["“”„]/.test(scan.text.charAt(at));
    const address = field === "from" ? quotedAddress(scan.text, at) : null;
    const { text, end } = address ?? (isQuoted ? scan.quoted(at) : bareValue(scan.text, at));
    const value = readValue(field, text, compared, isQuoted, { at, whole: scan.text });
    terms.push({ without, value, at: start });
    at = end;
    if (!/^[,|]/.test(scan.text.charAt(at))) return { terms, end: at };
    at += 1;
  }
}

/** An address whose local part stands in quotation marks: "lea example"@example.org (RFC 5321 §4.1.2); null: none begins there. */
export function quotedAddress(text: string, from: number): { text: string; end: number } | null {
  const address = /^"[^"\\]{1,64}"@[^\s,|()"“”„]+/.exec(text.slice(from, from + 400))?.[0];
  return address ? { text: address, end: from + address.length } : null;
}

function bareValue(text: string, from: number): { text: string; end: number } {
  let end = from;
  while (end < text.length && !/[\s,|()"“”„]/.test(text.charAt(end))) end += 1;
  return { text: text.slice(from, end), end };
}

type Place = { at: number; whole: string };

function readValue(field: FieldName, text: string, compared: string, isQuoted: boolean, place: Place): Value {
  const kind = fields[field];
  if (text.trim() === "") {
    throw new Mistake(`Nothing stands after \`${field}:\`${hintFor(field)}`, place.at, null);
  }
  if (compared) {
    if (!kind.ordered)
      throw new Mistake(
        `\`${field}:\` has no order, so nothing is above or below`,
        place.at - compared.length,
        null,
      );
    check(field, text, place);
    const end = { text, included: compared.length === 2 };
    return compared.startsWith("<")
      ? { how: "range", from: null, to: end }
      : { how: "range", from: end, to: null };
  }
  if (!isQuoted && kind.mayLack && /^none$/i.test(text)) return { how: "none" };
  if (!isQuoted && kind.mayLack && /^known$/i.test(text)) return { how: "known" };
  if (!isQuoted && kind.ordered && text.includes("..")) return readRange(field, text, place);
  check(field, text, place);
  return { how: "is", text: kind.choices ? text.toLowerCase() : text };
}

function readRange(field: FieldName, text: string, place: Place): Value {
  const middle = text.indexOf("..");
  const [first, last] = [text.slice(0, middle), text.slice(middle + 2)];
  if (!first && !last)
    throw new Mistake("A range has at least one end, as in 6.1.. or ..7.2", place.at, null);
  const end = (each: string, at: number): End | null => {
    if (!each) return null;
    check(field, each, { ...place, at });
    return { text: each, included: true };
  };
  return {
    how: "range",
    from: end(first, place.at),
    to: end(last, place.at + middle + 2),
  };
}

function check(field: FieldName, text: string, { at, whole }: Place): void {
  const kind = fields[field];
  const wrong = kind.wrong(text);
  if (!wrong) return;
  const near = kind.choices && nearestName(text, kind.choices);
  throw new Mistake(
    near
      ? `\`${field}:\` knows no “${short(text)}” — did you mean \`${field}:${near}\`?`
      : `\`${field}:\` takes ${wrong}, and “${short(text)}” is none`,
    at,
    near ? whole.slice(0, at) + near + whole.slice(at + text.length) : null,
  );
}

function hintFor(field: FieldName): string {
  const { choices } = fields[field];
  return choices
    ? `: write one of ${choices.join(", ")}`
    : ". To search for the word put it in quotation marks";
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
