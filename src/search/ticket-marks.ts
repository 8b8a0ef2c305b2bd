import type { FieldName, Value } from "./query.ts";

type Field = Exclude<FieldName, "log" | "device">;

/** A word of the document of a ticket that tells what it has, has not or is, as the view `ticket_marks` writes it. */
export type TicketMark = {
  word: string;
  /** The word of all other tickets; null: they have none. */
  opposite: string | null;
  /** What is asked for is the rest. */
  isLeftOut: boolean;
  /** The column of `tickets` that says the same, as a part of a search; null: only the mark does. */
  column: { field: Field; value: Value } | null;
};

/** The mark to which the index leads for `field:value`, also when hardly a ticket has it; null: there is none. */
export function markOf(field: Field, value: Value): TicketMark | null {
  const isKnown = value.how === "known";
  if (isKnown || value.how === "none") {
    if (field === "answered") return thing("answer", !isKnown);
    const word = lacking[field];
    return word
      ? { word, opposite: null, isLeftOut: isKnown, column: { field, value: { how: "none" } } }
      : null;
  }
  if (value.how !== "is") return null;
  const name = value.text.toLowerCase();
  if (field === "has" && name === "email") return markOf("from", { how: "known" });
  if (field === "has" || (field === "is" && name === "encrypted")) return thing(name, false);
  const word = field === "lang" ? `l=${name}` : field === "channel" ? `c=${name}` : null;
  return word ? { word, opposite: null, isLeftOut: false, column: { field, value } } : null;
}

function thing(name: string, isLeftOut: boolean): TicketMark {
  return { word: `+${name}`, opposite: `~${name}`, isLeftOut, column: null };
}

const lacking: Partial<Record<Field, string>> = {
  tails: "~tails",
  first: "~first",
  model: "~model",
  stick: "~stick",
  wb: "~wb",
  ram: "~ram",
  from: "~email",
  lang: "l=",
};
