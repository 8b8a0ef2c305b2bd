import { isVersion } from "./crypto-layer.ts";
import { decodeText } from "./decode-text.ts";
import { explainFailure } from "./explain-failure.ts";
import { type Ciphertext, ciphertextIn, isCiphertext } from "./is-ciphertext.ts";
import { looksLikeText } from "./looks-like-file.ts";
import type { Attachment } from "./mail.ts";
import type { NotRead } from "./not-read.ts";
import { openOnce, type Tries } from "./open-envelope.ts";
import { isWholeMail } from "./read-decrypted.ts";
import { textFromHtml } from "./text-from-html.ts";

export type OpenedFile = {
  /** Files that came in clear, or encrypted and were not opened. */
  closed: Attachment[];
  opened: Attachment[];
  /** Words that came as a file without a name of its own: the text of a mail whose envelope was taken apart. */
  texts: string[];
  /** Files that are whole mails: PGP/MIME whose envelope a mail server took away. */
  mails: Uint8Array[];
  openedBy: string[];
  sessionHashes: string[];
  errant: string[];
  notRead: NotRead[];
  warnings: string[];
};

/** Decrypts a file that is a ciphertext, whatever it is called. One that does not open stays as it came. */
export async function openFile(file: Attachment, tries: Tries): Promise<OpenedFile> {
  const result: OpenedFile = {
    closed: [],
    opened: [],
    texts: [],
    mails: [],
    openedBy: [],
    sessionHashes: [],
    errant: [],
    notRead: [],
    warnings: [],
  };
  const ciphertext = ciphertextIn(file.bytes);
  if (ciphertext) await openCiphertext(result, file, ciphertext, tries);
  else result.closed.push(file);
  return result;
}

/** The control part of PGP/MIME says nothing when what it announces stands beside it. */
export function isBesideCiphertext({ bytes }: Attachment, all: Attachment[]): boolean {
  return isVersion(bytes) && all.some((file) => isCiphertext(file.bytes));
}

async function openCiphertext(
  result: OpenedFile,
  file: Attachment,
  ciphertext: Ciphertext,
  tries: Tries,
): Promise<void> {
  const opened = await openOnce(ciphertext.packets, tries);
  if (!opened.ok) {
    const why = explainFailure(opened.reason);
    result.closed.push(file);
    result.notRead.push({ sort: "OpenPGP message", where: file.filename, why });
    result.warnings.push(`an attached encrypted file was not opened: ${why}`);
    return;
  }
  if (!ciphertext.isAll) result.closed.push(file);
  const filename = plainName(file.filename);
  const content = { filename, contentType: "application/octet-stream", bytes: opened.bytes };
  if (opened.signature.signed !== "no") result.errant.push("signed file");
  if (opened.openedBy === null) {
    result.closed.push(content);
    return;
  }
  result.openedBy.push(opened.openedBy);
  result.sessionHashes.push(opened.sessionHash);
  if (isWholeMail(opened.bytes)) result.mails.push(opened.bytes);
  else if (isBodyName(file.filename) && looksLikeText(opened.bytes))
    result.texts.push(wordsOf(opened.bytes, tries.chosen));
  else result.opened.push(content);
}

function plainName(filename: string): string {
  return filename.replace(/\.(asc|gpg|pgp)$/i, "") || filename;
}

/** Names that programs give to the text of a mail: Exchange, GpgOL, PGP Desktop, Enigmail, and those that give none. */
function isBodyName(filename: string): boolean {
  return /^(att\d+|unnamed|noname|untitled|part[\d.-]*|gpgol\w*|pgpexch|(openpgp_)?encrypted(_message)?|message|msg|body|pgp|mail)(\.(dat|txt|htm|html|bin|asc|gpg|pgp|eml))*$/i.test(
    filename,
  );
}

function wordsOf(bytes: Uint8Array, chosen: string | undefined): string {
  const { text } = decodeText(bytes, undefined, { chosen });
  return /^\s*<(!doctype|html|head|body|div|p|pre|span|table)\b/i.test(text) ? textFromHtml(text).text : text;
}
