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
};

/** Claims the oldest mails that nobody reads, for this worker alone, until the lease ends. */
export async function claimMails(db: Database, most: number, leaseSeconds: number): Promise<ClaimedMail[]> {
  const leaseToken = randomUUID();
  const result = await db.raw(
    `update mails
     set attempts = attempts + 1, lease_token = :leaseToken, leased_until = now() + make_interval(secs => :leaseSeconds)
     from vault_keys
     where vault_keys.id = mails.key_id and mails.id in (
       select id from mails where state = 'kept' and (leased_until is null or leased_until < now())
       order by id limit :most for update skip locked)
     returning mails.id, mails.key_id, mails.attempts, mails.size_bytes, mails.received_at, vault_keys.wrapped_key`,
    { leaseToken, leaseSeconds, most },
  );
  const rows: {
    id: string;
    key_id: string;
    attempts: number;
    size_bytes: string;
    received_at: Date;
    wrapped_key: Buffer;
  }[] = result.rows;
  return rows.map((row) => ({
    id: row.id,
    key: { id: row.key_id, wrapped_key: row.wrapped_key },
    leaseToken,
    attempts: row.attempts,
    sizeBytes: Number(row.size_bytes),
    receivedAt: row.received_at,
  }));
}

/** The raw bytes of a kept mail, as the server had them. */
export async function rawMail(
  db: Database,
  vault: Vault,
  mail: { id: string; key: SealingKey },
): Promise<Buffer> {
  const row = await db("mails").first<{ sealed_raw: Buffer | null }>("sealed_raw").where({ id: mail.id });
  if (!row?.sealed_raw) throw new Error("This mail has no raw copy any more");
  return vault.openBytes(mail.key.wrapped_key, "raw", row.sealed_raw);
}

/** Another worker took the mail over because the lease had ended: what this one did is rolled back. */
export class LeaseLost extends Error {}

/** Ends the claim in the transaction that stores what the mail became; throws `LeaseLost` when it was not ours any more. */
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
