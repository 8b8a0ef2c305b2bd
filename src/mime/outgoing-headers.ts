import MimeNode from "nodemailer/lib/mime-node";
import { cleanAddress } from "./clean-address.ts";
import { cleanLine } from "./clean-line.ts";
import type { Outgoing } from "./compose-mail.ts";
import type { Address } from "./mail.ts";

export type OutgoingHeaders = { name: string; value: string | Address | Date }[];

const mostReferences = 20;

/** RFC 3834 §3.1.7 and §3.1.8; the last one is what mail servers of Microsoft look for. */
const automaticHeaders = [
  { name: "Auto-Submitted", value: "auto-replied" },
  { name: "Precedence", value: "bulk" },
  { name: "X-Auto-Response-Suppress", value: "All" },
];

/**
 * The headers of an outgoing mail. Every value is checked or made one line here, so that nothing in a name, a subject
 * or an id can begin a header of its own. Throws on an address or a Message-ID that is none; bad references go.
 */
export function outgoingHeaders(mail: Omit<Outgoing, "text" | "attachments">): OutgoingHeaders {
  const references = mail.references.filter(isMessageId);
  const inReplyTo = mail.inReplyTo !== null && isMessageId(mail.inReplyTo) ? mail.inReplyTo : null;
  return [
    { name: "From", value: addressOf(mail.from) },
    { name: "To", value: addressOf(mail.to) },
    { name: "Subject", value: cleanLine(mail.subject, 500) },
    { name: "Date", value: mail.date },
    { name: "Message-ID", value: messageIdOf(mail.messageId) },
    ...(inReplyTo ? [{ name: "In-Reply-To", value: inReplyTo }] : []),
    ...(references.length > 0 ? [{ name: "References", value: shortened(references).join(" ") }] : []),
    ...(isLanguage(mail.language) ? [{ name: "Content-Language", value: mail.language }] : []),
    ...(mail.automatic ? automaticHeaders : []),
    ...(mail.autocryptKey ? [autocryptHeader(mail.from, mail.autocryptKey)] : []),
  ];
}

/** What stands outside, told inside, so that the reader knows what was protected (RFC 9788 §2.2). */
export function hpOuter(outside: OutgoingHeaders) {
  return outside.map(({ name, value }) => ({
    key: "HP-Outer",
    value: { value: `${name}: ${MimeNode.encodeHeaderValue(name, value)}`, prepared: true, foldLines: true },
  }));
}

/** Blanks let the long text be folded; readers take them out. */
function autocryptHeader(from: Address, key: Uint8Array) {
  const keydata = (
    Buffer.from(key)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  ).join(" ");
  return { name: "Autocrypt", value: `addr=${addressOf(from).address}; keydata=${keydata}` };
}

function addressOf({ name, address }: Address): Address {
  const clean = cleanAddress(address);
  if (!clean) throw new Error("An outgoing mail has an address that is none");
  return { name: cleanLine(name, 200), address: clean };
}

function messageIdOf(messageId: string): string {
  if (!isMessageId(messageId)) throw new Error("An outgoing mail has a Message-ID that is none");
  return messageId;
}

function isMessageId(id: string): boolean {
  return /^<[\x21-\x3b\x3d\x3f-\x7e]{1,990}>$/.test(id);
}

/** The first and the last ones, which is what threads are joined by (RFC 5537 §3.4.4). */
function shortened(references: string[]): string[] {
  if (references.length <= mostReferences) return references;
  return [...references.slice(0, 1), ...references.slice(1 - mostReferences)];
}

function isLanguage(language: string | null): language is string {
  return language !== null && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$/.test(language);
}
