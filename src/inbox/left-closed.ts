import { summarise } from "../mime/crypto-summary.ts";
import type { Mail } from "../mime/mail.ts";
import type { Opened } from "./open-mail.ts";

/** The mail of a program as it came, for one that holds a ciphertext which does not open: mostly our own, given back. */
export async function leftClosed(mail: Mail): Promise<Opened> {
  const crypto = await summarise({
    outer: mail,
    inner: null,
    layers: [],
    inline: { checks: [], wholeMail: false },
    openedInside: false,
    encryption: "none",
    encryptedTo: [],
    errant: [],
    pinned: [],
  });
  return {
    ok: true,
    subject: mail.subject,
    text: mail.text,
    segments: [{ sort: "plain", text: mail.text }],
    cleartext: mail.text,
    inner: null,
    attachments: mail.attachments,
    keyBlocks: [],
    encryption: "none",
    signature: crypto.signature,
    crypto,
    sessionHashes: [],
    marks: [],
    notRead: [],
    warnings: [...mail.warnings, "it holds an encrypted text that was not opened"],
  };
}
