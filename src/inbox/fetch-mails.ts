import type { ImapFlow } from "imapflow";
import type { FetchedMail } from "./keep-mails.ts";
import { type MailboxSettings, withTimeout } from "./mailbox.ts";
import { range } from "./uid-range.ts";

/** A mail as the folder lists it. */
export type ListedMail = { uid: number; size: number; receivedAt: Date };

/** A connection that is opened anew where the last one broke; opening throws when there is no server. */
export type Connection = { settings: MailboxSettings; open(): Promise<ImapFlow> };

/** What a fetch gave: mails, and those that the server did not give, with its words. */
export type Fetched = { mails: FetchedMail[]; withheld: { mail: ListedMail; reason: string }[] };

/**
 * Fetches mails whole. Where the server refuses, falls silent or breaks off, what came is kept and the rest is asked for in
 * halves, until a mail that the server does not give stands alone. Mails that are no longer there are left out. Throws
 * where the server itself fails: when it cannot be reached, or breaks off at one mail after another.
 */
export async function* fetchByHalves(connection: Connection, mails: ListedMail[]): AsyncGenerator<Fetched> {
  const breaks = { inARow: 0 };
  const waiting = [mails];
  for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
    const client = await connection.open();
    const got = await fetchOnce(client, connection.settings, batch);
    if (got.mails.length > 0) breaks.inARow = 0;
    const [only, ...others] = got.left;
    if (!only || !got.error) {
      yield { mails: got.mails, withheld: got.left.map((mail) => ({ mail, reason: incomplete })) };
    } else if (others.length === 0) {
      if (!client.usable) breaks.inARow += 1;
      if (breaks.inARow > mostBreaks) throw got.error;
      yield { mails: got.mails, withheld: [{ mail: only, reason: wordsOf(got.error) }] };
    } else {
      if (got.mails.length > 0) yield { mails: got.mails, withheld: [] };
      const middle = Math.ceil(got.left.length / 2);
      waiting.unshift(got.left.slice(0, middle), got.left.slice(middle));
    }
  }
}

/** Some mails may break a connection; where nothing else comes either, the line is to blame and not the mails. */
const mostBreaks = 3;
const incomplete = "it came, but not whole";

type Once = { mails: FetchedMail[]; left: ListedMail[]; error: Error | null };

async function fetchOnce(client: ImapFlow, settings: MailboxSettings, batch: ListedMail[]): Promise<Once> {
  const wanted = new Map(batch.map((mail) => [mail.uid, mail]));
  const bytes = batch.reduce((sum, { size }) => sum + size, 0);
  const mails: FetchedMail[] = [];
  const left = new Map<number, ListedMail>();
  const uids = range([...wanted.keys()]);
  const collect = async () => {
    const query = { uid: true, source: true, size: true, internalDate: true } as const;
    for await (const { uid, source, size, internalDate } of client.fetch(uids, query, { uid: true })) {
      const mail = wanted.get(uid);
      if (!mail) continue;
      wanted.delete(uid);
      if (source && size === source.length) mails.push(fetched(uid, source, internalDate));
      else left.set(uid, mail);
    }
  };
  try {
    await withTimeout(client, settings, collect(), bytes);
    for (const mail of left.values()) {
      const again = await fetchTheSameTwice(client, settings, mail);
      if (again) mails.push(again);
      if (again) left.delete(mail.uid);
    }
    return { mails: inOrder(mails, batch), left: [...left.values()], error: null };
  } catch (error) {
    // What is not listed any more was moved by another poller in between; after an error nobody knows.
    const rest = [...left.values(), ...wanted.values()];
    return {
      mails: inOrder(mails, batch),
      left: rest,
      error: error instanceof Error ? error : new Error("unknown"),
    };
  }
}

/** A server answers in its own order; the desk keeps mails in the order in which it asked. */
function inOrder(mails: FetchedMail[], batch: ListedMail[]): FetchedMail[] {
  const place = new Map(batch.map(({ uid }, index) => [uid, index]));
  return mails.toSorted((one, other) => (place.get(one.uid) ?? 0) - (place.get(other.uid) ?? 0));
}

/** Some servers are wrong about sizes; a copy cut on its way looks the same, but comes whole or cut elsewhere the next time. */
async function fetchTheSameTwice(
  client: ImapFlow,
  settings: MailboxSettings,
  { uid, size }: ListedMail,
): Promise<FetchedMail | null> {
  const query = { source: true, internalDate: true } as const;
  const fetch = () => withTimeout(client, settings, client.fetchOne(String(uid), query, { uid: true }), size);
  const [one, other] = [await fetch(), await fetch()];
  if (!one || !other || !one.source || !other.source?.equals(one.source)) return null;
  return fetched(uid, one.source, one.internalDate);
}

function fetched(uid: number, raw: Buffer, internalDate: Date | string | undefined): FetchedMail {
  return { uid, raw, sizeBytes: raw.length, receivedAt: momentOf(internalDate) };
}

/** Nobody has waited since before the desk could have been written to: an odd date of the server is not believed. */
export function momentOf(internalDate: Date | string | undefined): Date {
  const moment = new Date(internalDate ?? Date.now());
  return Number.isNaN(moment.getTime()) || moment.getFullYear() < 2009 ? new Date() : moment;
}

/** What the server said, as one short line; of a connection that broke only that it did. */
export function wordsOf(error: Error): string {
  const said = "responseText" in error && typeof error.responseText === "string" ? error.responseText : "";
  const words = said.replace(/[\p{Cc}\s]+/gu, " ").trim();
  if (words) return words.slice(0, 200);
  return "responseStatus" in error
    ? "it refused without a reason"
    : "the connection broke off or fell silent";
}
