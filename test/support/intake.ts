import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Database } from "#src/database.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { type MailReaders, type MailReadersOptions, startMailReaders } from "#src/inbox/mail-readers.ts";
import { type Reader, readKeptMails } from "#src/inbox/read-kept-mails.ts";
import { readMail, setAsideUnread } from "#src/inbox/read-mail.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { openVault } from "#src/vault/master-key.ts";
import type { Vault } from "#src/vault/vault.ts";
import { createTestDatabase, type Ending } from "./postgres.ts";

export const fixtures = join(import.meta.dirname, "../fixtures");
export const deskAddress = "support@example.org";
export const deskSecretKey = readFileSync(join(fixtures, "mails/TEST-ONLY-helpdesk-secret.asc"), "utf8");

/** A raw mail of the corpus in test/fixtures/mails. */
export function fixtureMail(name: string): Buffer {
  return readFileSync(join(fixtures, "mails", `${name}.eml`));
}

export type Intake = {
  db: Database;
  url: string;
  vault: Vault;
  readers: MailReaders;
  /** Takes raw mails over and reads them, as the worker does after it fetched them. */
  deliver: (...raws: (Buffer | string)[]) => Promise<void>;
  read: () => Promise<number>;
};

/** A database, a vault and what reads mail with the test key of the desk. */
export async function startIntake(t: Ending): Promise<Intake> {
  const { db, url } = await createTestDatabase(t);
  const vault = await openVault(db, randomBytes(32));
  const readers = readHere();
  const failures: unknown[] = [];
  const reader: Reader = { readers, mailSizeLimit: 50_000_000, onFailure: (error) => failures.push(error) };
  const read = async () => {
    const finished = await readKeptMails(db, vault, reader);
    if (failures.length > 0) throw failures[0];
    return finished;
  };
  let uid = 0;
  await db("mailboxes").insert({ name: "INBOX" });
  return {
    db,
    url,
    vault,
    readers,
    read,
    async deliver(...raws) {
      const mails = raws.map((raw) => ({
        uid: ++uid,
        raw: Buffer.from(raw),
        sizeBytes: Buffer.byteLength(raw),
      }));
      await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, mails);
      await read();
    },
  };
}

/** Processes that read mail, stopped at the end of the test. */
export function startReaders(t: Ending, limits: Partial<MailReadersOptions> = {}): MailReaders {
  const own = startMailReaders({ processes: 1, secretKeys: [deskSecretKey], deskAddress, ...limits });
  t.after(() => own.stop());
  return own;
}

/** Reads in this process, for one of its own takes two seconds to start; what would pass between them is copied as there. */
function readHere(): MailReaders {
  const keys = openSecretKeys([deskSecretKey]);
  const copy = <Value>(value: Value): Value => deserialize(serialize(value));
  return {
    read: async (raw, pinned = [], chosen) =>
      copy(await readMail(copy(raw), await keys, deskAddress, copy(pinned), chosen)),
    setAsideUnread: async (raw, reason) => copy(await setAsideUnread(copy(raw), reason)),
    surelyReadWithin: (seconds) => Math.max(1, Math.floor(seconds / 20) - 1),
    stop: async () => {},
  };
}

/** A plain mail as a person's program sends it. */
export function plainMail(
  mail: { from?: string; subject?: string; text?: string; headers?: string[] } = {},
): string {
  return [
    `From: ${mail.from ?? "Nina Example <nina@example.org>"}`,
    "To: support@example.org",
    `Subject: ${mail.subject ?? "Printing does not work"}`,
    "Date: Sat, 21 Nov 2026 10:00:00 +0000",
    `Message-ID: <${randomBytes(8).toString("hex")}@example.org>`,
    ...(mail.headers ?? []),
    "",
    mail.text ?? "Hello, my printer does not print any more since the last upgrade of the system.",
    "",
  ].join("\r\n");
}
