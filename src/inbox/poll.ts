import { randomUUID } from "node:crypto";
import type { ImapFlow } from "imapflow";
import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { Pieces } from "./fetch-in-pieces.ts";
import type { Connection } from "./fetch-mails.ts";
import { type MailboxSettings, openMailbox, withTimeout } from "./mailbox.ts";
import { mailboxName, takeOver } from "./take-over.ts";

export type Polling = { stop(): Promise<void> };

export type PollOptions = {
  secondsBetween: number;
  /** How long a robot that died keeps the others from the mailbox. */
  leaseSeconds?: number;
  /** Called as soon as new mails are kept, batch by batch: they can be read while others are fetched. */
  onMail: (added: number) => void;
  /** Called for each pass that failed, with the error; the next one comes by itself. */
  onFailure(error: unknown): void;
};

/** Polls the mailbox until it is stopped: at once when the server tells of a mail (IDLE, RFC 2177), else by the clock. */
export function startPolling(
  db: Database,
  vault: Vault,
  settings: MailboxSettings,
  options: PollOptions,
): Polling {
  const robot = randomUUID();
  const leaseSeconds = options.leaseSeconds ?? 120;
  // Below the lease, so that it is renewed before it ends.
  const secondsBetween = Math.min(options.secondsBetween, leaseSeconds / 2);
  const stopping = new AbortController();
  const held: { client: ImapFlow | null } = { client: null };
  const connection: Connection = {
    settings,
    async open() {
      if (!held.client?.usable) held.client = await openListening(settings);
      return held.client;
    },
  };
  const pieces: Pieces = new Map();
  // Somebody who writes meanwhile does not wait for the rest of a long pass: the next one begins with their mail.
  const goOn = async () => {
    if (stopping.signal.aborted || (held.client && toldOfMail.has(held.client))) return false;
    return await holdLease(db, settings, robot, leaseSeconds);
  };

  const onePass = async () => {
    if (!(await holdLease(db, settings, robot, leaseSeconds))) return;
    toldOfMail.delete(await connection.open());
    await takeOver(db, vault, connection, { onKept: options.onMail, goOn, pieces });
    await db("mailboxes")
      .where({ name: mailboxName(settings) })
      .update({ last_polled_at: db.fn.now() });
  };

  const running = (async () => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await onePass();
        failures = 0;
        await waitForMail(held.client, settings, secondsBetween, stopping.signal);
      } catch (error) {
        options.onFailure(error);
        held.client?.close();
        held.client = null;
        failures += 1;
        await pause(Math.min(2 ** failures, 30, secondsBetween), stopping.signal);
      }
    }
    await giveLeaseBack(db, settings, robot).catch(() => {});
    held.client?.close();
  })();

  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Connections on which the server told of a mail since the last pass began: also while it ran and nobody waited. */
const toldOfMail = new WeakSet<ImapFlow>();

async function openListening(settings: MailboxSettings): Promise<ImapFlow> {
  const client = await openMailbox(settings);
  client.on("exists", () => toldOfMail.add(client));
  return client;
}

async function holdLease(
  db: Database,
  settings: MailboxSettings,
  robot: string,
  leaseSeconds: number,
): Promise<boolean> {
  const name = mailboxName(settings);
  await db("mailboxes").insert({ name }).onConflict("name").ignore();
  const held = await db("mailboxes")
    .where({ name })
    .where((free) =>
      free
        .whereNull("polling_until")
        .orWhere("polling_until", "<", db.fn.now())
        .orWhere({ polling_by: robot }),
    )
    .update({ polling_by: robot, polling_until: db.raw("now() + make_interval(secs => ?)", [leaseSeconds]) });
  return held === 1;
}

async function giveLeaseBack(db: Database, settings: MailboxSettings, robot: string): Promise<void> {
  await db("mailboxes")
    .where({ name: mailboxName(settings), polling_by: robot })
    .update({ polling_by: null, polling_until: null });
}

/** Ends when the server tells of a mail, when the time is over, or when polling is stopped. */
async function waitForMail(
  client: ImapFlow | null,
  settings: MailboxSettings,
  seconds: number,
  stopping: AbortSignal,
): Promise<void> {
  if (!client?.usable) return await pause(seconds, stopping);
  if (toldOfMail.has(client)) return;

  const told = new AbortController();
  const wake = () => told.abort();
  client.once("exists", wake);
  const idling = client.idle().catch(() => told.abort());
  try {
    await pause(seconds, AbortSignal.any([stopping, told.signal]));
  } finally {
    client.off("exists", wake);
  }
  // Any command ends IDLE.
  if (client.usable) await withTimeout(client, settings, client.noop());
  await idling;
}

async function pause(seconds: number, ended: AbortSignal): Promise<void> {
  if (ended.aborted) return;
  await new Promise<void>((done) => {
    const timer = setTimeout(finish, seconds * 1000);
    function finish() {
      clearTimeout(timer);
      ended.removeEventListener("abort", finish);
      done();
    }
    ended.addEventListener("abort", finish);
  });
}
