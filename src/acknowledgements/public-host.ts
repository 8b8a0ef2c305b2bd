import { domainToASCII } from "node:url";

/**
 * Names that no public server has: special-use domains (RFC 6761, RFC 7686, RFC 9476, RFC 8375, and the registry of IANA)
 * and what private networks use in their place. `.onion` is reached by Tor alone, and no provider forwards mail to it.
 */
const notPublic = new Set(
  "test localhost invalid example local onion alt arpa internal intranet private lan home corp localdomain domain workgroup mail".split(
    " ",
  ),
);

/** Whether an address is at a host name that anybody on the internet can look up: no literal, no single label. */
export function isAtPublicHost(address: string): boolean {
  const domain = domainOf(address);
  const labels = domain.split(".");
  const top = labels.at(-1) ?? "";
  if (labels.length < 2 || domain.length > 253 || notPublic.has(top)) return false;
  // A number in the last place makes it an address of the network (RFC 1123 §2.1).
  return labels.every((label) => isLabel(label)) && !/^\d+$/.test(top) && top.length > 1;
}

/**
 * As it is looked up (UTS 46): in small letters, full-width ones made plain, other scripts encoded, without the dot that may
 * end it; "" when there is none, or none that can be looked up.
 */
export function domainOf(address: string): string {
  const at = address.lastIndexOf("@");
  const domain = at === -1 ? "" : address.slice(at + 1).trim();
  return written.test(domain) ? domainToASCII(domain).replace(/\.$/, "") : "";
}

/** Letters, their marks and joiners, digits, hyphens, and what is read as a dot. */
const written = /^(?:[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]|\u200c|\u200d)+$/u;

function isLabel(label: string): boolean {
  return /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/.test(label);
}
