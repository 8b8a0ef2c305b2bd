import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import type { Database } from "#src/database.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { type MailReaders, type MailReadersOptions, startMailReaders } from "#src/inbox/mail-readers.ts";
import { type Reader, readKeptMails } from "#src/inbox/read-kept-mails.ts";
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
  deliver(...raws: (Buffer | string)[]): Promise<void>;
  read(): Promise<number>;
};

/** A database, a vault and mail readers that hold the test key of the desk. */
export async function startIntake(t: Ending): Promise<Intake> {
  const { db, url } = await createTestDatabase(t);
  const vault = await openVault(db, randomBytes(32));
  const readers = sharedReaders();
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

/** Readers of its own for a test that asks for other limits, stopped at its end. */
export function startReaders(t: Ending, limits: Partial<MailReadersOptions> = {}): MailReaders {
  const own = startMailReaders({ processes: 1, secretKeys: [deskSecretKey], deskAddress, ...limits });
  t.after(() => own.stop());
  return own;
}

let readers: MailReaders | undefined;

/** One process for all tests of a file: starting one takes a second. */
function sharedReaders(): MailReaders {
  readers ??= startMailReaders({ processes: 1, secretKeys: [deskSecretKey], deskAddress });
  return readers;
}

after(() => readers?.stop());

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
