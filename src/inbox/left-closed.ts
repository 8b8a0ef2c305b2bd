import { type Budget, filesOfRests, warningsOfRests } from "../mime/budget.ts";
import { summarise } from "../mime/crypto-summary.ts";
import { listParts } from "../mime/list-parts.ts";
import type { Parsed } from "../mime/parse-mail.ts";
import { mailPart } from "../mime/read-part.ts";
import type { Opened } from "./open-mail.ts";

/** The mail of a program as it came, for one that holds a ciphertext which does not open: mostly our own, given back. */
export async function leftClosed(
  { mail, tree, contents }: Extract<Parsed, { ok: true }>,
  budget: Budget,
): Promise<Opened> {
  const rests = filesOfRests(budget);
  const attachments = [...mail.attachments, ...rests];
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
    attachments,
    parts: listParts(mailPart(tree, contents.part, rests), attachments),
    keyBlocks: [],
    encryption: "none",
    signature: crypto.signature,
    crypto,
    sessionHashes: [],
    marks: [],
    notRead: [],
    warnings: [
      ...mail.warnings,
      ...warningsOfRests(budget),
      "it holds an encrypted text that was not opened",
    ],
  };
}
