import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPgp } from "../mime/find-pgp.ts";
import type { Mail } from "../mime/mail.ts";
import { parseMail } from "../mime/parse-mail.ts";
import { decrypt } from "../openpgp/decrypt.ts";
import { openSecretKeys } from "../openpgp/open-secret-keys.ts";
import type { DemoPeople } from "./demo-people.ts";

/** One mail as its reader in the demo sees it, opened with that person's key. */
export type ReceivedMail = {
  number: string;
  to: string;
  outerSubject: string;
  subject: string;
  text: string;
  messageId: string | null;
  protection: "encrypted" | "clear";
  signed: "no" | "cannot check" | "bad" | "good";
  problem: string | null;
  raw: string;
};

/** Keeps what the desk sent, before the SMTP server says that it has it. */
export function keepReceived(folder: string, raw: Buffer): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const number = String(readdirSync(folder).filter((file) => file.endsWith(".eml")).length + 1).padStart(
    5,
    "0",
  );
  writeFileSync(join(folder, `${number}.new`), raw);
  renameSync(join(folder, `${number}.new`), join(folder, `${number}.eml`));
}

/** All mails that the demo's people received, newest first. */
export async function readReceived(
  folder: string,
  people: DemoPeople,
  deskPublicKey: string,
): Promise<ReceivedMail[]> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = readdirSync(folder).filter((file) => file.endsWith(".eml"));
  const mails = files.sort().reverse();
  return await Promise.all(
    mails.map((file) => readOne(join(folder, file), file.slice(0, -4), people, deskPublicKey)),
  );
}

async function readOne(
  path: string,
  number: string,
  people: DemoPeople,
  deskPublicKey: string,
): Promise<ReceivedMail> {
  const raw = readFileSync(path);
  const outer = await parseMail(raw);
  if (!outer.ok) throw new Error(`The demo received a mail that ${outer.reason}`);
  const { mail } = outer;
  const place = findPgp(mail);
  const shown = {
    number,
    raw: raw.toString("latin1"),
    outerSubject: mail.subject,
    messageId: mail.messageId,
  };
  const to = mail.to[0]?.address ?? "";
  const clear = {
    ...shown,
    to,
    subject: mail.subject,
    text: mail.text,
    signed: "no" as const,
    problem: null,
  };
  if (place.kind !== "pgp-mime") return { ...clear, protection: "clear" };

  const keys = await openSecretKeys(people.knownKeys().map(({ secret }) => secret));
  const opened = await decrypt(place.ciphertext, keys, [deskPublicKey]);
  if (!opened.ok) return { ...clear, protection: "encrypted", problem: opened.reason };
  const inner: Mail | null = await parseMail(opened.bytes).then((parsed) => (parsed.ok ? parsed.mail : null));
  const { subject = "", text = "" } = inner ?? {};
  return { ...clear, subject, text, protection: "encrypted", signed: opened.signed };
}
