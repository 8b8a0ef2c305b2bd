import type { ImapFlow } from "imapflow";
import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { type FetchedMail, type Folder, keepMails } from "./keep-mails.ts";
import { type MailboxSettings, withTimeout } from "./mailbox.ts";

/** Mails of one batch are fetched, committed and moved together; a large mail is a batch of its own. */
const batchMails = 50;
const batchBytes = 8_000_000;
/** A mail beyond this is not fetched: the server keeps the only copy, and the desk shows that it is there. */
const largestMail = 200_000_000;

/**
 * Takes over what is in the folder: fetch whole, commit, and only then move the server's copy. It may die anywhere:
 * the next pass finds what is left, by UID and by content. `onKept` is told after each batch how many mails were new.
 */
export async function takeOver(
  db: Database,
  vault: Vault,
  client: ImapFlow,
  settings: MailboxSettings,
  onKept: (added: number) => void = () => {},
): Promise<void> {
  const folder = await currentFolder(db, client, settings);
  const sizes = await sizesInFolder(client, settings);
  const kept = await keptUids(db, folder, [...sizes.keys()]);
  await moveAway(db, client, settings, folder, [...kept]);

  const wanted = [...sizes].filter(([uid]) => !kept.has(uid)).sort(([one], [other]) => one - other);
  for (const batch of inBatches(wanted)) {
    const mails = await fetchMails(client, settings, batch);
    const added = await keepMails(db, vault, folder, mails);
    if (added > 0) onKept(added);
    await moveAway(
      db,
      client,
      settings,
      folder,
      mails.map((mail) => mail.uid),
    );
  }
}

/** Under a new UIDVALIDITY every UID means another mail: what is there is found again by its content. */
async function currentFolder(db: Database, client: ImapFlow, settings: MailboxSettings): Promise<Folder> {
  if (!client.mailbox) throw new Error("No folder is open");
  const folder = { mailbox: mailboxName(settings), uidvalidity: client.mailbox.uidValidity };
  await db("mailboxes")
    .insert({ name: folder.mailbox, uidvalidity: String(folder.uidvalidity) })
    .onConflict("name")
    .merge({
      uidvalidity: String(folder.uidvalidity),
      reconciled_to_uid: db.raw(
        "case when mailboxes.uidvalidity = excluded.uidvalidity then mailboxes.reconciled_to_uid end",
      ),
    });
  return folder;
}

/** The name under which a mailbox is known to the tables; it names no account. */
export function mailboxName(settings: { folder: string }): string {
  return settings.folder;
}

async function sizesInFolder(client: ImapFlow, settings: MailboxSettings): Promise<Map<number, number>> {
  const sizes = new Map<number, number>();
  const uids = await withTimeout(client, wait(settings), client.search({ all: true }, { uid: true }));
  if (!uids || uids.length === 0) return sizes;
  const messages = await withTimeout(
    client,
    wait(settings),
    client.fetchAll(range(uids), { uid: true, size: true }, { uid: true }),
  );
  for (const message of messages) sizes.set(message.uid, message.size ?? 0);
  return sizes;
}

async function keptUids(db: Database, folder: Folder, uids: number[]): Promise<Set<number>> {
  if (uids.length === 0) return new Set();
  const result = await db.raw(
    `select mail_copies.uid from mail_copies join mails on mails.id = mail_copies.mail_id
     where mailbox = ? and uidvalidity = ? and uid = any(?::bigint[])`,
    [folder.mailbox, String(folder.uidvalidity), uids],
  );
  return new Set(result.rows.map((row: { uid: string }) => Number(row.uid)));
}

function* inBatches(mails: [uid: number, size: number][]): Generator<[uid: number, size: number][]> {
  let batch: [number, number][] = [];
  let bytes = 0;
  for (const mail of mails) {
    if (batch.length > 0 && (batch.length >= batchMails || bytes + mail[1] > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(mail);
    bytes += mail[1];
  }
  if (batch.length > 0) yield batch;
}

async function fetchMails(
  client: ImapFlow,
  settings: MailboxSettings,
  batch: [uid: number, size: number][],
): Promise<FetchedMail[]> {
  const tooLarge = batch.filter(([, size]) => size > largestMail);
  const uids = batch.filter(([, size]) => size <= largestMail).map(([uid]) => uid);
  const mails: FetchedMail[] = tooLarge.map(([uid, sizeBytes]) => ({ uid, raw: null, sizeBytes }));
  if (uids.length === 0) return mails;

  const messages = await withTimeout(
    client,
    wait(settings) * 4,
    client.fetchAll(range(uids), { uid: true, source: true, size: true, internalDate: true }, { uid: true }),
  );
  for (const { uid, source, size, internalDate } of messages) {
    // Another robot may have moved it in between.
    if (!source || !uids.includes(uid)) continue;
    if (size !== source.length && !(await comesAgainTheSame(client, settings, uid, source))) continue;
    mails.push({ uid, raw: source, sizeBytes: source.length, receivedAt: momentOf(internalDate) });
  }
  return mails;
}

/** Nobody has waited since before the desk could have been written to: an odd date of the server is not believed. */
function momentOf(internalDate: Date | string | undefined): Date {
  const moment = new Date(internalDate ?? Date.now());
  return Number.isNaN(moment.getTime()) || moment.getFullYear() < 2009 ? new Date() : moment;
}

/** Some servers are wrong about sizes; a copy cut on its way looks the same, but comes whole or cut elsewhere the next time. */
async function comesAgainTheSame(
  client: ImapFlow,
  settings: MailboxSettings,
  uid: number,
  source: Buffer,
): Promise<boolean> {
  const fetching = client.fetchOne(String(uid), { source: true }, { uid: true });
  const again = await withTimeout(client, wait(settings) * 4, fetching);
  return again ? again.source?.equals(source) === true : false;
}

/** Moves mails that are committed to the folder for done ones. What fails here is done by the next pass. */
async function moveAway(
  db: Database,
  client: ImapFlow,
  settings: MailboxSettings,
  folder: Folder,
  uids: number[],
): Promise<void> {
  if (uids.length === 0) return;
  await makeDoneFolder(client, settings);
  const moved = await withTimeout(
    client,
    wait(settings),
    client.messageMove(range(uids), settings.doneFolder, { uid: true }),
  );
  if (!moved) return;
  await db.raw(
    `update mail_copies set moved_at = now()
     where mailbox = ? and uidvalidity = ? and uid = any(?::bigint[]) and moved_at is null`,
    [folder.mailbox, String(folder.uidvalidity), uids],
  );
}

const withDoneFolder = new WeakSet<ImapFlow>();

async function makeDoneFolder(client: ImapFlow, settings: MailboxSettings): Promise<void> {
  if (withDoneFolder.has(client)) return;
  await withTimeout(client, wait(settings), client.mailboxCreate(settings.doneFolder));
  withDoneFolder.add(client);
}

function wait(settings: MailboxSettings): number {
  return settings.secondsToWait ?? 60;
}

/** UIDs as IMAP writes them, neighbours together: 1:3,7. */
export function range(uids: number[]): string {
  const parts: [number, number][] = [];
  for (const uid of uids.toSorted((one, other) => one - other)) {
    const last = parts.at(-1);
    if (last && uid <= last[1] + 1) last[1] = uid;
    else parts.push([uid, uid]);
  }
  return parts.map(([first, last]) => (first === last ? `${first}` : `${first}:${last}`)).join(",");
}
