import { z } from "zod";
import { cleanAddress } from "../mime/clean-address.ts";

/** An address that staff type, in the one form in which the desk knows it; "": none was typed, null: it is none. */
export const typedAddress = z
  .string()
  .trim()
  .max(254, "An address has 254 characters at most")
  .default("")
  .transform((typed) => (typed === "" ? "" : mailAddress(typed)));

/** People out there have a domain with a dot. */
function mailAddress(typed: string): string | null {
  const address = cleanAddress(typed.replace(/^mailto:/i, ""));
  return address && /\.[^.@]+$/.test(address.slice(address.lastIndexOf("@"))) ? address : null;
}
