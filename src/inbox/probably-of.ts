import type { Database } from "../database.ts";
import { neutralSubject } from "../outbox/queue-mail.ts";
import type { NewTicket } from "../tickets/open.ts";
import { answerSubject } from "../tickets/reply.ts";
import type { Vault } from "../vault/vault.ts";
import { baseSubject, likeness, wordsOfSubject } from "./same-matter.ts";
import type { Understood } from "./store-message.ts";

const mostTickets = 20;
const longestDays = 30;
const shortDays = 7;
const likeEnough = 0.6;

/**
 * The ticket of the same person to which a mail that opens one probably belongs: the one that it seems to answer under an
 * id that a relay rewrote, or one of the last days about the same. Null: none. It proves nothing, so it is only offered.
 * The caller holds the row of the person, so that the ticket of a mail stored at the same moment is seen. One statement.
 */
export async function probablyOf(
  trx: Database,
  vault: Vault,
  reading: Understood,
  { personId, openedAt = new Date() }: NewTicket,
  replyToHash: Buffer | null,
): Promise<string | null> {
  if (!personId) return null;
  const rows = await ticketsOf(trx, { personId, openedAt, replyToHash, longestDays, mostTickets });
  const recent = rows.map((row) => candidateOf(vault, row, openedAt));
  return recent.length > 0 ? choose(reading, recent) : null;
}

type Row = {
  id: string;
  status: string;
  last_message_at: Date;
  is_answered: boolean;
  sealed_subject: Buffer;
  wrapped_key: Buffer;
};
type Candidate = {
  id: string;
  words: Set<string>;
  base: string;
  daysAgo: number;
  waits: boolean;
  isAnswered: boolean;
};

/** The newest tickets of a person, but for what others wrote by the same address: a list or a form on a web site. */
async function ticketsOf(
  trx: Database,
  asked: {
    personId: string;
    openedAt: Date;
    replyToHash: Buffer | null;
    longestDays: number;
    mostTickets: number;
  },
): Promise<Row[]> {
  const result = await trx.raw<{ rows: Row[] }>(
    `select newest.id, status, last_message_at, first_answered_at is not null as is_answered, sealed_subject, wrapped_key
     from (select * from tickets where person_id = :personId order by id desc limit :mostTickets) newest
     join vault_keys on vault_keys.id = key_id
     where merged_into is null and status <> 'spam'
       and last_message_at > :openedAt::timestamptz - make_interval(days => :longestDays)
       and not exists (
         select from messages where ticket_id = newest.id and kind = 'from_user'
           and reply_to_hash is distinct from :replyToHash::bytea)
     order by last_message_at desc, newest.id desc`,
    asked,
  );
  return result.rows;
}

function candidateOf(vault: Vault, row: Row, now: Date): Candidate {
  const { base } = baseSubject(vault.open(row.wrapped_key, "subject", row.sealed_subject));
  return {
    id: row.id,
    base: base.toLowerCase(),
    words: wordsOfSubject(base),
    daysAgo: (now.getTime() - row.last_message_at.getTime()) / 86_400_000,
    waits: row.status === "waiting_for_user",
    isAnswered: row.is_answered,
  };
}

/** What the subject says comes before what the ticket waits for; of several tickets the newest. */
function choose(reading: Understood, candidates: Candidate[]): string | null {
  const { base, isAnswer } = baseSubject(reading.subject);
  const words = wordsOfSubject(base);
  const answers = isAnswer || reading.references.length > 0 || /^>/m.test(reading.text);
  const waiting = candidates.filter(({ waits }) => waits);
  const found =
    (answers && isOurSubject(base) && (waiting[0] ?? candidates.find(({ isAnswered }) => isAnswered))) ||
    candidates.find((one) => isAboutTheSame(base, words, one)) ||
    (answers && waiting.length === 1 && waiting[0]);
  return found ? found.id : null;
}

/** The subject of an answer of ours that tells nothing of its ticket. */
function isOurSubject(base: string): boolean {
  return [neutralSubject, answerSubject("")].some((ours) => ours.toLowerCase() === base.toLowerCase());
}

function isAboutTheSame(base: string, words: Set<string>, one: Candidate): boolean {
  if (words.size === 0 || one.words.size === 0) return words.size === one.words.size && one.daysAgo < 1;
  if (base.toLowerCase() === one.base) return true;
  return one.daysAgo < shortDays && likeness(words, one.words) >= likeEnough;
}
