import addressparser from "nodemailer/lib/addressparser";
import { cleanAddress } from "./clean-address.ts";
import { cleanLine } from "./clean-line.ts";
import type { Address, Header } from "./mail.ts";
import { headerValues } from "./read-headers.ts";

const mostAddresses = 1000;

/**
 * The addresses in the first header of this name, groups opened; what has no usable address is left out and told. Of
 * Reply-To all headers are read: each is a wish of the sender, and none of them is followed by itself.
 */
export function readAddresses(
  name: string,
  headers: readonly Header[],
  decodeWords: (text: string) => string,
  warnings: string[],
): Address[] {
  const values = headerValues(headers, name);
  const value = name === "reply-to" ? values.filter((one) => one.trim() !== "").join(", ") : values[0];
  if (!value) return [];

  const entries = addressparser(value, { flatten: true });
  if (entries.length > mostAddresses) warnings.push(`more than ${mostAddresses} addresses in ${name}`);

  const addresses = entries.slice(0, mostAddresses).flatMap((entry) => {
    const address = cleanAddress(entry.address.replace(/^mailto:/i, ""));
    return address ? [{ name: cleanLine(decodeWords(entry.name), 500), address }] : [];
  });
  if (addresses.length === 0) warnings.push(nothingIn(name));
  return addresses;
}

function nothingIn(name: string): string {
  return name === "reply-to"
    ? "Reply-To names no readable address: ask where the answer shall go before you write anything confidential"
    : `no readable address in ${name}`;
}
