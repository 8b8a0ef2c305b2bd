import type { Database } from "../database.ts";
import { addSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";

export type Shift = { id: string; staff_id: string; started_at: Date; ended_at: Date | null };
export type Handover = { id: string; staff_name: string; started_at: Date; ended_at: Date; note: string };

/** Begins a shift; who has one already goes on with it. */
export async function startShift(db: Database, staffId: string): Promise<Shift> {
  await db("shifts")
    .insert({ staff_id: staffId })
    .onConflict(db.raw("(staff_id) where ended_at is null"))
    .ignore();
  const shift = await currentShift(db, staffId);
  if (!shift) throw new Error("A shift ended while it began");
  return shift;
}

/** Ends a shift with a note for the next one, which is kept sealed. */
export async function endShift(
  db: Database,
  vault: Vault,
  staffId: string,
  note: string,
): Promise<{ ok: true } | { ok: false; reason: "no note" | "no shift" }> {
  if (note.trim() === "") return { ok: false, reason: "no note" };
  return await db.transaction(async (trx) => {
    const key = await addSealingKey(trx, vault);
    const ended = await trx("shifts")
      .where({ staff_id: staffId })
      .whereNull("ended_at")
      .update({
        ended_at: trx.fn.now(),
        key_id: key.id,
        sealed_note: vault.seal(key.wrapped_key, "handover", note.trim()),
      });
    if (ended) return { ok: true as const };
    await trx("vault_keys").where({ id: key.id }).delete();
    return { ok: false as const, reason: "no shift" as const };
  });
}

/** The shift that this person is in; null: none. */
export async function currentShift(db: Database, staffId: string): Promise<Shift | null> {
  const shift = await shifts(db).where({ staff_id: staffId }).whereNull("ended_at").first();
  return shift ?? null;
}

/** Since when things are new for this person: the end of their last shift; null when they never ended one. */
export async function lastShiftEnd(db: Database, staffId: string): Promise<Date | null> {
  const shift = await shifts(db)
    .where({ staff_id: staffId })
    .whereNotNull("ended_at")
    .orderBy("id", "desc")
    .first();
  return shift?.ended_at ?? null;
}

/** Notes of the shifts that ended last, newest first. */
export async function lastHandovers(db: Database, vault: Vault, most = 1): Promise<Handover[]> {
  const rows = await db("shifts")
    .join("staff", "staff.id", "shifts.staff_id")
    .join("vault_keys", "vault_keys.id", "shifts.key_id")
    .whereNotNull("ended_at")
    .orderBy([
      { column: "ended_at", order: "desc" },
      { column: "shifts.id", order: "desc" },
    ])
    .limit(most)
    .select("shifts.id", "staff.name as staff_name", "started_at", "ended_at", "sealed_note", "wrapped_key");
  return rows.map(({ sealed_note, wrapped_key, ...row }) => ({
    ...row,
    note: vault.open(wrapped_key, "handover", sealed_note),
  }));
}

function shifts(db: Database) {
  return db<Shift>("shifts").select("id", "staff_id", "started_at", "ended_at");
}
