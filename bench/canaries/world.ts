import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { turnOn } from "#src/acknowledgements/settings.ts";
import { createApp } from "#src/app.ts";
import { readWebConfig } from "#src/config.ts";
import { type Database, migrate, openDatabase } from "#src/database.ts";
import { startPostgres } from "#src/demo/postgres.ts";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { type MailReaders, startMailReaders } from "#src/inbox/mail-readers.ts";
import type { Reader } from "#src/inbox/read-kept-mails.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import type { Sender } from "#src/outbox/send.ts";
import { createTemplate } from "#src/reply-templates/create.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { openVault } from "#src/vault/master-key.ts";
import type { Vault } from "#src/vault/vault.ts";
import { createLog } from "#src/web/log.ts";
import { signInWindow, type Window } from "./window.ts";

export type World = {
  db: Database;
  url: string;
  vault: Vault;
  deskKey: string;
  sink: SmtpSink;
  reader: Reader;
  sender: Sender;
  staff: string[];
  window: Window;
  /** Everything that the web process and the mail process logged. */
  log: string[];
  logFailure(error: unknown): void;
  close(): Promise<void>;
};

const password = "correct horse battery";
const address = "desk@example.org";

/**
 * A whole desk in one process, but for the readers of mail: database, pages, SMTP server, logs. Its pages may go to the
 * database by another way.
 */
export async function openWorld(
  pages: (db: Database, url: string) => Promise<Database> = (db) => Promise.resolve(db),
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "whisperdesk-canaries-"));
  const settings = {
    fsync: "off",
    synchronous_commit: "off",
    max_connections: "50",
    shared_buffers: "128MB",
  };
  const postgres = await startPostgres({ dataDir: join(folder, "data"), settings });
  const db = openDatabase(postgres.url, { connections: 12, name: "canaries" });
  await migrate(db);
  const vault = await openVault(db, randomBytes(32));
  const log: string[] = [];
  const logger = createLog("trace", { write: (line) => void log.push(line) });
  const key = await generateSecretKey("Desk", address);
  const readers = startMailReaders({ processes: 2, secretKeys: [key.secret], deskAddress: address });
  const sink = await startSmtpSink();

  const config = readWebConfig({
    DATABASE_URL: postgres.url,
    MASTER_KEY: "not used",
    SESSION_SECRET: randomBytes(32).toString("hex"),
    DESK_ADDRESS: address,
  });
  const staff = await makeStaff(db);
  await acknowledgeAll(db, staff[2] ?? "");
  const server = createServer(createApp({ db: await pages(db, postgres.url), vault, config, log: logger }));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const logFailure = (error: unknown) => logger.warn({ err: error }, "a step failed and comes again");
  return {
    db,
    url: postgres.url,
    vault,
    deskKey: key.public,
    sink,
    staff,
    log,
    logFailure,
    window: await signInWindow(origin, "adam", password),
    reader: readerOf(readers, logFailure),
    sender: {
      name: "Desk",
      address,
      keys: await openSecretKeys([key.secret]),
      server: { host: sink.host, port: sink.port, tls: "no", secondsToWait: 20 },
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await readers.stop();
      await sink.stop();
      await db.destroy();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function readerOf(readers: MailReaders, onFailure: (error: unknown) => void): Reader {
  return { readers, mailSizeLimit: 50_000_000, desk: { name: "Desk", address }, onFailure };
}

async function makeStaff(db: Database): Promise<string[]> {
  const members = [
    { name: "nina", role: "help_desk" },
    { name: "ilse", role: "lead" },
    { name: "adam", role: "admin" },
  ] as const;
  const ids: string[] = [];
  for (const member of members) {
    const made = await createStaff(db, { ...member, password });
    if (made.ok) ids.push(made.staff.id);
  }
  return ids;
}

/** Every queue acknowledges by itself: the mail that most often told too much elsewhere. */
async function acknowledgeAll(db: Database, staffId: string): Promise<void> {
  const made = await createTemplate(db, { ...acknowledgementTemplate, staffId });
  if (!made.ok) throw new Error("The answer for acknowledgements was not made");
  for (const { id } of await db("queues").select("id")) {
    const turned = await turnOn(db, { queueId: id, templateId: made.id, staffId });
    if (!turned.ok) throw new Error(`Acknowledgements were not turned on: ${turned.reason}`);
  }
}

const acknowledgementTemplate = {
  name: "It has arrived",
  category: "Automatic",
  tags: [],
  language: "en",
  body: "Your message has arrived. It has the number {{ticket}}.",
};
