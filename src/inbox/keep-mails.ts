import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

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
  return await db.transaction(async (trx) => {
    let added = 0;
    for (const mail of mails) {
      const { mailId, isNew } = await keepMail(trx, vault, folder, mail);
      if (isNew) added += 1;
      await trx("mail_copies")
        .insert({
          mailbox: folder.mailbox,
          uidvalidity: String(folder.uidvalidity),
          uid: mail.uid,
          mail_id: mailId,
        })
        .onConflict(["mailbox", "uidvalidity", "uid"])
        .ignore();
    }
    if (added > 0)
      await trx("mailboxes").where({ name: folder.mailbox }).update({ last_mail_at: trx.fn.now() });
    return added;
  });
}

async function keepMail(trx: Database, vault: Vault, folder: Folder, mail: FetchedMail) {
  const contentHash = vault.lookUpHash(
    "mail",
    mail.raw ?? `${folder.mailbox} ${folder.uidvalidity} ${mail.uid}`,
  );
  const known = await trx("mails").first<{ id: string }>("id").where({ content_hash: contentHash });
  if (known) return { mailId: known.id, isNew: false };

  const wrappedKey = vault.newKey();
  const result = await trx.raw(
    `with key as (insert into vault_keys (wrapped_key) values (:wrappedKey) returning id)
     insert into mails (key_id, content_hash, sealed_raw, size_bytes, received_at, state, set_aside_reason)
     select id, :contentHash, :sealedRaw, :sizeBytes, least(coalesce(:receivedAt, now()), now()), :state, :reason from key
     on conflict (content_hash) do update set content_hash = excluded.content_hash
     returning id, xmax = 0 as is_new`,
    {
      wrappedKey,
      contentHash,
      sealedRaw: mail.raw && vault.sealBytes(wrappedKey, "raw", mail.raw),
      sizeBytes: mail.sizeBytes,
      receivedAt: mail.receivedAt ?? null,
      state: mail.raw ? "kept" : "set_aside",
      reason: mail.raw
        ? null
        : "Too large to be taken over: the only copy is on the mail server, in the folder of done mails",
    },
  );
  const row: { id: string; is_new: boolean } = result.rows[0];
  return { mailId: row.id, isNew: row.is_new };
}
