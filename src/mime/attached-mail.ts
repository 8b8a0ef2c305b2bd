import type { Piece } from "./contents.ts";
import type { Mail } from "./mail.ts";

/** The heading of a mail that was attached to another one, in the words of its own header, which nobody proved. */
export type AttachedMail = {
  subject: string;
  /** Such as "Omar <omar@example.net>"; "" when it does not say. */
  from: string;
  /** ISO 8601; null when absent or unreadable. */
  date: string | null;
};

/** Whether a file is a whole mail that somebody attached (RFC 2046 §5.2.1, RFC 6532 §3.7), also without its type. */
export function isAttachedMail({ entity, file }: Extract<Piece, { kind: "file" }>): boolean {
  if (/^message\/(rfc822|global|news)$/.test(entity.type)) return true;
  const isNamed = /\.(eml|mht|mhtml)$/i.test(file.filename);
  const isUnnamed = entity.type === "application/octet-stream" && /^(unnamed|att\d+.*)$/i.test(file.filename);
  return (isNamed || isUnnamed) && looksLikeMail(file.bytes);
}

const fields = /^(from|to|subject|date|message-id|received|return-path|mime-version|content-type)[ \t]*:/i;

/** A header, of whose fields three are those of a mail. */
function looksLikeMail(bytes: Uint8Array): boolean {
  const begin = Buffer.from(bytes.subarray(0, 16_384)).toString("latin1");
  const names = new Set<string>();
  for (const line of begin.split(/\r?\n/)) {
    if (/^>?From [^:]/.test(line) && names.size === 0) continue;
    if (!/^[!-9;-~]+[ \t]*:|^[ \t]+\S/.test(line)) break;
    const name = fields.exec(line)?.[1]?.toLowerCase();
    if (name) names.add(name);
  }
  return names.size >= 3;
}

/** Its heading; what stands inside its encryption comes before what stands outside. */
export function headingOf(outer: Mail, inner: Mail): AttachedMail {
  const [from] = inner.from.length > 0 ? inner.from : outer.from;
  const date = inner.date ?? outer.date;
  return {
    subject: inner.subject || outer.subject,
    from: from ? `${from.name} <${from.address}>`.trim() : "",
    date: date?.toISOString() ?? null,
  };
}
