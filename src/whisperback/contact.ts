import { cleanLine } from "./clean-line.ts";
import { absent, present, unreadable } from "./known.ts";
import type { Contact, Known } from "./report.ts";

/**
 * Take the address field apart. WhisperBack only looks for something like an address anywhere in it, so
 * "Jane <jane@example.org>" and "write to me@example.org please" both come.
 */
export function readContact(field: string | null, warnings: string[]): Known<Contact> {
  const raw = cleanLine(field ?? "");
  if (field === null || raw === "") return absent;

  const addresses = findAddresses(raw);
  const [address] = addresses;
  if (address === undefined) return unreadable(raw);
  if (new Set(addresses).size > 1) warnings.push("The address field holds more than one address.");
  return present({ raw, address });
}

function findAddresses(raw: string): string[] {
  const inBrackets = addressesOf(/<([^<>]+)>/g, raw);
  return inBrackets.length > 0 ? inBrackets : addressesOf(/([^\s<>()[\],;:"]+)/g, raw);
}

function addressesOf(pieces: RegExp, raw: string): string[] {
  return [...raw.matchAll(pieces)]
    .map(([, piece]) => asAddress(piece ?? ""))
    .filter((address) => address !== null);
}

function asAddress(piece: string): string | null {
  const [local, domain, ...more] = piece
    .trim()
    .replace(/^mailto:/i, "")
    .replace(/^'|'$|[.!?']+$/g, "")
    .split("@");
  if (!local || !domain || more.length > 0) return null;
  if (
    !/^[^\s<>()[\],;:"\\]{1,64}$/.test(local) ||
    !/^(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}\p{N}-]{2,63}$/u.test(domain)
  )
    return null;
  return `${local}@${domain.toLowerCase()}`;
}
