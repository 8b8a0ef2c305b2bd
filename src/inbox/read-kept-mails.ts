import type { Signature } from "../acknowledgements/text.ts";
import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { type ClaimedMail, claimMails, LeaseLost, rawMail } from "./claim-mails.ts";
import { type MailReaders, ReadingStopped } from "./mail-readers.ts";
import { readWithKeys } from "./read-with-keys.ts";
import { type Outcome, readSorting, receiveMail, type Sorting, setAside } from "./receive.ts";

export type Reader = {
  readers: MailReaders;
  /** How long a lost worker's mails wait; more than the readers need for a batch at their time limit. */
  leaseSeconds?: number;
  mailSizeLimit: number;
  /** Who acknowledges mail, for the queues that do. */
  desk?: Signature;
  /** Aborted when the program ends: no further mail is begun. */
  stopping?: AbortSignal;
  /** Called for a mail that could not be stored now; it is tried again when its lease ends. */
  onFailure(error: unknown): void;
};

/** So many mails are in the hand of a worker at once; when half of them are done it claims others. */
const inHand = 16;
/** A mail that ended the program or the transaction so often is not tried again by itself. */
const mostAttempts = 8;

/** Reads the kept mails that wait, several at a time, until none is left. Returns how many became something. */
export async function readKeptMails(db: Database, vault: Vault, reader: Reader): Promise<number> {
  const begun = new Set<Promise<void>>();
  let [unread, finished] = [0, 0];
  const leaseSeconds = reader.leaseSeconds ?? 120;
  // Also when each takes as long as one may, they must be read before their leases end.
  const mostUnread = Math.min(inHand, reader.readers.surelyReadWithin(leaseSeconds));
  try {
    while (!reader.stopping?.aborted) {
      const room = Math.min(inHand - begun.size, mostUnread - unread);
      const mails = await claimMails(db, room, leaseSeconds);
      if (mails.length === 0 && begun.size === 0) break;
      // Not where none was claimed: the last one in hand may be done meanwhile, and nothing would be left to wait for.
      if (mails.length > 0) {
        const sorting = await readSorting(db, vault, reader.desk);
        for (const mail of mails) {
          unread += 1;
          const isRead = () => {
            unread -= 1;
          };
          const reading = readOne(db, vault, reader, mail, sorting, isRead).then((outcome) => {
            if (outcome) finished += 1;
            begun.delete(reading);
          });
          begun.add(reading);
        }
      }
      do await Promise.race(begun);
      while (begun.size > inHand / 2 || unread > mostUnread / 2);
    }
  } finally {
    await Promise.allSettled(begun);
  }
  return finished;
}

async function readOne(
  db: Database,
  vault: Vault,
  reader: Reader,
  mail: ClaimedMail,
  sorting: Sorting,
  isRead: () => void,
): Promise<Outcome | null> {
  try {
    const reading = await read(db, vault, reader, mail).finally(isRead);
    return await receiveMail(db, vault, mail, reading, sorting);
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof ReadingStopped) return null;
    reader.onFailure(error);
    return await giveUpIfHopeless(db, reader, mail, error);
  }
}

async function read(db: Database, vault: Vault, reader: Reader, mail: ClaimedMail) {
  const unread = async (reason: string) =>
    await reader.readers.setAsideUnread(await rawMail(db, vault, mail), reason);
  if (mail.sizeBytes > reader.mailSizeLimit) {
    const megabytes = Math.round(reader.mailSizeLimit / 1_000_000);
    return await unread(`Larger than ${megabytes} MB: it was kept and not read`);
  }
  if (mail.attempts > mostAttempts) {
    return await unread(`Reading it was interrupted ${mostAttempts} times: it may stop the program`);
  }
  return await readWithKeys(db, vault, reader.readers, await rawMail(db, vault, mail));
}

/**
 * Errors of the connection pass, and most have no code; one that lies in the mail itself comes again each time (SQLSTATE
 * classes 22 and 23).
 */
async function giveUpIfHopeless(
  db: Database,
  reader: Reader,
  mail: ClaimedMail,
  error: unknown,
): Promise<Outcome | null> {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const inTheMail = /^2[23]/.test(code) || !code;
  if (!inTheMail || mail.attempts < (code ? 2 : 5)) return null;
  try {
    return await setAside(db, mail, `It could not be stored (${code || "error of the program"})`);
  } catch (again) {
    if (!(again instanceof LeaseLost)) reader.onFailure(again);
    return null;
  }
}
