import addressparser from "nodemailer/lib/addressparser";
import { cleanAddress } from "./clean-address.ts";
import { cleanLine } from "./clean-line.ts";
import type { Address, Header } from "./mail.ts";
import { headerValues } from "./read-headers.ts";

const mostAddresses = 1000;

/** The addresses in the first header of this name, groups opened; what has no usable address is left out and told. */
export function readAddresses(
  name: string,
  headers: readonly Header[],
  decodeWords: (text: string) => string,
  warnings: string[],
): Address[] {
  const value = headerValues(headers, name)[0];
  if (!value) return [];

  const entries = addressparser(value, { flatten: true });
  if (entries.length > mostAddresses) warnings.push(`more than ${mostAddresses} addresses in ${name}`);

  const addresses = entries.slice(0, mostAddresses).flatMap((entry) => {
    const address = cleanAddress(entry.address);
    return address ? [{ name: cleanLine(decodeWords(entry.name), 500), address }] : [];
  });
  if (addresses.length === 0) warnings.push(`no readable address in ${name}`);
  return addresses;
}
