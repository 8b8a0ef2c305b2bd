import { databaseUrl, readWorkerConfig, type WorkerConfig } from "./config.ts";
import { type Database, openDatabase, pendingMigrations } from "./database.ts";
import { startMailReaders } from "./inbox/mail-readers.ts";
import type { MailboxSettings } from "./inbox/mailbox.ts";
import { startPolling } from "./inbox/poll.ts";
import { readMailsAgain } from "./inbox/read-again.ts";
import { readKeptMails } from "./inbox/read-kept-mails.ts";
import { reconcile } from "./inbox/reconcile.ts";
import { tellAdmins } from "./inbox/tell-admins.ts";
import { watchOurKeys } from "./inbox/watch-our-keys.ts";
import { watchSilence } from "./inbox/watch-silence.ts";
import { giveUpLostAnswers } from "./outbox/claim-outbox.ts";
import { publishOurKeys } from "./outbox/publish-our-keys.ts";
import { type Sender, sendDueAnswers } from "./outbox/send.ts";
import { reindexBehind } from "./search/rotate-key.ts";
import { openDeskKeys, secretKeyBlocks } from "./setup/desk-keys.ts";
import { mailboxOf, smtpOf } from "./setup/mail-servers.ts";
import { describeStartProblem } from "./setup/start-problem.ts";
import { deleteExpiredDrafts } from "./tickets/drafts.ts";
import { wakeSnoozed } from "./tickets/snooze.ts";
import { openVault, readMasterKey } from "./vault/master-key.ts";
import { startHealth } from "./web/health.ts";
import { createLog } from "./web/log.ts";
import { repeat } from "./web/repeat.ts";

// The mail process: takes mail over, reads it, sends answers, watches for silence. Any number may run beside each other.
try {
  await run(readWorkerConfig(process.env));
} catch (error) {
  console.error(describeStartProblem(error));
  process.exit(1);
}

async function run(config: WorkerConfig): Promise<void> {
  const log = createLog(config.LOG_LEVEL);
  const db = openDatabase(databaseUrl(config), {
    connections: config.DATABASE_CONNECTIONS,
    name: "whisperdesk worker",
  });
  const pending = await pendingMigrations(db);
  if (pending.length > 0) throw new Error("The database is not up to date: run `whisperdesk migrate` first");
  const vault = await openVault(db, readMasterKey(config.MASTER_KEY));
  const keys = await openDeskKeys(config);
  await publishOurKeys(db, keys);

  const mailbox = mailboxOf(config);
  const sender: Sender = {
    name: config.DESK_NAME,
    address: config.DESK_ADDRESS,
    keys,
    server: smtpOf(config),
    autocrypt: config.AUTOCRYPT_HEADER,
  };
  const onFailure = (error: unknown) => log.warn({ err: error }, "a step failed and comes again");
  const readers = startMailReaders({
    processes: config.READING_PROCESSES,
    secretKeys: secretKeyBlocks(config.OPENPGP_KEYS),
    passphrase: config.OPENPGP_PASSPHRASE,
    deskAddress: config.DESK_ADDRESS,
  });
  const stopping = new AbortController();
  const reader = {
    readers,
    stopping: stopping.signal,
    leaseSeconds: config.LEASE_SECONDS,
    mailSizeLimit: config.MAIL_SIZE_LIMIT_MB * 1_000_000,
    desk: { name: config.DESK_NAME, address: config.DESK_ADDRESS },
    onFailure,
  };

  const health = await startHealth({ host: config.METRICS_HOST, port: config.WORKER_METRICS_PORT, db, log });
  // Another worker may have taken mail over: half a second is all that a person waits for a second pair of hands.
  const reading = repeat(0.5, () => readKeptMails(db, vault, reader), onFailure);
  const rereading = repeat(2, () => readMailsAgain(db, vault, reader), onFailure);
  const sending = repeat(2, () => sendAll(db, vault, sender), onFailure);
  const watching = repeat(60, () => watch(db, mailbox, config), onFailure);
  const tidying = repeat(60, () => tidy(db), onFailure);
  const indexing = repeat(20, () => reindexBehind(db, vault, 100), onFailure);
  const telling = repeat(60, () => tellAdmins(db, vault, sender, config.ADMIN_ADDRESSES), onFailure);
  const polling = startPolling(db, vault, mailbox, {
    secondsBetween: config.IMAP_POLL_SECONDS,
    leaseSeconds: config.LEASE_SECONDS,
    onMail: (added) => {
      log.info({ added }, "mail taken over");
      reading.wake();
    },
    onFailure,
  });
  log.info({ metricsPort: health.port }, "the worker runs");

  const stop = async () => {
    setTimeout(() => process.exit(1), 20_000).unref();
    stopping.abort();
    await polling.stop();
    await Promise.all([
      reading.stop(),
      rereading.stop(),
      sending.stop(),
      watching.stop(),
      tidying.stop(),
      telling.stop(),
      indexing.stop(),
    ]);
    await readers.stop();
    await health.close();
    await db.destroy();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}

async function sendAll(
  db: Database,
  vault: Parameters<typeof sendDueAnswers>[1],
  sender: Sender,
): Promise<void> {
  await giveUpLostAnswers(db);
  await sendDueAnswers(db, vault, sender);
}

async function tidy(db: Database): Promise<void> {
  await wakeSnoozed(db);
  await deleteExpiredDrafts(db);
}

async function watch(db: Database, mailbox: MailboxSettings, config: WorkerConfig): Promise<void> {
  await watchSilence(db, mailbox.folder, config.SILENCE_DAYS);
  await watchOurKeys(db);
  await reconcile(db, mailbox);
}
