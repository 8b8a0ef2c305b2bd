import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { type Secrecy, secrecyOf } from "./secrecy.ts";

/** One mail that wants to leave. */
export type Leaving = {
  to: string;
  /** Null: it is about no ticket. */
  ticketId: string | null;
  /** Who agreed to clear text: nobody; one staff member, by a box; two, for exactly this text. */
  clear: null | { by: "one" } | { by: "two"; requestId: string; text: string };
};

export type MayLeave =
  | { ok: true; protection: "encrypted"; key: string }
  | { ok: true; protection: "clear" }
  /** In words for the staff. */
  | { ok: false; reason: string };

/**
 * The choke point: how a mail may leave now, or why it may not. Every mail of the desk is asked for here when it is
 * queued, and again when the worker writes it. To somebody who encrypted by themselves or gave a key, or may have, nothing
 * leaves in clear, unless two staff members agreed to this one text.
 */
export async function howItMayLeave(db: Database, vault: Vault, leaving: Leaving): Promise<MayLeave> {
  const { clear } = leaving;
  const secrecy = await secrecyOf(db, vault, leaving.to, leaving.ticketId);
  if (clear?.by === "two") {
    const reason = await whyNotAgreed(db, vault, clear, secrecy.personId);
    return reason ? { ok: false, reason } : { ok: true, protection: "clear" };
  }
  const { confirmed } = secrecy;
  if (confirmed?.problem) return { ok: false, reason: `${confirmed.problem}` };
  if (confirmed) return { ok: true, protection: "encrypted", key: confirmed.armored };
  if (!mayGetClear(secrecy)) return { ok: false, reason: whyNotClear(secrecy) };
  if (!clear) return { ok: false, reason: "Tick the box to send this answer without encryption" };
  return { ok: true, protection: "clear" };
}

/** False for somebody who encrypted by themselves or gave a key, and where something was not read that looks like that. */
export function mayGetClear({ gaveKey, namedKey, wroteEncrypted, hasUnopened }: Secrecy): boolean {
  return !gaveKey && !namedKey && !wroteEncrypted && !hasUnopened;
}

/** Why nothing leaves in clear, in words for the staff. */
export function whyNotClear({ gaveKey, namedKey, wroteEncrypted }: Secrecy): string {
  if (gaveKey)
    return "This person gave a key, and nobody has confirmed one that works: nothing leaves to them in clear";
  if (namedKey) return "This person named a key in a report, and none came: nothing leaves to them in clear";
  if (wroteEncrypted)
    return "This person wrote encrypted, and no key is known: nothing leaves to them in clear";
  return "Something on this ticket looks encrypted, or like a key, and could not be read: nothing leaves in clear before somebody decided otherwise";
}

async function whyNotAgreed(
  db: Database,
  vault: Vault,
  { requestId, text }: { requestId: string; text: string },
  personId: string | null,
): Promise<string | null> {
  const request = await db("clear_requests")
    .join("vault_keys", "vault_keys.id", "clear_requests.key_id")
    .where("clear_requests.id", requestId)
    .first("clear_requests.*", "wrapped_key", db.raw("expires_at <= now() as is_over"));
  if (!request?.agreed_by || request.agreed_by === request.requested_by)
    return "Two different people have to agree to send it in clear";
  if (request.withdrawn_by) return "The agreement to send it in clear was withdrawn";
  if (request.is_over) return "The agreement to send it in clear has ended";
  const isTheSame =
    request.person_id === personId &&
    vault.open(request.wrapped_key, "message", request.sealed_text) === text;
  return isTheSame ? null : "The agreement to send it in clear is about another text or another person";
}
