import { randomUUID } from "node:crypto";
import type { Database } from "../database.ts";
import type { SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";

/** A kept mail that this worker reads now; nobody else does until the lease ends. */
export type ClaimedMail = {
  id: string;
  key: SealingKey;
  leaseToken: string;
  attempts: number;
  sizeBytes: number;
  receivedAt: Date;
  /** What `rawMail` opens, when the mail is small; it saves a question for each mail. */
  sealedRaw?: Buffer | null;
};

const smallMail = 1_000_000;

/** Of so many mails in a hand one is the oldest there is, so that nobody waits for ever. */
const handsOfTheOldest = 4;

/**
 * Claims mails that nobody reads, for this worker alone, until the lease ends: small ones of people who have a ticket first,
 * then those of strangers, then large ones. A quarter are the oldest of all that have waited for a minute, whoever wrote
 * them. It does not wait for the disk: a claim that a crash of the database takes back is as good as none.
 */
export async function claimMails(db: Database, most: number, leaseSeconds: number): Promise<ClaimedMail[]> {
  const leaseToken = randomUUID();
  const result = await db.raw(
    `with hasty as (select set_config('synchronous_commit', 'off', true)),
     oldest as materialized (
       select id from mails where state = 'kept' and (leased_until is null or leased_until < now())
         and kept_at < now() - interval '1 minute'
       order by id limit :oldest for update skip locked),
     others as materialized (
       select id from mails where state = 'kept' and (leased_until is null or leased_until < now())
         and id not in (select id from oldest)
       order by turn, id limit :most - (select count(*) from oldest) for update skip locked)
     update mails
     set attempts = attempts + 1, lease_token = :leaseToken, leased_until = now() + make_interval(secs => :leaseSeconds)
     from vault_keys, hasty
     where vault_keys.id = mails.key_id and mails.id in (select id from oldest union all select id from others)
     returning mails.id, mails.key_id, mails.attempts, mails.size_bytes, mails.received_at, vault_keys.wrapped_key,
       case when mails.size_bytes <= :smallMail then mails.sealed_raw end as sealed_raw`,
    { leaseToken, leaseSeconds, most, smallMail, oldest: Math.ceil(most / handsOfTheOldest) },
  );
  const rows: {
    id: string;
    key_id: string;
    attempts: number;
    size_bytes: string;
    received_at: Date;
    wrapped_key: Buffer;
    sealed_raw: Buffer | null;
  }[] = result.rows;
  return rows.map((row) => ({
    id: row.id,
    key: { id: row.key_id, wrapped_key: row.wrapped_key },
    leaseToken,
    attempts: row.attempts,
    sizeBytes: Number(row.size_bytes),
    receivedAt: row.received_at,
    sealedRaw: row.sealed_raw,
  }));
}

/** The raw bytes of a kept mail, as the server had them. */
export async function rawMail(
  db: Database,
  vault: Vault,
  mail: { id: string; key: SealingKey; sealedRaw?: Buffer | null },
): Promise<Buffer> {
  if (mail.sealedRaw) return vault.openBytes(mail.key.wrapped_key, "raw", mail.sealedRaw);
  const row = await db("mails").first<{ sealed_raw: Buffer | null }>("sealed_raw").where({ id: mail.id });
  if (!row?.sealed_raw) throw new Error("This mail has no raw copy any more");
  return vault.openBytes(mail.key.wrapped_key, "raw", row.sealed_raw);
}

/** Another worker took the mail over because the lease had ended: what this one did is rolled back. */
export class LeaseLost extends Error {}

/**
 * Ends the claim in the transaction that stores what the mail became, as its last act. Throws `LeaseLost` when another
 * worker claimed the mail meanwhile: then all of that is rolled back.
 */
export async function finishMail(
  trx: Database,
  mail: ClaimedMail,
  result: Record<string, unknown>,
): Promise<void> {
  const finished = await trx("mails")
    .where({ id: mail.id, state: "kept", lease_token: mail.leaseToken })
    .update({ ...result, lease_token: null, leased_until: null, read_at: trx.fn.now() });
  if (!finished) throw new LeaseLost();
}

/** The other worker was done first: its message of this mail is there, and there is one for each mail. */
export function leaseLostBy(error: unknown): unknown {
  const isThere =
    error instanceof Error && "constraint" in error && error.constraint === "messages_mail_unique";
  return isThere ? new LeaseLost() : error;
}
