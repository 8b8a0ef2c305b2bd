import type { Database } from "../database.ts";
import { composeClear, composeEncrypted, type Outgoing } from "../mime/compose-mail.ts";
import { dearmor } from "../openpgp/dearmor.ts";
import { exportSigning } from "../openpgp/export-public.ts";
import type { Vault } from "../vault/vault.ts";
import { howItMayLeave, type Leaving } from "./how-it-may-leave.ts";
import type { Sender } from "./send.ts";

export type Letter = Omit<Outgoing, "from" | "to" | "attachments"> & {
  leaving: Leaving;
  /** How it was queued; a mail that would leave otherwise by now is stopped. Null: as strong as it may. */
  protection: "encrypted" | "clear" | null;
  /** Armored, ours. */
  attachedKey: string | null;
};

export type Written = { ok: true; raw: Uint8Array } | { ok: false; failure: string };

/**
 * Writes a mail as it goes to SMTP. Nothing else composes one, so that no mail goes past the choke point: what was
 * allowed when it was queued is asked once more.
 */
export async function writeMail(
  db: Database,
  vault: Vault,
  sender: Sender,
  letter: Letter,
): Promise<Written> {
  const { leaving, protection, attachedKey, ...rest } = letter;
  const may = await howItMayLeave(db, vault, leaving);
  if (!may.ok) return { ok: false, failure: `It was stopped before it left. ${may.reason}` };
  if (protection && may.protection !== protection) {
    return {
      ok: false,
      failure: "It was stopped before it left: since it was written a key of this person was confirmed",
    };
  }
  const ourKey = sender.autocrypt ? await exportSigning(sender.keys) : null;
  const autocryptKey = ourKey === null ? null : dearmor(ourKey, "PUBLIC KEY BLOCK");
  const mail: Outgoing = {
    ...rest,
    ...(autocryptKey ? { autocryptKey } : {}),
    from: { name: sender.name, address: sender.address },
    to: { name: "", address: leaving.to },
    attachments: attachedKey
      ? [{ filename: "public-key.asc", contentType: "application/pgp-keys", bytes: Buffer.from(attachedKey) }]
      : [],
  };
  try {
    const raw =
      may.protection === "encrypted"
        ? await composeEncrypted(mail, [may.key], sender.keys)
        : await composeClear(mail);
    return { ok: true, raw };
  } catch {
    return {
      ok: false,
      failure: "The mail could not be written: the key may have expired, or it cannot encrypt",
    };
  }
}
