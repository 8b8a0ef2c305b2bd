import type { Database } from "../database.ts";
import { clearAlarm, raiseAlarm } from "./alarms.ts";

const pollingMinutes = 10;

/**
 * Intake fails silently, so silence is an alarm: no successful poll for 10 minutes, or no mail for some days.
 * Raises and clears both; safe to call from any number of workers.
 */
export async function watchSilence(db: Database, mailbox: string, silenceDays: number): Promise<void> {
  const result = await db.raw(
    `select coalesce(last_polled_at, created_at) < now() - make_interval(mins => :pollingMinutes) as unreachable,
       coalesce(last_mail_at, created_at) < now() - make_interval(secs => :silenceSeconds) as silent
     from mailboxes where name = :mailbox`,
    { pollingMinutes, silenceSeconds: silenceDays * 86_400, mailbox },
  );
  const state: { unreachable: boolean; silent: boolean } | undefined = result.rows[0];
  if (!state) return;

  if (state.unreachable) {
    await raiseAlarm(
      db,
      "mailbox unreachable",
      `The mailbox could not be read for ${pollingMinutes} minutes.`,
    );
  } else {
    await clearAlarm(db, "mailbox unreachable");
  }
  if (state.silent)
    await raiseAlarm(db, "no mail", `No mail has come for ${silenceDays} days: is the intake broken?`);
  else await clearAlarm(db, "no mail");
}
