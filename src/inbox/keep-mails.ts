import type { Database } from "../database.ts";
import { hashesOfAddress } from "../people/person-of-address.ts";
import type { Vault } from "../vault/vault.ts";
import { probableSender } from "./probable-sender.ts";

/** A mail as the server has it; `raw` is null for one that is too large to be taken over. */
export type FetchedMail = { uid: number; raw: Buffer | null; sizeBytes: number; receivedAt?: Date };

/** One folder of the mailbox in one numbering of its mails (RFC 9051 §2.3.1.1). */
export type Folder = { mailbox: string; uidvalidity: bigint };

/**
 * Takes mails over: whole, sealed, committed, before anything is read from them. Safe to repeat and to run twice at
 * once: a mail is known by where it was found and by its bytes. Returns how many were new.
 */
export async function keepMails(
  db: Database,
  vault: Vault,
  folder: Folder,
  mails: FetchedMail[],
): Promise<number> {
  const found = mails.map((mail) => ({ ...mail, contentHash: hashOf(vault, folder, mail) }));
  return await db.transaction(async (trx) => {
    const known = await knownHashes(
      trx,
      found.map(({ contentHash }) => contentHash),
    );
    const fresh = found.filter(({ contentHash }) => !known.has(contentHash.toString("hex")));
    const added = await addMails(trx, vault, fresh);
    await addCopies(trx, folder, found);
    if (added > 0)
      await trx("mailboxes").where({ name: folder.mailbox }).update({ last_mail_at: trx.fn.now() });
    return added;
  });
}

type FoundMail = FetchedMail & { contentHash: Buffer };

function hashOf(vault: Vault, folder: Folder, mail: FetchedMail): Buffer {
  return vault.lookUpHash("mail", mail.raw ?? `${folder.mailbox} ${folder.uidvalidity} ${mail.uid}`);
}

async function knownHashes(trx: Database, hashes: Buffer[]): Promise<Set<string>> {
  const rows = await trx("mails")
    .select<{ content_hash: Buffer }[]>("content_hash")
    .whereIn("content_hash", hashes);
  return new Set(rows.map(({ content_hash }) => content_hash.toString("hex")));
}

const tooLarge =
  "Too large to be taken over: the only copy is on the mail server, in the folder of done mails";

/** Bytes; what takes long to read waits behind the others. */
const largeMail = 2_000_000;

/**
 * One statement for all: a key and a mail for each, and its turn to be read. One that another robot adds at the same moment
 * is not added twice.
 */
async function addMails(trx: Database, vault: Vault, mails: FoundMail[]): Promise<number> {
  const distinct = [...new Map(mails.map((mail) => [mail.contentHash.toString("hex"), mail])).values()];
  if (distinct.length === 0) return 0;
  const row =
    "(?::int, ?::bytea, ?::bytea, ?::bytea[], ?::bytea, ?::bigint, least(coalesce(?::timestamptz, now()), now()), ?::text, ?::text)";
  const values = distinct.flatMap((mail, place) => {
    const wrappedKey = vault.newKey();
    const sealedRaw = mail.raw && vault.sealBytes(wrappedKey, "raw", mail.raw);
    const sender = mail.raw && probableSender(mail.raw);
    const state = mail.raw ? ["kept", null] : ["set_aside", tooLarge];
    return [
      place,
      wrappedKey,
      mail.contentHash,
      sender ? hashesOfAddress(vault, sender) : [],
      sealedRaw,
      mail.sizeBytes,
      mail.receivedAt ?? null,
      ...state,
    ];
  });
  const result = await trx.raw(
    `with found (place, wrapped_key, content_hash, sender_hashes, sealed_raw, size_bytes, received_at, state, reason) as (
       values ${distinct.map(() => row).join(", ")}),
     keys as (insert into vault_keys (wrapped_key) select wrapped_key from found order by place returning id, wrapped_key)
     insert into mails (key_id, content_hash, sealed_raw, size_bytes, received_at, state, set_aside_reason, turn)
     select keys.id, content_hash, sealed_raw, size_bytes, received_at, state, reason,
       case when size_bytes > ? then 2 when exists (
         select from people join tickets on tickets.person_id = people.id where address_hash = any(sender_hashes))
       then 0 else 1 end
     from found join keys using (wrapped_key) order by place
     on conflict (content_hash) do nothing`,
    [...values, largeMail] as string[],
  );
  return result.rowCount;
}

async function addCopies(trx: Database, folder: Folder, mails: FoundMail[]): Promise<void> {
  if (mails.length === 0) return;
  const values = mails.flatMap(({ uid, contentHash }) => [uid, contentHash]);
  await trx.raw(
    `insert into mail_copies (mailbox, uidvalidity, uid, mail_id)
     select ?, ?, uid, mails.id
     from (values ${mails.map(() => "(?::bigint, ?::bytea)").join(", ")}) as found (uid, content_hash)
     join mails using (content_hash)
     on conflict (mailbox, uidvalidity, uid) do nothing`,
    [folder.mailbox, String(folder.uidvalidity), ...values] as string[],
  );
}
