import { type Budget, newBudget } from "./budget.ts";
import { cleanLine } from "./clean-line.ts";
import { type Contents, contentsOf } from "./contents.ts";
import { decodeWords } from "./decode-words.ts";
import type { Header, Mail } from "./mail.ts";
import { type Entity, readTree } from "./mime-tree.ts";
import { rawMail } from "./raw-mail.ts";
import { readAddresses } from "./read-addresses.ts";
import { readBody } from "./read-body.ts";
import { readDate } from "./read-date.ts";
import { firstHeader, headerValues, readHeaders } from "./read-headers.ts";

/** A mail with the tree that it was read from, and what stands in it. */
export type Parsed =
  | { ok: true; mail: Mail; tree: Entity; contents: Contents }
  | { ok: false; reason: string };

/**
 * Reads a raw mail, however broken. Where a header that may come once comes twice, the first counts. `chosen` is a charset
 * that a person chose for its words. Never throws.
 */
export async function parseMail(
  raw: Uint8Array,
  budget: Budget = newBudget(),
  chosen?: string,
): Promise<Parsed> {
  return parseEntity(() => readTree(rawMail(raw), budget), chosen);
}

/** The same, of an entity that was read already. */
export function parseEntity(entity: Entity | (() => Entity), chosen?: string): Parsed {
  try {
    const tree = typeof entity === "function" ? entity() : entity;
    if (tree.problem) return { ok: false, reason: tree.problem };
    const contents = contentsOf(tree, chosen);
    return { ok: true, mail: mailOf(tree, contents, chosen), tree, contents };
  } catch (error) {
    // What the parser says may quote the mail, so only the kind of error goes outside.
    return {
      ok: false,
      reason: `cannot be parsed (${error instanceof Error ? error.name : "unknown error"})`,
    };
  }
}

function mailOf({ headers: asGuessed, fields }: Entity, contents: Contents, chosen?: string): Mail {
  const near = chosen ?? contents.charset;
  const isRaw = near && fields.some(({ line }) => /[\x80-\xff]/.test(line));
  const headers = isRaw ? readHeaders(fields, near, chosen) : asGuessed;
  const warnings = warningsAbout(headers);
  const decode = (text: string) => decodeWords(text, near);
  const read = (name: string) => readAddresses(name, headers, decode, warnings);
  return {
    headers,
    messageId: messageIds(firstHeader(headers, "message-id") ?? "")[0] ?? null,
    inReplyTo: messageIds(headerValues(headers, "in-reply-to").join(" ")),
    references: messageIds(headerValues(headers, "references").join(" ")),
    from: read("from"),
    to: read("to"),
    cc: read("cc"),
    replyTo: read("reply-to"),
    subject: cleanLine(decode(firstHeader(headers, "subject") ?? ""), 2000),
    date: readDateHeader(headers, warnings),
    ...readBody(contents),
    warnings: [...warnings, ...contents.warnings],
  };
}

const onlyOnce = ["from", "sender", "reply-to", "to", "cc", "message-id", "date", "subject"];

function warningsAbout(headers: Header[]): string[] {
  return onlyOnce
    .filter((name) => headerValues(headers, name).length > 1)
    .map(
      (name) =>
        `more than one ${titleOf(name)} header, ${name === "reply-to" ? "all are shown" : "the first is taken"}`,
    );
}

function titleOf(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
}

function readDateHeader(headers: Header[], warnings: string[]): Date | null {
  const value = firstHeader(headers, "date");
  if (value === null) return null;
  const date = readDate(value);
  if (!date) warnings.push("unreadable Date");
  return date;
}

const mostMessageIds = 500;

function messageIds(value: string): string[] {
  const ids = value.match(/<[^<>\s]{1,995}>/g) ?? [];
  return [...new Set(ids)].slice(-mostMessageIds);
}
