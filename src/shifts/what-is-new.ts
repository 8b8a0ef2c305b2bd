import type { Database } from "../database.ts";

/** What happened since a moment; each number stops at 1,001. */
export type News = {
  new_tickets: number;
  /** Tickets that other members of the staff answered. */
  answered_by_others: number;
  resolved_by_others: number;
  /** Tickets whose users wrote again. */
  our_turn_again: number;
};

/** What is new for a member of the staff since a moment, such as the end of their last shift. One statement. */
export async function whatIsNew(db: Database, staffId: string, since: Date): Promise<News> {
  const acts = (action: string, to: string) =>
    `(select count(distinct ticket_id) from (
       select ticket_id from ticket_events where created_at > :since and staff_id <> :staffId
         and action = '${action}' ${to} limit 1001) bounded)::int`;
  const result = await db.raw<{ rows: News[] }>(
    `select
       (select count(*) from (
          select from tickets where last_message_at > :since and opened_at > :since limit 1001) bounded)::int as new_tickets,
       ${acts("answered", "")} as answered_by_others,
       ${acts("closed", "and detail ->> 'to' = 'resolved'")} as resolved_by_others,
       (select count(*) from (
          select from tickets where our_turn_since > :since and opened_at <= :since limit 1001) bounded)::int as our_turn_again`,
    { since, staffId },
  );
  const [news] = result.rows;
  if (!news) throw new Error("The news came back empty");
  return news;
}
