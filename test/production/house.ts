import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type ImapServer, startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { startDebianPostgres } from "#src/demo/postgres.ts";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { asAdmin, inDatabase, startTestServer } from "#test/support/postgres-server.ts";

export type House = {
  url: string;
  imap: ImapServer;
  smtp: SmtpSink;
  folder: string;
  /** What a sysadmin writes into settings.env. */
  settings: Record<string, string>;
  /** As Compose gives them: web has its own secrets alone. */
  web: Record<string, string>;
  worker: Record<string, string>;
};

export const deskAddress = "desk-canary@example.org";
export const imapUser = "mailbox-user-canary";

/** An empty database, mail servers and a folder for the desk: what a sysadmin has before the first start. */
export async function buildHouse(
  t: TestContext,
  postgres: "embedded" | "debian" = "embedded",
): Promise<House> {
  const endings: Ending[] = [];
  t.after(async () => {
    for (const end of endings.toReversed()) await end();
  });
  const folder = join(await makeFolder(endings), "desk");
  const url = await makeDatabase(endings, postgres);
  const imap = await startImapServer({ users: { [imapUser]: "imap-password-canary" } });
  endings.push(() => imap.stop());
  const smtp = await startSmtpSink({ users: { "smtp-user-canary": "smtp-password-canary" } });
  endings.push(() => smtp.stop());

  const both = {
    DATABASE_URL: url,
    DESK_ADDRESS: deskAddress,
    WHISPERDESK_FOLDER: folder,
    MASTER_KEY_FILE: join(folder, "secrets/master_key"),
  };
  const mail = {
    IMAP_HOST: imap.host,
    IMAP_PORT: String(imap.port),
    IMAP_TLS: "no",
    IMAP_USER: imapUser,
    IMAP_POLL_SECONDS: "1",
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SMTP_TLS: "no",
    SMTP_USER: "smtp-user-canary",
    ADMIN_ADDRESSES: "admin-canary@example.org",
  };
  const { MASTER_KEY_FILE: _, ...open } = both;
  return {
    url,
    imap,
    smtp,
    folder,
    settings: { ...open, ...mail },
    web: {
      ...both,
      WEB_PORT: "0",
      WEB_METRICS_PORT: "0",
      SESSION_SECRET_FILE: join(folder, "secrets/session_secret"),
    },
    worker: {
      ...both,
      ...mail,
      WORKER_METRICS_PORT: "0",
      READING_PROCESSES: "1",
      IMAP_PASSWORD_FILE: join(folder, "secrets/imap_password"),
      SMTP_PASSWORD_FILE: join(folder, "secrets/smtp_password"),
      OPENPGP_KEYS_FILE: join(folder, "secrets/openpgp_keys"),
      OPENPGP_PASSPHRASE_FILE: join(folder, "secrets/openpgp_passphrase"),
    },
  };
}

/** False, or why Debian's PostgreSQL cannot be tried here. */
export const withoutDebianPostgres = existsSync("/usr/lib/postgresql")
  ? false
  : "Debian's PostgreSQL is not installed";

type Ending = () => Promise<unknown>;
let count = 0;

async function makeDatabase(endings: Ending[], postgres: "embedded" | "debian"): Promise<string> {
  const server = await startServer(endings, postgres);
  const name = `production_${process.pid}_${++count}`;
  await asAdmin(server, (admin) => admin.query(`create database ${name}`));
  endings.push(() => asAdmin(server, (admin) => admin.query(`drop database ${name} with (force)`)));
  return inDatabase(server, name);
}

async function startServer(endings: Ending[], postgres: "embedded" | "debian"): Promise<string> {
  const shared = process.env.WHISPERDESK_TEST_DATABASE_URL;
  if (postgres === "embedded" && shared) return shared;
  const server =
    postgres === "embedded"
      ? await startTestServer()
      : await startDebianPostgres({ dataDir: await makeFolder(endings), settings: { fsync: "off" } });
  endings.push(() => server.stop());
  return server.url;
}

async function makeFolder(endings: Ending[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "whisperdesk-production-"));
  endings.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
