import { explainFailure } from "./explain-failure.ts";
import { findPgp } from "./find-pgp.ts";
import type { Attachment } from "./mail.ts";
import { openOnce, type Tries } from "./open-envelope.ts";

export type OpenedFiles = {
  /** Files that came in clear, or encrypted and were not opened. */
  closed: Attachment[];
  opened: Attachment[];
  /** Files that are whole mails: PGP/MIME whose envelope a mail server took away. */
  mails: Uint8Array[];
  openedBy: string[];
  sessionHashes: string[];
  errant: string[];
  warnings: string[];
};

/** Decrypts attached `.asc`, `.gpg` and `.pgp` files. One that does not open stays as it came, with a warning. */
export async function openFiles(attachments: Attachment[], tries: Tries): Promise<OpenedFiles> {
  const result: OpenedFiles = {
    closed: attachments,
    opened: [],
    mails: [],
    openedBy: [],
    sessionHashes: [],
    errant: [],
    warnings: [],
  };
  const place = findPgp({
    text: "",
    attachments: attachments.filter(({ contentType }) => contentType !== control),
  });
  if (place.kind !== "attached") return result;

  result.closed = attachments.filter((one) => !place.wrapping.includes(one));
  for (const [index, { filename, ciphertext }] of place.files.entries()) {
    const closed = place.wrapping[index];
    const opened = await openOnce(ciphertext, tries);
    if (!opened.ok) {
      if (closed) result.closed.push(closed);
      result.warnings.push(`an attached encrypted file was not opened: ${explainFailure(opened.reason)}`);
      continue;
    }
    if (opened.signature.signed !== "no") result.errant.push("signed file");
    if (opened.openedBy === null) {
      result.closed.push({ filename, contentType: "application/octet-stream", bytes: opened.bytes });
      continue;
    }
    result.openedBy.push(opened.openedBy);
    result.sessionHashes.push(opened.sessionHash);
    if (isWholeMail(opened.bytes)) result.mails.push(opened.bytes);
    else result.opened.push({ filename, contentType: "application/octet-stream", bytes: opened.bytes });
  }
  return result;
}

const control = "application/pgp-encrypted";

function isWholeMail(bytes: Uint8Array): boolean {
  const begin = Buffer.from(bytes.subarray(0, 4000)).toString("latin1");
  return /^([!-9;-~]+:[^\n]*\n([ \t][^\n]*\n)*){0,20}?content-type:[^\n]*\//i.test(begin);
}
