import { domainToASCII, domainToUnicode } from "node:url";

/**
 * A bare mail address, or null, in the one form that this desk knows it by: its domain in small letters and as people read
 * it (UTS 46), a local part in quotation marks only where it needs them (RFC 5321 §4.1.2). Encoded words are refused:
 * decoding them would make addresses that nobody wrote (RFC 2047 §5). So are quoted ones that look like something else.
 */
export function cleanAddress(text: string): string | null {
  if (text.length > 320 || text.includes("=?")) return null;
  const at = text.lastIndexOf("@");
  const local = cleanLocal(text.slice(0, Math.max(at, 0)));
  const domain = cleanDomain(text.slice(at + 1));
  return local && domain ? `${local}@${domain}` : null;
}

/** Whether two addresses are one, however their domains are written. */
export function isSameAddress(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return keyOfAddress(one) === keyOfAddress(other);
}

/** The same for all forms of an address: without regard to case, as nearly every server takes it. */
export function keyOfAddress(address: string): string {
  const bare = address.normalize("NFC").trim();
  return (cleanAddress(bare) ?? bare).toLowerCase();
}

/** The address with its international domain written in the other way; null: it has none. */
export function otherFormOf(address: string): string | null {
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  const ascii = isPlainDomain(domain) ? domain : domainToASCII(domain);
  const other = ascii === domain ? domainToUnicode(domain) : ascii;
  return other === "" || other === domain ? null : `${address.slice(0, at)}@${other}`;
}

/** The address as every server takes it: its domain in ASCII (RFC 5890 §2.3.2.1). */
export function addressForServers(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1)) || address.slice(at + 1)}`;
}

function cleanLocal(local: string): string | null {
  if (/^[^\s\p{Cc}\p{Cf}<>()\\,;:"@[\]]+$/u.test(local)) return local;
  if (!/^"(?:[^"\\]|\\.)*"$/.test(local)) return null;
  const content = local.slice(1, -1).replace(/\\(.)/g, "$1");
  if (/^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u.test(content))
    return content;
  // What would look like another address, or end a quotation, is written by nobody who wants an answer.
  return /^[\p{L}\p{N} .!#$%&'*+/=?^_`{|}~-]{1,64}$/u.test(content) && content.trim() !== ""
    ? `"${content}"`
    : null;
}

function cleanDomain(written: string): string | null {
  // The dot of the root says nothing: with it somebody would be another person at the same address.
  const domain = written.replace(/[.。．｡]$/u, "");
  if (domain === "" || /(?:^|[.。．｡])[.。．｡]/u.test(domain)) return null;
  if (!/^[^\s\p{Cc}<>()\\,;"@]+$/u.test(domain)) return null;
  if (isPlainDomain(domain)) return domain.toLowerCase();
  if (/[/?#:%[\]|^]|(?![\u200c\u200d])\p{Cf}/u.test(domain)) return null;
  const ascii = domainToASCII(domain);
  if (ascii === "") return null;
  const shown = domainToUnicode(ascii);
  return looksLikeAnother(shown) ? ascii : shown;
}

function isPlainDomain(domain: string): boolean {
  return /^\p{ASCII}*$/u.test(domain) && !/(?:^|\.)xn--/i.test(domain);
}

/** Japanese and Korean mix scripts by nature; in all other names two scripts in one label are there to deceive (UTS 39). */
function looksLikeAnother(domain: string): boolean {
  const labels = domain.split(".");
  const isAsciiAtEnd = /^\p{ASCII}*$/u.test(labels.at(-1) ?? "");
  return labels.some((label) => !isOneScript(label) || (isAsciiAtEnd && latinLookalikes.test(label)));
}

const latinLookalikes = /^[асԁеһіјӏорԛѕѵԝхуѡүҽ-]+$/;
const scripts =
  "Latin Cyrillic Greek Armenian Hebrew Arabic Thai Devanagari Bengali Tamil Georgian Ethiopic".split(" ");
const oneScript = new RegExp(
  [
    ...scripts.map((script) => `^(?:\\p{Script=${script}}|other)+$`),
    "^(?:[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Latin}ー]|other)+$",
    "^(?:[\\p{Script=Han}\\p{Script=Hangul}\\p{Script=Bopomofo}]|other)+$",
  ]
    .join("|")
    .replaceAll("other", "[\\p{Nd}\\p{M}_\\-\\u00b7\\u200c\\u200d]"),
  "u",
);

function isOneScript(label: string): boolean {
  return label === "" || oneScript.test(label);
}
