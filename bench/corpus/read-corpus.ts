import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MailReaders } from "#src/inbox/mail-readers.ts";
import type { MailReading } from "#src/inbox/mail-reading.ts";
import type { PinnedKey } from "#src/mime/crypto-summary.ts";

export type CorpusFile = { name: string; type: string; size: number; sha256: string };

/** What the desk makes of one mail, as `--json` prints it. */
export type CorpusRecord = {
  file: string;
  outcome: "read" | "set aside";
  /** Why it was set aside. */
  reason: string | null;
  /** "report" is WhisperBack's; null where nothing was read. */
  sender: "person" | "report" | "automatic" | "list" | "bounce" | null;
  subject: string;
  from: { name: string; address: string } | null;
  text: string;
  files: CorpusFile[];
  encryption: "none" | "encrypted" | "partly" | null;
  signature: string | null;
  signedBy: string | null;
  marks: string[];
  warnings: string[];
  /** Whether something encrypted, or a key, could not be read, and what. */
  notOpened: boolean;
  notRead: { sort: string; where: string; why: string }[];
  /** Why no automatic reply may go out. */
  noAutomaticReply: string | null;
  keys: string[];
  /** Message-IDs in the form of the desk's own: those it answers, and the one that came back. */
  ids: { answers: string[]; cameBack: string | null };
  milliseconds: number;
};

/** The record, and hashes of its files as other programs give them: line ends of text files as LF. */
export type CorpusMail = { record: CorpusRecord; lines: Set<string> };

/** The files below a folder, in the order of their names. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Reads one mail as the worker does: a second time with the keys that are confirmed for whom it names as its sender. */
export async function readCorpusMail(
  file: string,
  readers: Pick<MailReaders, "read">,
  confirmed: PinnedKey[],
): Promise<CorpusMail> {
  const raw = await readFile(file);
  const began = performance.now();
  const first = await readers.read(raw);
  const pinned = first.ok && first.signature !== "no" ? keysFor(first.from?.address, confirmed) : [];
  const reading = pinned.length > 0 ? await readers.read(raw, pinned) : first;
  const record = recordOf(file, reading, Math.round(performance.now() - began));
  return {
    record,
    lines: new Set(reading.ok ? reading.attachments.flatMap(({ bytes }) => hashesOf(bytes)) : []),
  };
}

function hashesOf(bytes: Uint8Array): string[] {
  const withLineFeeds = Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll("\r\n", "\n"), "latin1");
  return [sha256(bytes), sha256(withLineFeeds)];
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function keysFor(address: string | undefined, confirmed: PinnedKey[]): PinnedKey[] {
  return confirmed.filter((key) => key.address.toLowerCase() === address?.toLowerCase());
}

function recordOf(file: string, reading: MailReading, milliseconds: number): CorpusRecord {
  if (!reading.ok) return { ...nothing, file, outcome: "set aside", reason: reading.reason, milliseconds };
  return {
    file,
    outcome: "read",
    reason: null,
    sender: reading.report ? "report" : senderOf(reading),
    subject: reading.subject,
    from: reading.from,
    text: reading.text,
    files: reading.attachments.map(({ filename, contentType, bytes }) => ({
      name: filename,
      type: contentType,
      size: bytes.length,
      sha256: sha256(bytes),
    })),
    encryption: reading.crypto.encryption,
    signature: reading.signature,
    signedBy: reading.crypto.signedBy,
    marks: reading.marks,
    warnings: reading.warnings,
    notOpened: reading.notRead.length > 0,
    notRead: reading.notRead,
    noAutomaticReply: reading.noAutomaticAnswer,
    keys: reading.offeredKeys.map(({ fingerprint }) => fingerprint),
    ids: {
      answers: reading.references.filter(looksLikeOurs),
      cameBack: reading.bounceOf.find(looksLikeOurs) ?? null,
    },
    milliseconds,
  };
}

/** What looks like an automatic answer is one where it answers us; else it opens a ticket as a person's mail does. */
function senderOf({ sender, references }: Extract<MailReading, { ok: true }>) {
  if (sender !== "likely automatic") return sender;
  return references.some(looksLikeOurs) ? "automatic" : "person";
}

const nothing = {
  sender: null,
  subject: "",
  from: null,
  text: "",
  files: [],
  encryption: null,
  signature: null,
  signedBy: null,
  marks: [],
  warnings: [],
  notOpened: false,
  notRead: [],
  noAutomaticReply: null,
  keys: [],
  ids: { answers: [], cameBack: null },
} satisfies Partial<CorpusRecord>;

/** Whether it is one of ours is proven by a keyed code, which only the desk's master key can check. */
function looksLikeOurs(messageId: string): boolean {
  return /^<[0-9a-f]{32}\.[0-9a-f]{32}@[^@<>\s]+>$/i.test(messageId);
}
