import { type Database, pendingMigrations } from "../database.ts";
import { openAlarms } from "../inbox/alarms.ts";
import { unanswered } from "../shifts/unanswered.ts";
import { describeDatabaseProblem } from "./start-problem.ts";

const pollMinutes = 10;
const waitingMinutes = 15;
const keyDays = 30;
const mostTickets = 20;

/** Everything that a sysadmin should see to, a sentence each; empty when the desk is well. */
export async function troublesOf(db: Database, now = new Date()): Promise<string[]> {
  try {
    const pending = await pendingMigrations(db);
    if (pending.length > 0) return ["The tables are not up to date: run `whisperdesk migrate`"];
    const alarms = (await openAlarms(db)).map(({ kind, detail }) => `Alarm, ${kind}: ${detail}`);
    return [
      ...alarms,
      ...(await mailTroubles(db)),
      ...(await keyTroubles(db, now)),
      ...(await unansweredTroubles(db)),
    ];
  } catch (error) {
    const problem = describeDatabaseProblem(error);
    if (!problem) throw error;
    return [problem];
  }
}

/** Our turn, over the promise of its queue, and nobody follows it. */
async function unansweredTroubles(db: Database): Promise<string[]> {
  const tickets = await unanswered(db, mostTickets + 1);
  const lines = tickets.slice(0, mostTickets).map(({ id, queue_name, late_hours }) => {
    const over = late_hours === 0 ? "less than an hour" : late_hours === 1 ? "1 hour" : `${late_hours} hours`;
    return `Ticket ${id} (${queue_name}) has no owner and waits ${over} longer than its queue promises`;
  });
  return tickets.length > mostTickets ? [...lines, "More tickets wait like these"] : lines;
}

type Counts = Record<"set_aside" | "waiting" | "failed" | "unknown" | "bounced" | "late", number>;
type Mailbox = { polled: boolean; minutes: number };

async function mailTroubles(db: Database): Promise<string[]> {
  const result = await db.raw<{ rows: Counts[] }>(
    `select
       (select count(*) from mails where state = 'set_aside')::int as set_aside,
       (select count(*) from mails where state = 'kept'
          and kept_at < now() - make_interval(mins => :waitingMinutes))::int as waiting,
       (select count(*) from outbox_mails where state = 'failed' and not automatic)::int as failed,
       (select count(*) from outbox_mails where state = 'unknown' and not automatic)::int as unknown,
       (select count(*) from outbox_mails where state = 'accepted' and bounced_at is not null
          and not automatic)::int as bounced,
       (select count(*) from outbox_mails where state = 'queued'
          and created_at < now() - make_interval(mins => :waitingMinutes))::int as late`,
    { waitingMinutes },
  );
  const [counts] = result.rows;
  if (!counts) throw new Error("The counts came back empty");
  return [
    ...(await mailboxTroubles(db)),
    ...say(counts.set_aside, "mail is set aside", "mails are set aside", "staff look at it under Set aside"),
    ...say(
      counts.waiting,
      "mail waits to be read",
      "mails wait to be read",
      `for more than ${waitingMinutes} minutes: does a worker run?`,
    ),
    ...say(counts.failed, "answer was refused", "answers were refused", "staff decide in the outbox"),
    ...say(
      counts.unknown,
      "answer may have left or not",
      "answers may have left or not",
      "staff decide in the outbox",
    ),
    ...say(counts.bounced, "answer came back", "answers came back", "staff decide in the outbox"),
    ...say(
      counts.late,
      "answer waits to leave",
      "answers wait to leave",
      `for more than ${waitingMinutes} minutes`,
    ),
  ];
}

async function mailboxTroubles(db: Database): Promise<string[]> {
  const mailboxes: Mailbox[] = await db("mailboxes").select(
    db.raw("last_polled_at is not null as polled"),
    db.raw("(extract(epoch from now() - coalesce(last_polled_at, created_at)) / 60)::int as minutes"),
  );
  if (mailboxes.length === 0) return ["The mailbox was never polled: no worker has started yet"];
  return mailboxes
    .filter(({ minutes }) => minutes >= pollMinutes)
    .map(({ polled, minutes }) =>
      polled
        ? `The mailbox was polled for the last time ${minutes} minutes ago`
        : `The mailbox was never polled, for ${minutes} minutes now`,
    );
}

async function keyTroubles(db: Database, now: Date): Promise<string[]> {
  const keys: { fingerprint: string; expires_at: Date; signs: boolean }[] = await db("our_keys")
    .whereNotNull("expires_at")
    .select("fingerprint", "expires_at", "signs");
  return keys.flatMap(({ fingerprint, expires_at, signs }) => {
    const days = Math.floor((expires_at.getTime() - now.getTime()) / 86_400_000);
    if (days >= keyDays || (!signs && days < 0)) return [];
    const when = days < 0 ? "has expired" : `expires in ${days} days`;
    return `The OpenPGP key ${fingerprint} ${when}`;
  });
}

function say(count: number, one: string, many: string, advice: string): string[] {
  if (count === 0) return [];
  return [`${count} ${count === 1 ? one : many}: ${advice}`.replace(": for", " for")];
}
