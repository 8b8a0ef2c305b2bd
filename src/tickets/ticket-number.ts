import { isId } from "../web/is-id.ts";

/** The id in what somebody writes for a ticket: "412", "#412", or the address of its page; null: none. */
export function ticketNumber(typed: string): string | null {
  const found =
    /^#?\s*(\d{1,19})$/.exec(typed.trim()) ?? /\/tickets\/(\d{1,19})(?:[/?#]\S*)?$/.exec(typed.trim());
  const id = found?.[1]?.replace(/^0+(?=\d)/, "");
  return isId(id) ? id : null;
}
