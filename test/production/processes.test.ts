import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { openDatabase } from "#src/database.ts";
import { newMasterKey, openVault, readMasterKey } from "#src/vault/master-key.ts";
import { Browser } from "#test/support/browser.ts";
import { eventually } from "#test/support/eventually.ts";
import { limit } from "#test/support/limits.ts";
import { buildHouse, deskAddress, type House, imapUser, withoutDebianPostgres } from "./house.ts";
import { refuseToStart, startProcess, whisperdesk } from "./processes.ts";

// What the images run, outside of them: each process by itself, with the settings and secret files that Compose gives.

const mail = [
  "From: Sender Canary <sender-canary@example.net>",
  `To: ${deskAddress}`,
  "Subject: Subject-canary of a mail",
  "Message-ID: <message-id-canary@example.net>",
  "Date: Sun, 22 Nov 2026 10:00:00 +0000",
  "",
  "Body-canary: the touchpad does not work.",
  "",
].join("\r\n");

for (const postgres of ["embedded", "debian"] as const) {
  const skip = postgres === "debian" && withoutDebianPostgres;

  test(`runs a desk from the first start to the end on the ${postgres} PostgreSQL`, { skip }, async (t) => {
    const house = await buildHouse(t, postgres);
    const password = await setUpTwice(house);
    await inDatabase(house, "insert into alarms (kind, detail) values ('mail missing', 'A mail is gone')");
    const web = await startProcess(t, "server", house.web);
    const worker = await startProcess(t, "worker", house.worker);

    await answersAboutHealth(web.metricsPort, /whisperdesk_http_request_seconds/);
    await answersAboutHealth(worker.metricsPort, /whisperdesk_poll_age_seconds/);
    const browser = await signIn(web.port, password);
    house.imap.append(imapUser, "INBOX", Buffer.from(mail));
    await becomesTicket(house);
    await tellsAdmins(house);
    await causeTrouble(house, browser);

    const ends = await Promise.all([web.stop(), worker.stop()]);

    assert.deepEqual(
      ends.map(({ code }) => code),
      [0, 0],
    );
    for (const { ms } of ends) assert.ok(ms < limit(5), `it took ${ms} ms to end`);
    for (const program of [web, worker]) {
      assert.equal(program.errors(), "");
      for (const line of program.output().trim().split("\n"))
        assert.equal(typeof JSON.parse(line).msg, "string");
    }
    const secrets = [password, ...browser.cookies.values(), ...secretsOf(house)];
    assertHoldsNone(web.output() + worker.output(), secrets);
    t.diagnostic(`web ended in ${Math.round(ends[0].ms)} ms, worker in ${Math.round(ends[1].ms)} ms`);
  });
}

test("no process starts with another master key, and nothing is changed", async (t) => {
  const house = await buildHouse(t);
  await setUp(house);
  const wrong = join(house.folder, "wrong_key");
  writeFileSync(wrong, newMasterKey());
  const before = await fingerprint(house);

  const ends = await Promise.all([
    refuseToStart("server", { ...house.web, MASTER_KEY_FILE: wrong }),
    refuseToStart("worker", { ...house.worker, MASTER_KEY_FILE: wrong }),
    whisperdesk(["setup"], { ...house.settings, MASTER_KEY_FILE: wrong }),
  ]);

  for (const { code, output } of ends) {
    assert.equal(code, 1);
    assert.match(output, /MASTER_KEY_FILE: this is not the master key that this database was sealed with/);
  }
  assert.equal(await fingerprint(house), before);
});

test("each process names the settings that it misses, and its ports when they are taken", async (t) => {
  const house = await buildHouse(t);
  await setUp(house);
  const { SESSION_SECRET_FILE: _, ...web } = house.web;
  const { OPENPGP_KEYS_FILE: __, IMAP_HOST: ___, ...worker } = house.worker;
  const taken = String(house.imap.port);
  copyFileSync(join(house.folder, "secrets/master_key"), join(house.folder, "no_key"));

  const [forWeb, forWorker, port, metrics, key, database] = await Promise.all([
    refuseToStart("server", web),
    refuseToStart("worker", worker),
    refuseToStart("server", { ...house.web, WEB_PORT: taken }),
    refuseToStart("worker", { ...house.worker, WORKER_METRICS_PORT: taken }),
    refuseToStart("worker", { ...house.worker, OPENPGP_KEYS_FILE: join(house.folder, "no_key") }),
    refuseToStart("server", { ...house.web, DATABASE_URL: "postgres://desk@127.0.0.1:1/desk" }),
  ]);

  assert.match(forWeb.output, /SESSION_SECRET is missing/);
  assert.match(forWorker.output, /IMAP_HOST is missing[\s\S]*OPENPGP_KEYS is missing/);
  assert.match(port.output, new RegExp(`WEB_PORT.*: port ${taken} is taken`));
  assert.match(metrics.output, new RegExp(`WORKER_METRICS_PORT: port ${taken} is taken`));
  assert.match(key.output, /^OPENPGP_KEYS: Secret key file 1 holds no complete OpenPGP private key block/);
  assert.match(database.output, /^DATABASE_URL: no PostgreSQL listens there \(ECONNREFUSED\)/);
  for (const { code, output } of [forWeb, forWorker, port, metrics, key, database]) {
    assert.equal(code, 1);
    assert.doesNotMatch(output, / {4}at |node:internal/, "a stack trace helps nobody");
  }
});

async function setUp(house: House): Promise<string> {
  mkdirSync(join(house.folder, "secrets"), { recursive: true, mode: 0o700 });
  for (const kind of ["imap", "smtp"])
    writeFileSync(join(house.folder, `secrets/${kind}_password`), `${kind}-password-canary\n`, {
      mode: 0o600,
    });

  const { code, output } = await whisperdesk(["setup", "--admin", "ilse"], house.settings);

  assert.equal(code, 0, output);
  const password = /the admin “ilse”\. Password, shown only this once: (\S+)/.exec(output)?.[1];
  assert.ok(password, output);
  assertHoldsNone(output, secretsOf(house));
  return password;
}

async function setUpTwice(house: House): Promise<string> {
  const password = await setUp(house);
  for (const name of readdirSync(join(house.folder, "secrets")))
    assert.equal(statSync(join(house.folder, "secrets", name)).mode & 0o777, 0o600, name);
  const before = await fingerprint(house);

  const again = await whisperdesk(["setup"], house.settings);

  assert.equal(again.code, 0, again.output);
  assert.doesNotMatch(again.output, /^done(?!.* tried: )|Password/m);
  assert.equal(await fingerprint(house), before);
  return password;
}

/** Changes when anything in the database, the secret files or the mailbox changes. */
async function fingerprint({ url, folder, imap }: House): Promise<string> {
  const hash = createHash("sha256");
  const client = new pg.Client(url);
  await client.connect();
  const tables = await client.query(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  assert.ok(tables.rows.length > 15);
  for (const { name } of tables.rows) {
    const { rows } = await client.query(
      `select md5(string_agg(line::text, ',' order by line::text)) from ${name} line`,
    );
    hash.update(`${name} ${rows[0].md5}`);
  }
  await client.end();
  for (const name of readdirSync(join(folder, "secrets")).sort())
    hash.update(name).update(readFileSync(join(folder, "secrets", name)));
  for (const name of imap.folders(imapUser))
    hash.update(`${name} ${imap.messages(imapUser, name).length} ${imap.uidValidity(imapUser, name)}`);
  return hash.digest("hex");
}

async function answersAboutHealth(port: number, metric: RegExp): Promise<void> {
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return `${response.status} ${await response.text()}`;
  };
  assert.equal(await ask("/healthz"), "200 ok\n");
  assert.equal(await ask("/readyz"), "200 ready\n");
  await eventually("the metric", async () => metric.test(await ask("/metrics")));
}

async function signIn(port: number, password: string): Promise<Browser> {
  const browser = new Browser(`http://127.0.0.1:${port}`);
  const page = await browser.visit("/sign-in?to=/staff");

  const staff = await browser.submit(page, { name: "ilse", password });

  assert.equal(new URL(staff.url).pathname, "/staff");
  assert.match(staff.$("main").text(), /ilse/);
  return browser;
}

async function becomesTicket({ url, folder, imap }: House): Promise<void> {
  const db = openDatabase(url, { connections: 1 });
  try {
    const ticket = await eventually("the ticket", () =>
      db("tickets")
        .join("vault_keys", "vault_keys.id", "tickets.key_id")
        .first<{ sealed_subject: Buffer; wrapped_key: Buffer } | undefined>("sealed_subject", "wrapped_key"),
    );
    const masterKey = readMasterKey(readFileSync(join(folder, "secrets/master_key"), "utf8"));
    const vault = await openVault(db, masterKey);
    assert.equal(
      vault.open(ticket.wrapped_key, "subject", ticket.sealed_subject),
      "Subject-canary of a mail",
    );
    await eventually(
      "the mail in the done folder",
      () => imap.messages(imapUser, "Whisperdesk").length === 1,
    );
  } finally {
    await db.destroy();
  }
}

/** An open alarm is mailed to the admins, and `whisperdesk check` is red until it is over. */
async function tellsAdmins(house: House): Promise<void> {
  const [told] = await eventually(
    "the mail to the admins",
    () => house.smtp.mails.length > 0 && house.smtp.mails,
  );
  assert.deepEqual(told?.to, ["admin-canary@example.org"]);
  assert.match(told.raw.toString(), /A mail is gone/);
  const troubled = await whisperdesk(["check"], house.settings);
  await inDatabase(house, "update alarms set cleared_at = now()");

  const well = await whisperdesk(["check"], house.settings);

  assert.deepEqual(troubled, { code: 1, output: "Alarm, mail missing: A mail is gone\n" });
  assert.deepEqual(well, { code: 0, output: "All is well\n" });
}

async function inDatabase({ url }: House, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Makes web and worker log: a failed sign-in, addresses that do not exist, a mailbox that breaks. */
async function causeTrouble(house: House, signedIn: Browser): Promise<void> {
  const stranger = new Browser(new URL((await signedIn.visit("/account")).url).origin);
  const page = await stranger.visit("/sign-in");
  await stranger.submit(page, { name: "name-canary", password: "wrong-password-canary" });
  await signedIn.visit("/nowhere/path-canary?token=token-canary");
  await signedIn.visit("/staff/path-canary%zz");
  house.imap.fault({ when: "*", do: "no", text: "[SERVERBUG] server-words-canary" });
  house.imap.dropConnections();
  house.imap.append(imapUser, "INBOX", Buffer.from(mail.replaceAll("canary of", "canary again of")));
  await eventually("the second mail", () => house.imap.messages(imapUser, "Whisperdesk").length === 2);
}

function secretsOf({ folder }: House): string[] {
  return readdirSync(join(folder, "secrets"))
    .map((name) => readFileSync(join(folder, "secrets", name), "utf8").trim())
    .filter(Boolean);
}

function assertHoldsNone(text: string, secrets: string[]): void {
  assert.doesNotMatch(text, /canary/i);
  for (const secret of secrets) assert.equal(text.includes(secret), false, "a secret is in the log");
}
