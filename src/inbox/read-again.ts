import { randomUUID } from "node:crypto";
import { type Database, sendTogether } from "../database.ts";
import { rememberEncryption } from "../people/person-of-address.ts";
import { changeReading } from "../tickets/change-reading.ts";
import type { Vault } from "../vault/vault.ts";
import { LeaseLost, rawMail } from "./claim-mails.ts";
import { copiedCiphertexts } from "./copied-ciphertexts.ts";
import { type MailReaders, ReadingStopped } from "./mail-readers.ts";
import type { MailReading } from "./mail-reading.ts";
import { readWithKeys } from "./read-with-keys.ts";
import { rememberOfReport } from "./receive.ts";
import { storeOfferedKeys } from "./store-offered-keys.ts";

export type AgainReader = {
  readers: Pick<MailReaders, "read">;
  leaseSeconds?: number;
  stopping?: AbortSignal;
  onFailure(error: unknown): void;
};

type Asked = { mail_id: string; attempts: number; lease_token: string; charset: string | null };
type Result =
  | { result: "changed" | "same" | "no copy"; reason?: undefined }
  | { result: "not read"; reason: string };

const mostAttempts = 3;

/**
 * Reads mails again that the staff asked for, from their raw copies, and changes what their messages say. Nothing becomes
 * a ticket or a message by it. Any number of workers may do this at once. Returns how many were done.
 */
export async function readMailsAgain(db: Database, vault: Vault, reader: AgainReader): Promise<number> {
  let done = 0;
  while (!reader.stopping?.aborted) {
    const asked = await claimAsked(db, reader.leaseSeconds ?? 120);
    if (asked.length === 0) break;
    const results = await sendTogether(asked.map((one) => readOne(db, vault, reader, one)));
    done += results.filter(Boolean).length;
  }
  return done;
}

async function claimAsked(db: Database, leaseSeconds: number): Promise<Asked[]> {
  const result = await db.raw(
    `update read_again set attempts = attempts + 1, lease_token = :leaseToken,
       leased_until = now() + make_interval(secs => :leaseSeconds)
     where mail_id in (
       select mail_id from read_again where done_at is null and (leased_until is null or leased_until < now())
       order by asked_at, mail_id limit 4 for update skip locked)
     returning mail_id, attempts, lease_token, charset`,
    { leaseToken: randomUUID(), leaseSeconds },
  );
  return result.rows;
}

/** True when it is done, whatever came of it. One that was lost on the way comes again when its lease ends. */
async function readOne(db: Database, vault: Vault, reader: AgainReader, asked: Asked): Promise<boolean> {
  try {
    const reading = await readFromCopy(db, vault, reader, asked);
    await db.transaction(async (trx) => {
      await holdAsked(trx, asked);
      await finishAsked(trx, asked, await apply(trx, vault, asked, reading));
    });
    return true;
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof ReadingStopped) return false;
    reader.onFailure(error);
    return false;
  }
}

async function readFromCopy(
  db: Database,
  vault: Vault,
  reader: AgainReader,
  { mail_id, attempts, charset }: Asked,
): Promise<MailReading | null> {
  if (attempts > mostAttempts)
    return { ok: false, reason: `Reading it was interrupted ${mostAttempts} times` };
  const mail = await db("mails")
    .join("vault_keys", "vault_keys.id", "mails.key_id")
    .where("mails.id", mail_id)
    .first("mails.sealed_raw", "mails.key_id", "vault_keys.wrapped_key");
  if (!mail?.sealed_raw) return null;
  const key = { id: mail.key_id, wrapped_key: mail.wrapped_key };
  const raw = await rawMail(db, vault, { id: mail_id, key, sealedRaw: mail.sealed_raw });
  return await readWithKeys(db, vault, reader.readers, raw, charset ?? undefined);
}

async function apply(
  trx: Database,
  vault: Vault,
  { mail_id, charset }: Asked,
  reading: MailReading | null,
): Promise<Result> {
  if (!reading) return { result: "no copy" };
  if (!reading.ok) return { result: "not read", reason: reading.reason };
  await rememberOfPerson(trx, vault, mail_id, reading);
  const changed = await changeReading(trx, vault, mail_id, {
    ...reading,
    readAs: charset,
    isReport: reading.report !== null,
    newMarks: [...reading.marks, ...(await copiedCiphertexts(trx, vault, reading, { readBefore: true }))],
  });
  return { result: changed ? "changed" : "same" };
}

/** What opens only now says of the person what it would have said then. */
async function rememberOfPerson(
  trx: Database,
  vault: Vault,
  mailId: string,
  reading: Extract<MailReading, { ok: true }>,
): Promise<void> {
  const message = await trx("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ mail_id: mailId, kind: "from_user" })
    .first("messages.id", "ticket_id", "person_id", "key_id", "wrapped_key");
  if (!message) return;
  const { ticket_id: ticketId, id: messageId, person_id: personId, key_id, wrapped_key } = message;
  if (reading.report) await rememberOfReport(trx, vault, reading.report);
  else if (personId && reading.encryption === "encrypted") await rememberEncryption(trx, personId);
  await storeOfferedKeys(
    trx,
    vault,
    { ...reading, personId },
    { key: { id: key_id, wrapped_key }, place: { ticketId, messageId }, readAgain: true },
  );
}

async function holdAsked(trx: Database, { mail_id, lease_token }: Asked): Promise<void> {
  const held = await trx("read_again")
    .where({ mail_id, lease_token })
    .whereNull("done_at")
    .forUpdate()
    .first("mail_id");
  if (!held) throw new LeaseLost();
}

async function finishAsked(trx: Database, { mail_id }: Asked, { result, reason }: Result): Promise<void> {
  await trx("read_again")
    .where({ mail_id })
    .update({
      result,
      reason: reason ?? null,
      done_at: trx.fn.now(),
      lease_token: null,
      leased_until: null,
    });
}
