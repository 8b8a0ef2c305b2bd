import { armor, enums } from "openpgp";
import { isSameAddress } from "./clean-address.ts";
import type { Mail } from "./mail.ts";
import { firstHeader, headerValues } from "./read-headers.ts";

const largestHeader = 64 * 1024;

/**
 * The key in the Autocrypt header of a mail, armoured, or null (Autocrypt 1.1 §2.3): of one sender alone, about that
 * sender, one header, not through a mailing list, and no attribute that must be understood and is not. Gossip about other
 * people is never read.
 */
export function autocryptKey(mail: Mail): string | null {
  const [from] = mail.from;
  const isReport = /^multipart\/report\b/i.test(firstHeader(mail.headers, "content-type") ?? "");
  // What a mailing list sends on is not what the person's program sent.
  const isFromList = headerValues(mail.headers, "list-id").length > 0;
  const isOneSender = mail.from.length === 1 && headerValues(mail.headers, "from").length === 1;
  if (!from || !isOneSender || isReport || isFromList) return null;

  const valid = headerValues(mail.headers, "autocrypt").flatMap((value) => {
    const header = readHeader(value);
    return header && isSameAddress(header.address, from.address) ? [header] : [];
  });
  return valid.length === 1 && valid[0] ? armor(enums.armor.publicKey, valid[0].key) : null;
}

function readHeader(value: string): { address: string; key: Uint8Array } | null {
  if (value.length > largestHeader) return null;
  const attributes = new Map<string, string>();
  for (const attribute of value.split(";")) {
    const equals = attribute.indexOf("=");
    if (equals !== -1) attributes.set(attribute.slice(0, equals).trim(), attribute.slice(equals + 1).trim());
  }
  const known = [...attributes.keys()].every(
    (name) => name.startsWith("_") || ["addr", "prefer-encrypt", "keydata"].includes(name),
  );
  const address = attributes.get("addr")?.toLowerCase();
  const keydata = (attributes.get("keydata") ?? "").replace(/\s+/g, "");
  if (!known || !address || !/^[A-Za-z0-9+/]+={0,2}$/.test(keydata)) return null;
  return { address, key: Buffer.from(keydata, "base64") };
}
