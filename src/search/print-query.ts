import type { End, Query, QueryNode, Value } from "./query.ts";
import { quotedAddress } from "./read-terms.ts";

/** Writes a search so that reading it gives the same search again. */
export function printQuery({ node, sort }: Query): string {
  const words = node ? [printNode(node, "top")] : [];
  if (sort !== "newest") words.push(`sort:${sort}`);
  // "a or b sort:oldest" is read as it is meant: a sorting belongs to the whole.
  return words.join(" ");
}

function printNode(node: QueryNode, inside: "top" | "any" | "all" | "not"): string {
  switch (node.kind) {
    case "word":
      return node.text;
    case "phrase":
      return `"${node.text}"`;
    case "field":
      return `${node.field}:${node.terms.map(({ without, value }) => (without ? "-" : "") + printValue(value)).join(",")}`;
    case "not":
      return node.part.kind === "not"
        ? `-(${printNode(node.part, "top")})`
        : `-${printNode(node.part, "not")}`;
    case "any": {
      const text = node.parts.map((part) => printNode(part, "any")).join(" or ");
      return inside === "top" ? text : `(${text})`;
    }
    case "all": {
      const text = node.parts.map((part) => printNode(part, "all")).join(" ");
      return inside === "top" || inside === "any" ? text : `(${text})`;
    }
  }
}

function printValue(value: Value): string {
  if (value.how === "is") return quoteValue(value.text);
  if (value.how !== "range") return value.how;
  const { from, to } = value;
  if (from?.included === false) return `>${from.text}`;
  if (to?.included === false) return `<${to.text}`;
  const end = (each: End | null) => each?.text ?? "";
  return `${end(from)}..${end(to)}`;
}

/** A name before // is the beginning of an address on the web, and no field. */
function quoteValue(text: string): string {
  if (quotedAddress(text, 0)?.end === text.length) return text;
  return /^(?!\/\/)[^\s,|()"“”„<>-][^\s,|()"“”„]*$/.test(text) && !/\.\.|^(?:none|known)$/i.test(text)
    ? text
    : `"${text}"`;
}
