import type { Mail } from "./mail.ts";

const longestNotice = 16 * 1024;
const longestCopy = 256 * 1024;
const longestText = 4 * 1024 * 1024;
const mostIds = 40;

/** The types of parts in which a server gives a mail back, whole or its headers (RFC 6522 §3, RFC 6533 §4). */
export function isReturnedPart(contentType: string): boolean {
  return /^(message\/(rfc822|global|rfc822-headers|global-headers|partial)|text\/(rfc822|rfc822-headers?|global-headers))$/.test(
    contentType,
  );
}

/** What a mail says in front of the copy of another mail, its beginning alone. */
export function noticeOf({ text }: Mail): string {
  const begin = text.slice(0, longestNotice);
  const copy = begin.search(copyBegins);
  return copy === -1 ? begin : begin.slice(0, copy);
}

/** Lines with which qmail, Exim, sendmail, Exchange, Domino and others begin the copy, or its first header field. */
const copyBegins =
  /^[ \t>|]{0,8}(?:-{2,} ?(?:below this line|this is a copy|original message|returned message|unsent message|begin (?:original )?message|the header|header|copy of|start of|message header|ihre nachricht|originalnachricht|ursprüngliche|message (?:d'origine|original)|mensaje original|messaggio originale|mensagem original|oorspronkelijk|исходное|元のメッセージ|原始邮件)|(?:return-path|received|message-id|x-mailer|mime-version): |original message headers?:|the (?:original )?(?:message|mail) (?:headers?|was|is) (?:follows?|attached)?:?$|your (?:original )?message (?:reads|follows|is attached)|the body of the message is|reporting-mta: |--- (?:enclosed|undelivered|the message))/im;

/**
 * The Message-IDs of mails that a mail of a server gives back or tells about, with their angle brackets: from the parts
 * that hold a returned mail, its headers or a status, from the text, and from its own In-Reply-To and nearest reference.
 * They prove nothing alone: those of ours prove themselves.
 */
export function returnedIds(mail: Mail): string[] {
  const copies = mail.attachments
    .slice(0, 50)
    .map(({ bytes }) => Buffer.from(bytes.subarray(0, longestCopy)).toString("utf8"));
  const fields = [mail.text.slice(0, longestText), ...copies].flatMap((text) => idsInFields(text));
  const parent = mail.headers
    .filter(({ name }) => idHeaders.includes(name))
    .map(({ value }) => bracketed(value));
  const near = [...mail.inReplyTo.slice(-1), ...mail.references.slice(-1)];
  return [...new Set([...fields, ...parent, ...near])].slice(0, mostIds);
}

const idHeaders = ["original-message-id", "x-original-message-id", "x-ms-exchange-parent-message-id"];

/** Fields of a header that name the mail itself, also indented, quoted or folded. */
function idsInFields(text: string): string[] {
  const pattern =
    /^[ \t>|*]{0,20}(?:x-)?(?:original-|failed-)?message[- ]?id[ \t]{0,20}[:=][ \t]{0,20}(?:\r?\n[ \t>|]{1,20})?(<?[^<>\s@]{1,200}@[^<>\s@]{1,255}>?)/gim;
  return [...text.matchAll(pattern)].slice(0, mostIds).map(([, id = ""]) => bracketed(id));
}

function bracketed(id: string): string {
  return `<${id.trim().replace(/^<|>$/g, "")}>`;
}
