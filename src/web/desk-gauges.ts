import { Gauge, Registry } from "prom-client";
import type { Database } from "../database.ts";

export type DeskGauges = { registry: Registry; refresh(): Promise<void> };

/** What a sysadmin watches of the desk itself; `refresh` reads it from the database and never throws. */
export function deskGauges(db: Database): DeskGauges {
  const registry = new Registry();
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `whisperdesk_${name}`, help, labelNames, registers: [registry] });

  const up = gauge("database_up", "1 when the database answered");
  const tickets = gauge("tickets", "Tickets that are not closed, by status", ["status"]);
  const mails = gauge("mails", "Mails waiting to be read, or set aside", ["state"]);
  const outbox = gauge(
    "outbox_mails",
    "Answers on their way, or in trouble, by state; returned: a server on the way sent it back",
    ["state"],
  );
  const pollAge = gauge("poll_age_seconds", "Seconds since the mailbox was polled with success", ["mailbox"]);
  const alarms = gauge("alarms", "Open alarms");

  const refresh = async () => {
    const counts = await readCounts(db).catch(() => null);
    registry.resetMetrics();
    if (!counts) return;
    up.set(1);
    for (const row of counts.tickets) tickets.set({ status: row.status }, row.count);
    for (const row of counts.mails) mails.set({ state: row.state }, row.count);
    for (const row of counts.outbox) outbox.set({ state: row.state }, row.count);
    for (const row of counts.polls) pollAge.set({ mailbox: row.mailbox }, row.seconds);
    alarms.set(counts.alarms);
  };
  return { registry, refresh };
}

type Counts = {
  tickets: { status: string; count: number }[];
  mails: { state: string; count: number }[];
  outbox: { state: string; count: number }[];
  polls: { mailbox: string; seconds: number }[];
  alarms: number;
};

/** One statement; closed tickets, read mails and accepted answers, which grow for ever, are not counted. */
async function readCounts(db: Database): Promise<Counts> {
  const count = (key: string, rows: string) =>
    `(select coalesce(json_agg(json_build_object('${key}', each.${key}, 'count', each.count)), '[]')
        from (select ${key}, count(*) from ${rows} group by ${key}) each)`;
  const result = await db.raw<{ rows: Counts[] }>(
    `select
       ${count("status", "tickets where status in ('new', 'open', 'waiting_for_user', 'waiting_for_fix', 'snoozed')")} as tickets,
       ${count("state", "(select state from mails where state = 'kept' union all select state from mails where state = 'set_aside') mails")} as mails,
       ${count("state", "(select state from outbox_mails where state in ('queued', 'sending') union all select state from outbox_mails where state in ('failed', 'unknown') and not automatic union all select 'returned' from outbox_mails where state = 'accepted' and bounced_at is not null and not automatic) mails")} as outbox,
       (select coalesce(json_agg(json_build_object('mailbox', name, 'seconds',
                 extract(epoch from now() - coalesce(last_polled_at, created_at)))), '[]') from mailboxes) as polls,
       (select count(*) from alarms where cleared_at is null)::int as alarms`,
  );
  const row = result.rows[0];
  if (!row) throw new Error("The counts came back empty");
  return row;
}
