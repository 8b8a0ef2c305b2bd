import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "#src/database.ts";
import { type ImapServer, startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { type MailboxSettings, openMailbox } from "#src/inbox/mailbox.ts";
import { startPolling } from "#src/inbox/poll.ts";
import { takeOver } from "#src/inbox/take-over.ts";
import { openVault } from "#src/vault/master-key.ts";
import type { Vault } from "#src/vault/vault.ts";
import { startDovecot } from "#test/support/dovecot.ts";
import { plainMail } from "#test/support/intake.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

type Setting = { db: Database; vault: Vault; settings: MailboxSettings };
type Mini = Setting & { server: ImapServer };

test("takes over what is in the mailbox and moves it away after the commit", async (t) => {
  const mini = await startMini(t);
  fill(mini.server, 120);

  const added = await onePass(mini);

  assert.equal(added, 120);
  assert.deepEqual(await counted(mini), { mails: 120, copies: 120 });
  assert.equal(mini.server.messages("desk", "INBOX").length, 0);
  assert.equal(mini.server.messages("desk", "Whisperdesk").length, 120);
});

test("never uses the unread flag: a mail that somebody read already is taken over too", async (t) => {
  const mini = await startMini(t);
  mini.server.append("desk", "INBOX", Buffer.from(plainMail()), { flags: ["\\Seen"] });

  assert.equal(await onePass(mini), 1);
});

test("a real Dovecot gives its mail in the same way", async (t) => {
  const dovecot = await startDovecot();
  if (!dovecot) return t.skip("dovecot is not installed");
  t.after(() => dovecot.stop());
  const { db, vault } = await startDatabase(t);
  const settings = settingsFor(dovecot.port, dovecot.user, dovecot.password);
  for (let n = 0; n < 30; n += 1) await dovecot.append(dovecot.user, "INBOX", Buffer.from(plainMail()));

  assert.equal(await onePass({ db, vault, settings }), 30);
  assert.equal(await onePass({ db, vault, settings }), 0);

  assert.deepEqual(await counted({ db }), { mails: 30, copies: 30 });
  assert.equal((await dovecot.messages(dovecot.user, "INBOX")).length, 0);
  assert.equal((await dovecot.messages(dovecot.user, "Whisperdesk")).length, 30);
});

const faults: [what: string, fault: Parameters<ImapServer["fault"]>[0]][] = [
  ["the connection is cut in the middle of a mail", { when: "FETCH", nth: 2, do: "cut", atByte: 1234 }],
  [
    "the answer to the fetch of a mail is cut at its first byte",
    { when: "FETCH", nth: 2, do: "cut", atByte: 1 },
  ],
  ["the server says BYE instead of moving", { when: "MOVE", do: "bye" }],
  ["the mails are moved but the answer is lost", { when: "MOVE", do: "lose answer" }],
  ["the server refuses to move", { when: "MOVE", do: "no" }],
  ["a mail is announced longer than it is", { when: "FETCH", nth: 2, do: "wrong length", by: 40 }],
  ["a mail is announced shorter than it is", { when: "FETCH", nth: 2, do: "wrong length", by: -40 }],
  ["the server falls silent", { when: "FETCH", nth: 2, do: "stall" }],
  ["the numbers change before the mails are fetched", { when: "FETCH", nth: 2, do: "renumber" }],
  ["the numbers change before the mails are moved", { when: "MOVE", do: "renumber" }],
  ["the login is refused", { when: "LOGIN", do: "no" }],
];

for (const [what, fault] of faults) {
  test(`nothing is lost or doubled when ${what}`, async (t) => {
    const mini = await startMini(t);
    const texts = fill(mini.server, 60);
    mini.server.fault(fault);

    await untilQuiet(mini);

    assert.equal(mini.server.messages("desk", "INBOX").length, 0);
    assert.deepEqual(await storedMails(mini), texts.toSorted());
  });
}

test("two robots at once take each mail once", async (t) => {
  const mini = await startMini(t);
  const texts = fill(mini.server, 150);

  await Promise.all([untilQuiet(mini), untilQuiet(mini), untilQuiet(mini)]);

  assert.deepEqual(await storedMails(mini), texts.toSorted());
});

test("after a change of UIDVALIDITY the mails that were not moved are found again and not doubled", async (t) => {
  const mini = await startMini(t);
  const texts = fill(mini.server, 10);
  mini.server.fault({ when: "MOVE", do: "no", times: 1 });
  await onePass(mini);
  assert.equal(mini.server.messages("desk", "INBOX").length, 10);

  mini.server.renumber("desk", "INBOX");
  await onePass(mini);

  assert.deepEqual(await storedMails(mini), texts.toSorted());
  assert.deepEqual(await counted(mini), { mails: 10, copies: 20 });
  assert.equal(mini.server.messages("desk", "INBOX").length, 0);
});

test("a mail that arrives while the robot idles is taken over at once", async (t) => {
  const mini = await startMini(t);
  const arrived = Promise.withResolvers<number>();
  const polling = startPolling(mini.db, mini.vault, mini.settings, {
    secondsBetween: 40,
    onMail: (added) => arrived.resolve(added),
    onFailure: (error) => arrived.reject(error),
  });
  t.after(() => polling.stop());
  await until(async () => (await mini.db("mailboxes").first("last_polled_at"))?.last_polled_at);
  await pause(200);

  mini.server.append("desk", "INBOX", Buffer.from(plainMail()));

  assert.equal(await arrived.promise, 1);
});

test("a mail that arrives while the robot is busy with another does not wait for the clock", async (t) => {
  const mini = await startMini(t);
  mini.server.append("desk", "INBOX", Buffer.from(plainMail()));
  mini.server.fault({ when: "MOVE", do: "drip", bytes: 4, everyMs: 20 });
  const options = { secondsBetween: 40, onMail: () => {}, onFailure: () => {} };
  const polling = startPolling(mini.db, mini.vault, mini.settings, options);
  t.after(() => polling.stop());
  await until(async () => (await mini.db("mails")).length === 1);

  mini.server.append("desk", "INBOX", Buffer.from(plainMail()));

  await until(async () => (await mini.db("mails")).length === 2);
});

test("of several robots one polls; when it goes another takes over", async (t) => {
  const mini = await startMini(t);
  const options = { secondsBetween: 1, onMail: () => {}, onFailure: () => {} };
  const first = startPolling(mini.db, mini.vault, mini.settings, options);
  await until(async () => (await mini.db("mailboxes").first("polling_by"))?.polling_by);
  const second = startPolling(mini.db, mini.vault, mini.settings, options);
  t.after(() => second.stop());
  const holder = (await mini.db("mailboxes").first("polling_by")).polling_by;
  await pause(1500);
  assert.equal((await mini.db("mailboxes").first("polling_by")).polling_by, holder);

  await first.stop();
  mini.server.append("desk", "INBOX", Buffer.from(plainMail()));

  await until(async () => (await mini.db("mails")).length === 1);
  assert.notEqual((await mini.db("mailboxes").first("polling_by")).polling_by, holder);
});

test("a mail of 0 bytes and one of 60 MB are kept", async (t) => {
  const mini = await startMini(t);
  mini.server.append("desk", "INBOX", Buffer.alloc(0));
  mini.server.append(
    "desk",
    "INBOX",
    Buffer.concat([Buffer.from("Subject: big\r\n\r\n"), Buffer.alloc(60_000_000, "x")]),
  );

  assert.equal(await onePass(mini), 2);

  const sizes = await mini.db("mails").orderBy("size_bytes").select("size_bytes");
  assert.deepEqual(
    sizes.map(({ size_bytes }) => size_bytes),
    ["0", "60000016"],
  );
});

async function startMini(t: TestContext): Promise<Mini> {
  const server = await startImapServer({ users: { desk: "secret" } });
  t.after(() => server.stop());
  return { ...(await startDatabase(t)), server, settings: settingsFor(server.port, "desk", "secret") };
}

async function startDatabase(t: TestContext) {
  const { db } = await createTestDatabase(t);
  return { db, vault: await openVault(db, randomBytes(32)) };
}

function settingsFor(port: number, user: string, password: string): MailboxSettings {
  const folders = { folder: "INBOX", doneFolder: "Whisperdesk" };
  return { host: "127.0.0.1", port, tls: false, user, password, ...folders, secondsToWait: 2 };
}

function fill(server: ImapServer, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const mail = plainMail({ subject: `Mail ${n}`, text: randomBytes(400 + n * 10).toString("hex") });
    server.append("desk", "INBOX", Buffer.from(mail));
    return mail;
  });
}

async function onePass({ db, vault, settings }: Setting): Promise<number> {
  const client = await openMailbox(settings);
  try {
    let added = 0;
    await takeOver(db, vault, client, settings, (more) => {
      added += more;
    });
    return added;
  } finally {
    client.close();
  }
}

/** Passes until one succeeds and finds nothing, as the robot does. */
async function untilQuiet(setting: Setting): Promise<void> {
  for (let pass = 0; pass < 20; pass += 1) {
    const added = await onePass(setting).catch(() => -1);
    if (added === 0) return;
  }
  assert.fail("there was no quiet pass in 20");
}

async function counted({ db }: { db: Database }) {
  return { mails: (await db("mails")).length, copies: (await db("mail_copies")).length };
}

async function storedMails({ db, vault }: Setting): Promise<string[]> {
  const rows = await db("mails")
    .join("vault_keys", "vault_keys.id", "mails.key_id")
    .select("sealed_raw", "wrapped_key");
  return rows.map((row) => vault.openBytes(row.wrapped_key, "raw", row.sealed_raw).toString()).toSorted();
}

async function until(check: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await check()) return;
    await pause(50);
  }
  assert.fail("it did not happen within 10 seconds");
}
