import type { Database } from "../database.ts";
import { findSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { recordEvent } from "./record-event.ts";
import { replyToTicket } from "./reply.ts";

/** Clear text to a person who encrypts, as one staff member asked for it. */
export type ClearRequest = {
  id: string;
  ticket_id: string;
  text: string;
  reason: string;
  requested_by: string;
  requested_by_name: string;
  requested_at: Date;
  expires_at: Date;
  agreed_by_name: string | null;
  agreed_at: Date | null;
  withdrawn_by_name: string | null;
  withdrawn_at: Date | null;
  state: "waits" | "agreed" | "withdrawn" | "ended";
};

/** Asks for a second person who agrees that this text leaves in clear; what the same person asked before is withdrawn. */
export async function askForClearText(
  db: Database,
  vault: Vault,
  asked: { ticketId: string; staffId: string; text: string; reason: string },
): Promise<string | null> {
  return await db.transaction(async (trx) => {
    const { ticketId, staffId } = asked;
    const ticket = await trx("tickets")
      .where({ id: ticketId })
      .forUpdate()
      .first("key_id", "person_id", "recipient_open", "merged_into");
    if (!ticket?.person_id || ticket.recipient_open || ticket.merged_into) return null;
    await trx("clear_requests")
      .where({ ticket_id: ticketId, requested_by: staffId })
      .whereNull("agreed_at")
      .whereNull("withdrawn_at")
      .update({ withdrawn_at: trx.fn.now(), withdrawn_by: staffId });
    const key = await findSealingKey(trx, ticket.key_id);
    const [row] = await trx("clear_requests")
      .insert({
        ticket_id: ticketId,
        person_id: ticket.person_id,
        key_id: key.id,
        sealed_text: vault.seal(key.wrapped_key, "message", asked.text),
        sealed_reason: vault.seal(key.wrapped_key, "reason", asked.reason),
        requested_by: staffId,
      })
      .returning<{ id: string }[]>("id");
    if (!row) throw new Error("A request was not written down");
    await recordEvent(trx, { ticketId, staffId, action: "clear_asked", detail: { request: row.id } });
    return row.id;
  });
}

export type Agreed =
  | "queued"
  /** Somebody wrote on the ticket since the page was opened. */
  | "changed"
  | "same person"
  | "not open";

/**
 * The second staff member agrees: the text goes to the outbox as an answer of who asked, in the same transaction. Throws
 * `CannotLeave` when it may not leave all the same.
 */
export async function agreeToClearText(
  db: Database,
  vault: Vault,
  agreement: { requestId: string; staffId: string; seenMessageId: string; secondsToTakeBack?: number },
): Promise<Agreed> {
  const { requestId, staffId } = agreement;
  return await db
    .transaction(async (trx): Promise<Agreed> => {
      const request = await findClearRequest(trx, vault, requestId);
      if (request?.state !== "waits") return "not open";
      if (request.requested_by === staffId) return "same person";
      // The database decides between two who agree at once, and holds that they are two people.
      const agreed = await trx("clear_requests")
        .where({ id: requestId })
        .whereNull("agreed_at")
        .whereNull("withdrawn_at")
        .whereRaw("expires_at > now()")
        .update({ agreed_at: trx.fn.now(), agreed_by: staffId });
      if (agreed === 0) return "not open";
      const ticketId = request.ticket_id;
      await recordEvent(trx, { ticketId, staffId, action: "clear_agreed", detail: { request: requestId } });
      const result = await replyToTicket(trx, vault, {
        ticketId,
        staffId: request.requested_by,
        text: request.text,
        clearAgreed: true,
        clearRequest: { id: requestId, agreedBy: staffId },
        seenMessageId: agreement.seenMessageId,
        ...(agreement.secondsToTakeBack === undefined
          ? {}
          : { secondsToTakeBack: agreement.secondsToTakeBack }),
      });
      // Nothing of it stays when somebody wrote meanwhile.
      if (result === "changed") throw new Changed();
      return "queued";
    })
    .catch((error: unknown) => {
      if (error instanceof Changed) return "changed" as const;
      throw error;
    });
}

class Changed extends Error {}

/** Takes a request or an agreement back; a mail that has not left is stopped. False: it was withdrawn before. */
export async function withdrawClearText(db: Database, requestId: string, staffId: string): Promise<boolean> {
  if (!isId(requestId)) return false;
  return await db.transaction(async (trx) => {
    const [row] = await trx("clear_requests")
      .where({ id: requestId })
      .whereNull("withdrawn_at")
      .update({ withdrawn_at: trx.fn.now(), withdrawn_by: staffId })
      .returning<{ ticket_id: string }[]>("ticket_id");
    if (!row) return false;
    await recordEvent(trx, {
      ticketId: row.ticket_id,
      staffId,
      action: "clear_withdrawn",
      detail: { request: requestId },
    });
    return true;
  });
}

/** One request; null when there is none. */
export async function findClearRequest(db: Database, vault: Vault, id: string): Promise<ClearRequest | null> {
  if (!isId(id)) return null;
  const [request] = await requests(db, vault, { id });
  return request ?? null;
}

/** The requests that wait for a second person: on one ticket, or on all of them, the oldest first; at most 50. */
export async function waitingClearRequests(
  db: Database,
  vault: Vault,
  ticketId?: string,
): Promise<ClearRequest[]> {
  return await requests(db, vault, { waiting: true, ...(ticketId ? { ticketId } : {}) });
}

type Row = Omit<ClearRequest, "text" | "reason"> & {
  wrapped_key: Buffer;
  sealed_text: Buffer;
  sealed_reason: Buffer;
};

async function requests(
  db: Database,
  vault: Vault,
  where: { id?: string; ticketId?: string; waiting?: boolean },
): Promise<ClearRequest[]> {
  const query = db("clear_requests")
    .join("vault_keys", "vault_keys.id", "clear_requests.key_id")
    .join("staff as askers", "askers.id", "requested_by")
    .leftJoin("staff as agreers", "agreers.id", "agreed_by")
    .leftJoin("staff as withdrawers", "withdrawers.id", "withdrawn_by")
    .orderBy("clear_requests.id")
    .limit(50)
    .select<Row[]>(
      "clear_requests.*",
      "wrapped_key",
      "askers.name as requested_by_name",
      "agreers.name as agreed_by_name",
      "withdrawers.name as withdrawn_by_name",
      db.raw(
        `case when withdrawn_at is not null then 'withdrawn' when agreed_at is not null then 'agreed'
           when expires_at <= now() then 'ended' else 'waits' end as state`,
      ),
    );
  if (where.id) query.where("clear_requests.id", where.id);
  if (where.ticketId) query.where("clear_requests.ticket_id", where.ticketId);
  if (where.waiting) query.whereNull("agreed_at").whereNull("withdrawn_at").whereRaw("expires_at > now()");
  return (await query).map(({ wrapped_key, sealed_text, sealed_reason, ...row }) => ({
    ...row,
    text: vault.open(wrapped_key, "message", sealed_text),
    reason: vault.open(wrapped_key, "reason", sealed_reason),
  }));
}
