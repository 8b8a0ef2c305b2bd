import type { Database } from "../database.ts";
import { clearAlarmsExcept, raiseAlarm } from "./alarms.ts";

/** Days before its end at which the administrators are told, once each. */
const thresholds = [7, 30, 60] as const;

type Ending = { fingerprint: string; expires_at: Date; now: Date };

/**
 * Warns before the key that signs our answers ends: 60, 30 and 7 days before, and when it has. Each is an alarm of its
 * own, so each is mailed once; extending the key ends them all. Safe to call from any number of workers.
 */
export async function watchOurKeys(db: Database, now?: Date): Promise<void> {
  // The clock of the database is the same one for all workers: with two, a warning could be over for one and begin for the other.
  const keys = await db("our_keys")
    .where({ signs: true })
    .whereNotNull("expires_at")
    .select<Ending[]>("fingerprint", "expires_at", db.raw("now() as now"));
  const due = keys.flatMap((key) => alarmOf({ ...key, now: now ?? key.now }) ?? []);
  for (const { kind, detail } of due) await raiseAlarm(db, kind, detail);
  await clearAlarmsExcept(
    db,
    "our key",
    due.map(({ kind }) => kind),
  );
}

function alarmOf({ fingerprint, expires_at, now }: Ending) {
  const days = (expires_at.getTime() - now.getTime()) / 86_400_000;
  const threshold = days <= 0 ? "expired" : thresholds.find((one) => days <= one);
  if (threshold === undefined) return null;
  const kind = `our key: ${fingerprint} ${threshold}` as const;
  const day = expires_at.toISOString().slice(0, 10);
  const what =
    threshold === "expired"
      ? `Our OpenPGP key …${fingerprint.slice(-16)} ended on ${day}: people cannot encrypt to us any more.`
      : `Our OpenPGP key …${fingerprint.slice(-16)} ends on ${day}, in less than ${threshold} days.`;
  return {
    kind,
    detail: `${what} A sysadmin extends it with “whisperdesk keys extend” and gives it out again.`,
  };
}
