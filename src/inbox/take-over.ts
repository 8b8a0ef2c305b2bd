import type { ImapFlow } from "imapflow";
import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { fetchInPieces, type Pieces } from "./fetch-in-pieces.ts";
import { type Connection, fetchByHalves, type ListedMail, momentOf } from "./fetch-mails.ts";
import { type FetchedMail, type Folder, keepMails } from "./keep-mails.ts";
import { type MailboxSettings, withTimeout } from "./mailbox.ts";
import { range } from "./uid-range.ts";
import { withheldMails, withholdMail } from "./withheld-mails.ts";

/** Mails of one batch are fetched, committed and moved together; a large mail comes alone, in pieces, behind all others. */
const batchMails = 50;
const batchBytes = 4_000_000;
const largeMail = 1_000_000;
/** A mail beyond this is not fetched: the server keeps the only copy, and the desk shows that it is there. */
const largestMail = 200_000_000;

export type TakeOverOptions = {
  /** Told after each batch how many mails were new. */
  onKept?: (added: number) => void;
  /** Asked after each batch: false ends the pass, and the next one goes on where it stood. */
  goOn?: () => Promise<boolean>;
  /** The pieces of large mails, kept from pass to pass. */
  pieces?: Pieces;
};

/**
 * Takes over what is in the folder: fetch whole, commit, and only then move the server's copy. It may die anywhere: the
 * next pass finds what is left, by UID and by content. A mail that the server does not give stops none of the others.
 */
export async function takeOver(
  db: Database,
  vault: Vault,
  connection: Connection,
  { onKept = () => {}, goOn = async () => true, pieces = new Map() }: TakeOverOptions = {},
): Promise<void> {
  const { settings } = connection;
  const client = await connection.open();
  const folder = await currentFolder(db, client, settings);
  // Under a new UIDVALIDITY every UID means another mail, so nothing is asked for by the old ones.
  const same: Connection = { settings, open: () => openSame(connection, folder) };
  const listed = await listFolder(client, settings);
  for (const name of pieces.keys()) if (!listed.has(Number(name.split(" ")[1]))) pieces.delete(name);
  const kept = await keptUids(db, folder, [...listed.keys()]);
  await moveAway(db, same, folder, [...kept]);

  const { batches, count } = await plan(
    db,
    folder,
    [...listed.values()].filter(({ uid }) => !kept.has(uid)),
  );
  const waiting = { left: count };
  await noteWaiting(db, folder, waiting.left);
  const keep = async (mails: FetchedMail[]) => {
    if (mails.length === 0) return;
    const added = await keepMails(db, vault, folder, mails);
    if (added > 0) onKept(added);
    await moveAway(
      db,
      same,
      folder,
      mails.map(({ uid }) => uid),
    );
    waiting.left = Math.max(0, waiting.left - mails.length);
    await noteWaiting(db, folder, waiting.left);
  };

  for (const batch of batches) {
    const [first] = batch;
    if (batch.length === 1 && first && first.size > largestMail) {
      await keep([{ uid: first.uid, raw: null, sizeBytes: first.size }]);
    } else if (batch.length === 1 && first && first.size > largeMail) {
      const result = await fetchInPieces(same, folder, first, pieces, goOn);
      if (result === "later") return;
      if (result.ok) await keep([result.mail]);
      else await withholdMail(db, folder, first, result.reason);
    } else {
      for await (const { mails, withheld } of fetchByHalves(same, batch)) {
        await keep(mails);
        for (const { mail, reason } of withheld) await withholdMail(db, folder, mail, reason);
      }
    }
    if (!(await goOn())) return;
  }
}

async function openSame(connection: Connection, folder: Folder): Promise<ImapFlow> {
  const client = await connection.open();
  if (!client.mailbox || client.mailbox.uidValidity !== folder.uidvalidity)
    throw new Error("The numbers of the folder have changed: the next pass begins anew");
  return client;
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

async function listFolder(client: ImapFlow, settings: MailboxSettings): Promise<Map<number, ListedMail>> {
  const listed = new Map<number, ListedMail>();
  const uids = await withTimeout(client, settings, client.search({ all: true }, { uid: true }));
  if (!uids || uids.length === 0) return listed;
  const query = { uid: true, size: true, internalDate: true };
  const fetching = client.fetchAll(range(uids), query, { uid: true });
  for (const { uid, size, internalDate } of await withTimeout(client, settings, fetching, uids.length * 100))
    listed.set(uid, { uid, size: size ?? 0, receivedAt: momentOf(internalDate) });
  return listed;
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

/**
 * Who writes to the desk today comes before what lay in the mailbox when the desk first opened it; large mails come behind
 * all others, and what the server withheld comes last, each alone, when it is time to ask again.
 */
async function plan(
  db: Database,
  folder: Folder,
  mails: ListedMail[],
): Promise<{ batches: ListedMail[][]; count: number }> {
  const uids = mails.map(({ uid }) => uid);
  const withheld = new Map(
    (await withheldMails(db, folder, uids)).map(({ uid, isDue }) => [uid, isDue] as const),
  );
  const mailbox = await db("mailboxes")
    .where({ name: folder.mailbox })
    .first<{ created_at: Date; newest_first: boolean }>("created_at", "newest_first");
  const isOld = ({ receivedAt }: ListedMail) => receivedAt < (mailbox?.created_at ?? new Date());
  const byUid = mails.toSorted((one, other) => one.uid - other.uid);
  const backlog = byUid.filter(isOld);
  const ordered = [
    ...byUid.filter((mail) => !isOld(mail)),
    ...(mailbox?.newest_first ? backlog.toReversed() : backlog),
  ];
  const asked = ordered.filter(({ uid }) => !withheld.has(uid));
  const again = ordered.filter(({ uid }) => withheld.get(uid) === true);
  const batches = [
    ...inBatches(asked.filter(({ size }) => size <= largeMail)),
    ...asked.filter(({ size }) => size > largeMail).map((mail) => [mail]),
    ...again.map((mail) => [mail]),
  ];
  return { batches, count: asked.length };
}

function* inBatches(mails: ListedMail[]): Generator<ListedMail[]> {
  let batch: ListedMail[] = [];
  let bytes = 0;
  for (const mail of mails) {
    if (batch.length > 0 && (batch.length >= batchMails || bytes + mail.size > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(mail);
    bytes += mail.size;
  }
  if (batch.length > 0) yield batch;
}

async function noteWaiting(db: Database, folder: Folder, waiting: number): Promise<void> {
  await db("mailboxes")
    .where({ name: folder.mailbox })
    .whereNot({ waiting_mails: waiting })
    .update({
      waiting_mails: waiting,
      backlog_mails: waiting === 0 ? 0 : db.raw("greatest(backlog_mails, ?::integer)", [waiting]),
    });
}

/** Moves mails that are committed to the folder for done ones. What fails here is done by the next pass. */
async function moveAway(db: Database, connection: Connection, folder: Folder, uids: number[]): Promise<void> {
  if (uids.length === 0) return;
  const { settings } = connection;
  const client = await connection.open();
  await makeDoneFolder(client, settings);
  const moving = client.messageMove(range(uids), settings.doneFolder, { uid: true });
  const moved = await withTimeout(client, settings, moving);
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
  await withTimeout(client, settings, client.mailboxCreate(settings.doneFolder));
  withDoneFolder.add(client);
}
