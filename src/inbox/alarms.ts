import type { Database } from "../database.ts";

/** What the staff see in a banner until it is over. */
export type Alarm = { id: string; kind: AlarmKind; detail: string; raised_at: Date };
export type AlarmKind = "mailbox unreachable" | "no mail" | "mail missing" | "mail withheld" | OurKeyAlarm;
/** Which key, and which of its warnings: each is an alarm of its own. */
type OurKeyAlarm = `our key: ${string}`;

/** Raises an alarm, or changes the text of the one that is open. */
export async function raiseAlarm(db: Database, kind: AlarmKind, detail: string): Promise<void> {
  await db.raw(
    `insert into alarms (kind, detail) values (?, ?)
     on conflict (kind) where cleared_at is null do update set detail = excluded.detail`,
    [kind, detail],
  );
}

/** Ends an alarm: what it was about is over, or a staff member has dealt with it. */
export async function clearAlarm(db: Database, kind: AlarmKind): Promise<void> {
  await db("alarms").where({ kind }).whereNull("cleared_at").update({ cleared_at: db.fn.now() });
}

/** Ends the alarms whose kinds begin like this, all but some. */
export async function clearAlarmsExcept(db: Database, begins: "our key", kinds: AlarmKind[]): Promise<void> {
  await db("alarms")
    .whereLike("kind", `${begins}: %`)
    .whereNotIn("kind", kinds)
    .whereNull("cleared_at")
    .update({ cleared_at: db.fn.now() });
}

/** The alarms that are open, oldest first. */
export async function openAlarms(db: Database): Promise<Alarm[]> {
  return await db("alarms").whereNull("cleared_at").orderBy("id").select("id", "kind", "detail", "raised_at");
}

/** Open alarms of which the admins were not told by mail yet; each is returned once, also to many workers. */
export async function claimAlarmsToMail(db: Database): Promise<Alarm[]> {
  return await db("alarms")
    .whereNull("cleared_at")
    .whereNull("mailed_at")
    .update({ mailed_at: db.fn.now() })
    .returning<Alarm[]>(["id", "kind", "detail", "raised_at"]);
}
