import "./demo/own-environment.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { migrate, openDatabase } from "./database.ts";
import { demoMails } from "./demo/demo-mails.ts";
import { demoPeople } from "./demo/demo-people.ts";
import { directoryStore } from "./demo/imap-server/directory-store.ts";
import { type ImapServer, startImapServer } from "./demo/imap-server/start-imap-server.ts";
import { installStandardAnswers } from "./demo/install-standard-answers.ts";
import { mailboxPage } from "./demo/mailbox-page.ts";
import { startPostgres } from "./demo/postgres.ts";
import { keepReceived } from "./demo/received-mails.ts";
import { type DemoSecrets, demoSecrets, deskAddress, deskName } from "./demo/secrets.ts";
import { type SmtpSink, startSmtpSink } from "./demo/smtp-sink.ts";
import { createStaff } from "./staff/create-staff.ts";

// The whole desk on one command: PostgreSQL, a mailbox, people who write, and the two processes as in production.
const data = resolve(process.env.WHISPERDESK_DATA ?? join(import.meta.dirname, "../.data"));
const port = Number(process.env.WEB_PORT ?? 3000);
// Where Linux has it: however the demo ends, its processes do not outlive it.
const endsWithUs = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "TERM"] : [];
const deskUrl = `http://127.0.0.1:${port}`;
const say = (sentence: string) => console.log(sentence);

say(
  existsSync(data)
    ? `Opening the demo in ${data} …`
    : `Making the demo in ${data}; the first start takes a little longer …`,
);
const postgres = await startPostgres({ dataDir: data, onProgress: say });
const secrets = await demoSecrets(data);
await prepareDatabase(postgres.url, secrets);

const people = demoPeople(join(data, "people"));
const imap = await startImapServer({
  users: { desk: secrets.mailboxPassword },
  store: directoryStore(join(data, "mailbox")),
});
const receivedFolder = join(data, "received");
const smtp = await startSmtpSink({ keep: (mail) => keepReceived(receivedFolder, mail.raw) });
await fillMailbox(imap);

const mailboxSite = mailboxPage({
  receivedFolder,
  people,
  deskPublicKey: secrets.deskPublicKey,
  deskUrl,
  deliver: (raw) => void imap.append("desk", "INBOX", raw),
}).listen(port + 1, "127.0.0.1");
await once(mailboxSite, "listening").catch(async () => {
  console.error(`Port ${port + 1} is in use. Choose another pair: WEB_PORT=4000 npm run demo`);
  await postgres.stop();
  process.exit(1);
});

const processes = ["worker.ts", "server.ts"].map((file) => startProcess(file, imap, smtp));
await untilItAnswers();
introduce();
process.once("SIGINT", () => void stop());
process.once("SIGTERM", () => void stop());

async function prepareDatabase(url: string, { accounts }: DemoSecrets): Promise<void> {
  say("Preparing the tables and the accounts …");
  const db = openDatabase(url);
  await migrate(db);
  for (const account of accounts) await createStaff(db, account);
  await installStandardAnswers(db);
  // The people of the demo have written to this desk for weeks, and some of them have waited too long.
  await db("mailboxes")
    .insert({
      name: "INBOX",
      created_at: db.raw("now() - interval '90 days'"),
      // A desk that has stood there for so long is not silent since then.
      last_polled_at: db.fn.now(),
      last_mail_at: db.fn.now(),
    })
    .onConflict("name")
    .ignore();
  await db.destroy();
}

async function fillMailbox(server: ImapServer): Promise<void> {
  const filled = join(data, "mailbox-filled");
  if (!existsSync(filled)) say("Sixty people write their reports and encrypt them …");
  const mails = await demoMails(join(data, "mails"), secrets.deskPublicKey, people);
  if (existsSync(filled)) return;
  for (const { raw, receivedAt } of mails) server.append("desk", "INBOX", raw, { internalDate: receivedAt });
  writeFileSync(filled, "");
}

function startProcess(file: string, mailbox: ImapServer, sink: SmtpSink): ChildProcess {
  const [program, ...before] = [...endsWithUs, process.execPath];
  const child = spawn(program, [...before, join(import.meta.dirname, file)], {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: postgres.url,
      MASTER_KEY_FILE: join(secrets.folder, "master-key"),
      SESSION_SECRET_FILE: join(secrets.folder, "session"),
      OPENPGP_KEYS_FILE: join(secrets.folder, "openpgp"),
      IMAP_PASSWORD_FILE: join(secrets.folder, "mailbox"),
      DESK_NAME: deskName,
      DESK_ADDRESS: deskAddress,
      PUBLIC_URL: deskUrl,
      WEB_PORT: String(port),
      WEB_METRICS_PORT: "0",
      WORKER_METRICS_PORT: "0",
      LOG_LEVEL: "warn",
      IMAP_HOST: mailbox.host,
      IMAP_PORT: String(mailbox.port),
      IMAP_TLS: "no",
      IMAP_USER: "desk",
      SMTP_HOST: sink.host,
      SMTP_PORT: String(sink.port),
      SMTP_TLS: "no",
    },
  });
  child.once("exit", () => void stop(1));
  return child;
}

/** However slow the machine is: should one of the processes end instead, the demo stops. */
async function untilItAnswers(): Promise<void> {
  for (;;) {
    const answer = await fetch(`${deskUrl}/sign-in`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
}

function introduce(): void {
  const accounts = secrets.accounts.map(
    ({ name, role, password }) => `  ${name.padEnd(6)} ${password}   (${role.replace("_", " ")})`,
  );
  say(`
The desk:      ${deskUrl}
Demo mailbox:  http://127.0.0.1:${port + 1}   (what the people received, opened with their keys)

Sign in as
${accounts.join("\n")}

Ctrl-C stops everything; the data stay in ${data}.`);
}

let stopping = false;

/** The pages and the mail first, then what they stand on. */
async function stop(code = 0): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (code) console.error("One of the two processes ended; the demo stops.");
  else say("\nStopping …");
  const ends = processes.filter((child) => child.exitCode === null).map((child) => once(child, "exit"));
  for (const child of processes) child.kill("SIGTERM");
  await Promise.all(ends);
  mailboxSite.closeAllConnections();
  mailboxSite.close();
  await smtp.stop();
  await imap.stop();
  await postgres.stop();
  process.exit(code);
}
