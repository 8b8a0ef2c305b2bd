import type { Budget } from "./budget.ts";
import { type Contents, contentsOf } from "./contents.ts";
import { readTree } from "./mime-tree.ts";
import { headerPart } from "./read-part.ts";

/**
 * The mail inside a mail from a Schleuder list. The list puts its own headers, closed by 78 dashes, in front, and the
 * mail itself into a wrapper part. What the list says about signatures ("Sig:") is its word and proves nothing here.
 */
export function unwrapList(contents: Contents, budget: Budget, chosen?: string): Contents {
  const { pieces } = contents;
  const first = pieces.find((piece) => piece.kind === "text" && piece.text.trim() !== "");
  if (first?.kind !== "text") return contents;
  const [head = "", ...rest] = first.text.split(/^-{78}$/m);
  if (rest.length === 0 || !/^(From|To|Cc|Date|Sig|Enc): /.test(head) || !/^Enc: /m.test(head))
    return contents;

  const wrapped = pieces.find((piece) => piece.kind === "file" && piece.entity.type === "message/rfc822");
  const original = wrapped?.kind === "file" ? readTree(wrapped.file.bytes, budget) : null;
  if (!wrapped || !original || original.problem) {
    first.part.why = "without the lines of the mailing list at its top";
    const text = rest.join("-".repeat(78)).replace(/^\s+/, "");
    return { ...contents, pieces: pieces.map((piece) => (piece === first ? { ...first, text } : piece)) };
  }
  const inside = contentsOf(original, chosen);
  Object.assign(first.part, { became: "left out", why: "these are lines of the mailing list" });
  Object.assign(wrapped.part, { became: "read inside", why: "a mailing list put it around the mail" });
  wrapped.part.inside.push(headerPart(original), inside.part);
  const others = pieces.filter((piece) => piece !== first && piece !== wrapped);
  return { ...inside, part: contents.part, pieces: [...inside.pieces, ...others] };
}
