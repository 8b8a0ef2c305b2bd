import fc from "fast-check";
import { createMessage, encrypt, type Key } from "openpgp";
import type { MailReading } from "#src/inbox/mail-reading.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import type { ListedPart } from "#src/mime/list-parts.ts";
import type { Attachment } from "#src/mime/mail.ts";
import { entitiesOf, readTree } from "#src/mime/mime-tree.ts";
import type { SecretKeys } from "#src/openpgp/open-secret-keys.ts";

/** A part of a random mail: how it is made, and what stands in it. Each leaf holds a mark that must be found again. */
export type RandomPart =
  | {
      kind: "words";
      type: string;
      encoding: "7bit" | "base64" | "quoted-printable";
      html: boolean;
      picture: boolean;
    }
  | { kind: "file"; type: string; name: string; encoding: "base64" | "7bit" }
  | { kind: "uuencoded" }
  | { kind: "secret words"; shape: "plain" | "indented" | "quoted" | "one line"; html: boolean }
  | { kind: "secret file"; type: string; name: string }
  | {
      kind: "secret part";
      inside: RandomPart;
      envelope: "encrypted" | "mixed" | "octets";
      headerless: boolean;
    }
  | { kind: "mail"; inside: RandomPart; type: string }
  | { kind: "parts"; subtype: string; fault: Fault; around: Around; children: RandomPart[] };

type Around = "nothing" | "words" | "notice";
type Fault = "none" | "not closed" | "no boundary" | "another boundary" | "line of its own";

const { part } = fc.letrec<{ part: RandomPart; leaf: RandomPart }>((tie) => ({
  leaf: fc.oneof(
    fc.record({
      kind: fc.constant("words" as const),
      type: fc.constantFrom("text/plain", "text", "text/markdown", ""),
      encoding: fc.constantFrom("7bit" as const, "base64" as const, "quoted-printable" as const),
      html: fc.boolean(),
      picture: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("file" as const),
      type: fc.constantFrom(
        "application/octet-stream",
        "image/png",
        "application/pgp-encrypted",
        "text/plain",
      ),
      name: fc.constantFrom("a.txt", "a.txt", "b.dat", "winmail.dat", "smime.p7m"),
      encoding: fc.constantFrom("base64" as const, "7bit" as const),
    }),
    fc.constant({ kind: "uuencoded" as const }),
    fc.record({
      kind: fc.constant("secret words" as const),
      shape: fc.constantFrom("plain" as const, "indented" as const, "quoted" as const, "one line" as const),
      html: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("secret file" as const),
      type: fc.constantFrom("application/octet-stream", "application/pgp-encrypted", "text/plain"),
      name: fc.constantFrom("log.txt.gpg", "ATT00002", "noname", "x.asc", "gpgolPGP.dat"),
    }),
  ),
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    fc.record({
      kind: fc.constant("parts" as const),
      subtype: fc.constantFrom("mixed", "mixed", "alternative", "related", "x-unknown"),
      fault: fc.constantFrom<Fault>(
        "none",
        "none",
        "not closed",
        "no boundary",
        "another boundary",
        "line of its own",
      ),
      around: fc.constantFrom<Around>("nothing", "words", "notice"),
      children: fc.array(tie("part"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("secret part" as const),
      inside: tie("part"),
      envelope: fc.constantFrom("encrypted" as const, "mixed" as const, "octets" as const),
      headerless: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("mail" as const),
      inside: tie("part"),
      type: fc.constantFrom("message/rfc822", "message/global", "application/octet-stream"),
    }),
  ),
}));

export const randomPart = part;

type Making = { key: Key; marks: string[]; count: number; ciphertexts: number; depth: number };

/** A random mail, and what the desk made of it. */
export type RandomMail = { raw: Buffer; marks: string[]; reading: MailReading };

export async function readRandomMail(made: RandomPart, key: Key, keys: SecretKeys): Promise<RandomMail> {
  const making: Making = { key, marks: [], count: 0, ciphertexts: 0, depth: 0 };
  const entity = await entityOf(made, making);
  const head =
    "From: Nina <nina@example.org>\r\nTo: desk@example.org\r\nSubject: Parts\r\nMIME-Version: 1.0\r\n";
  const raw = Buffer.from(head + entity, "latin1");
  return { raw, marks: making.marks, reading: await readMail(raw, keys, "nobody@example.org") };
}

/** The marks of a random mail that nobody would find again; for a mail that was set aside, the reason. */
export function lostMarks({ marks, reading }: RandomMail): string[] {
  if (!reading.ok) return [`set aside: ${reading.reason}`];
  const files = reading.attachments.map(({ bytes }) => Buffer.from(bytes).toString("latin1"));
  const seen = [reading.text, ...reading.segments.map(({ text }) => text), ...files].join("\n");
  return marks.filter((mark) => !seen.includes(mark));
}

/**
 * What the list of parts of a random mail does not tell: an entity of the mail, or of a mail attached to it, that stands in
 * it not once; a fate that cannot be; a file that it does not lead to.
 */
export function untoldParts({ raw, reading }: RandomMail): string[] {
  if (!reading.ok) return [];
  const { parts, more } = reading.parts;
  const untold = more > 0 ? [`${more} are not listed`] : [];
  const [mail, ...below] = parts;
  if (mail) untold.push(...untoldOf(raw, below, 1, reading.attachments));
  const told = new Set(parts.map(({ file }) => file));
  for (const [place, { filename }] of reading.attachments.entries())
    if (!told.has(place)) untold.push(`no part is the file ${filename}`);
  for (const { became, what, file, name } of parts) {
    const isFile = became === "file" || became === "key" || became === "signature";
    if (isFile && (file === undefined || reading.attachments[file]?.filename !== name))
      if (name !== undefined || became === "file") untold.push(`${what} leads to no file`);
  }
  return untold;
}

/** Of one tree of MIME: `parts` are those of a mail, its header first, and the entities stand at `level` and below. */
function untoldOf(raw: Uint8Array, parts: ListedPart[], level: number, files: Attachment[]): string[] {
  const tree = readTree(raw);
  const entities = [...entitiesOf(tree)];
  const told = ofThisTree(parts, level);
  const expected = entities.map(({ type }) => type);
  if (told.map(({ what }) => what).join() !== expected.join())
    return [`the parts ${expected.join(", ")} are told as ${told.map(({ what }) => what).join(", ")}`];
  const outside = entities
    .flatMap((entity) => entity.outside)
    .filter((bytes) => /\S/.test(String(Buffer.from(bytes))));
  const toldOutside = ofThisTree(parts, level, /^(words outside|notice)/).length;
  if (toldOutside !== outside.length)
    return [`${outside.length} pieces stand outside of all parts, and ${toldOutside} are told`];
  return told.flatMap((part, index) => {
    const isLeaf = (entities[index]?.children.length ?? 0) === 0;
    const wrong = isLeaf === (part.became === "parts") ? [`${part.what} became ${part.became}`] : [];
    const inside = belowOf(parts, part);
    if (part.became === "opened" && inside.length === 0)
      wrong.push(`nothing is told of what ${part.what} held`);
    const file = part.file === undefined ? undefined : files[part.file];
    if (
      part.became === "read inside" &&
      /^message|octet/.test(part.what) &&
      file &&
      inside[0]?.what === "header"
    )
      wrong.push(...untoldOf(file.bytes, inside, part.level + 1, files));
    return wrong;
  });
}

/** Without what is inside a part that is no multipart: that is another tree, or a piece of the part. */
function ofThisTree(parts: ListedPart[], level: number, what = /^[\w-]+\//): ListedPart[] {
  let closedAt = Number.POSITIVE_INFINITY;
  return parts.filter((part) => {
    if (part.level <= closedAt) closedAt = Number.POSITIVE_INFINITY;
    if (part.level > closedAt || part.level < level) return false;
    if (part.became !== "parts") closedAt = part.level;
    return what.test(part.what);
  });
}

function belowOf(parts: ListedPart[], part: ListedPart): ListedPart[] {
  const rest = parts.slice(parts.indexOf(part) + 1);
  const end = rest.findIndex(({ level }) => level <= part.level);
  return end === -1 ? rest : rest.slice(0, end);
}

function newMark(making: Making): string {
  making.count += 1;
  const mark = `mark${making.count}of${(making.count * 7919 + 104_729).toString(36)}`;
  making.marks.push(mark);
  return mark;
}

const mostCiphertexts = 6;
const deepest = 2;

async function entityOf(made: RandomPart, making: Making): Promise<string> {
  if (made.kind === "parts") return await multipartOf(made, making);
  if (made.kind === "mail" && making.depth < deepest) {
    const inner = await deeper(making, () => entityOf(made.inside, making));
    const head = `From: Omar <omar@example.net>\r\nSubject: ${newMark(making)}\r\nDate: Tue, 01 Dec 2026 09:00:00 +0000\r\n`;
    const name = made.type.startsWith("message/")
      ? ""
      : "\r\nContent-Disposition: attachment; filename=a.eml";
    return `Content-Type: ${made.type}${name}\r\n\r\n${head}${inner}`;
  }
  if (made.kind === "secret part" && making.depth < deepest && making.ciphertexts < mostCiphertexts)
    return await secretPart(made, making);
  if (made.kind === "secret part" || made.kind === "mail") return await entityOf(made.inside, making);
  const mark = newMark(making);
  if (made.kind === "words") return wordsPart(made, mark);
  if (made.kind === "file") return filePart(made.type, made.name, made.encoding, `file ${mark}\r\n`);
  if (made.kind === "uuencoded") return `Content-Type: text/plain\r\n\r\nsee\r\n${uuencoded(`uu ${mark}`)}`;
  if (making.ciphertexts >= mostCiphertexts) return wordsPart(plainWords, mark);
  const armored = await sealed(`secret ${mark}`, making);
  if (made.kind === "secret file") return filePart(made.type, made.name, "7bit", armored);
  const text = shaped(armored, made.shape);
  return made.html
    ? `Content-Type: text/html\r\n\r\n<html><body><pre>${text}</pre></body></html>`
    : `Content-Type: text/plain\r\n\r\n${text}`;
}

const plainWords = {
  kind: "words",
  type: "text/plain",
  encoding: "7bit",
  html: false,
  picture: false,
} as const;

async function deeper<T>(making: Making, make: () => Promise<T>): Promise<T> {
  making.depth += 1;
  const made = await make();
  making.depth -= 1;
  return made;
}

async function sealed(text: string, making: Making): Promise<string> {
  making.ciphertexts += 1;
  const message = await createMessage({ binary: Buffer.from(text, "latin1") });
  return (await encrypt({ message, encryptionKeys: making.key })).trimEnd().replace(/\r?\n/g, "\r\n");
}

async function secretPart(
  { inside, envelope, headerless }: Extract<RandomPart, { kind: "secret part" }>,
  making: Making,
): Promise<string> {
  making.ciphertexts += 1;
  const text = headerless
    ? `Dear desk: ${newMark(making)}\r\n\r\nmore ${newMark(making)}`
    : await deeper(making, () => entityOf(inside, making));
  making.ciphertexts -= 1;
  const armored = await sealed(text, making);
  const octets = envelope === "octets" ? "application/octet-stream" : "application/pgp-encrypted";
  const type = envelope === "encrypted" ? 'encrypted; protocol="application/pgp-encrypted"' : "mixed";
  making.count += 1;
  const boundary = `e${making.count}`;
  const notice = "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\r\n";
  return (
    `Content-Type: multipart/${type}; boundary=${boundary}\r\n\r\n${notice}--${boundary}\r\nContent-Type: ${octets}\r\n\r\nVersion: 1\r\n` +
    `--${boundary}\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\n${armored}\r\n--${boundary}--\r\n`
  );
}

async function multipartOf(
  { subtype, fault, around, children }: Extract<RandomPart, { kind: "parts" }>,
  making: Making,
): Promise<string> {
  making.count += 1;
  const boundary = `b${making.count}`;
  const parts: string[] = [];
  for (const child of children) parts.push(await entityOf(child, making));
  const before = wordsAround(around, making);
  const after = fault === "not closed" ? "" : wordsAround(around, making);
  const named = {
    none: `; boundary="${boundary}"`,
    "not closed": `; boundary="${boundary}"`,
    "no boundary": "",
    "another boundary": '; boundary="never"',
    "line of its own": `;\r\nboundary="${boundary}"`,
  }[fault];
  const body = parts.map((one) => `--${boundary}\r\n${one}\r\n`).join("");
  const end = fault === "not closed" ? "" : `--${boundary}--\r\n${after}`;
  return `Content-Type: multipart/${subtype}${named}\r\n\r\n${before}${body}${end}`;
}

/** A notice for programs that know no MIME is left out, and named. */
function wordsAround(around: Around, making: Making): string {
  if (around === "notice") return "This is a multi-part message in MIME format.\r\n";
  return around === "words" ? `around ${newMark(making)}\r\n` : "";
}

function wordsPart(
  { type, encoding, html, picture }: Extract<RandomPart, { kind: "words" }>,
  mark: string,
): string {
  const image = picture
    ? `<img src="data:image/png;base64,${Buffer.from("a picture").toString("base64")}">`
    : "";
  const text = html ? `<p>words <b>${mark}</b></p>${image}` : `words ${mark}`;
  const named = html ? "Content-Type: text/html; charset=utf-8\r\n" : type ? `Content-Type: ${type}\r\n` : "";
  const encoded =
    encoding === "base64"
      ? Buffer.from(text).toString("base64")
      : text.replaceAll("=", "=3D").replace("words", "w=6Frds");
  const body = encoding === "7bit" ? text : encoded;
  return `${named}Content-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;
}

function filePart(type: string, name: string, encoding: string, content: string): string {
  const body =
    encoding === "base64"
      ? (
          Buffer.from(content, "latin1")
            .toString("base64")
            .match(/.{1,76}/g) ?? []
        ).join("\r\n")
      : content;
  return `Content-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`;
}

function shaped(armored: string, shape: Extract<RandomPart, { kind: "secret words" }>["shape"]): string {
  if (shape === "indented") return armored.replace(/^/gm, "  ");
  if (shape === "quoted") return armored.replace(/^/gm, "> ");
  return shape === "one line"
    ? armored.replace(/\s+/g, " ").replace("-----BEGINPGP", "-----BEGIN PGP")
    : armored;
}

function uuencoded(text: string): string {
  const bytes = Buffer.from(text);
  const letter = (six: number) => String.fromCharCode(six === 0 ? 0x60 : six + 0x20);
  let line = letter(bytes.length);
  for (let at = 0; at < bytes.length; at += 3) {
    const all = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    line += [18, 12, 6, 0].map((shift) => letter((all >> shift) & 63)).join("");
  }
  return `begin 644 old.txt\r\n${line}\r\n\`\r\nend\r\n`;
}
