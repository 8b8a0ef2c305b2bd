import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { type Database, openDatabase } from "#src/database.ts";
import { type ImapServer, startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { claimAlarmsToMail, openAlarms } from "#src/inbox/alarms.ts";
import type { Connection } from "#src/inbox/fetch-mails.ts";
import { type MailboxSettings, openMailbox } from "#src/inbox/mailbox.ts";
import { startPolling } from "#src/inbox/poll.ts";
import { takeOver } from "#src/inbox/take-over.ts";
import { openVault } from "#src/vault/master-key.ts";
import type { Vault } from "#src/vault/vault.ts";
import { startDovecot } from "#test/support/dovecot.ts";
import { eventually } from "#test/support/eventually.ts";
import { plainMail } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

type Setting = { db: Database; vault: Vault; settings: MailboxSettings };
type Mini = Setting & { server: ImapServer; url: string };

/** A fault that does no harm, for the test that wants to know when the moment has come. */
const unharmed = { do: "drip", bytes: 1_000_000, everyMs: 0 } as const;

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

/** Faults that only the robot's patience ends. */
const endless = new Set(["a mail is announced longer than it is", "the server falls silent"]);
const shortSilence = limit(0.1) / 1000;

for (const [what, fault] of faults) {
  test(`nothing is lost or doubled when ${what}`, async (t) => {
    const mini = await startMini(t);
    const texts = fill(mini.server, 60);
    mini.server.fault(fault);
    const secondsToWait = endless.has(what) ? shortSilence : mini.settings.secondsToWait;

    await untilQuiet({ ...mini, settings: { ...mini.settings, secondsToWait } });

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
  const idling = mini.server.fault({ when: "IDLE", ...unharmed });
  const arrived = Promise.withResolvers<number>();
  const polling = startPolling(mini.db, mini.vault, mini.settings, {
    secondsBetween: 40,
    onMail: (added) => arrived.resolve(added),
    onFailure: (error) => arrived.reject(error),
  });
  t.after(() => polling.stop());
  await eventually("the robot to idle", () => idling.strikes === 1);

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
  await eventually("the first mail", async () => (await mini.db("mails")).length === 1);

  mini.server.append("desk", "INBOX", Buffer.from(plainMail()));

  await eventually("the second mail", async () => (await mini.db("mails")).length === 2);
});

test("of several robots one polls; when it goes another takes over", async (t) => {
  const mini = await startMini(t);
  const options = { secondsBetween: 0.2, onMail: () => {}, onFailure: () => {} };
  const first = startPolling(mini.db, mini.vault, mini.settings, options);
  const holder = await eventually(
    "the first robot to poll",
    async () => (await mini.db("mailboxes").first("polling_by"))?.polling_by,
  );
  const other = openDatabase(mini.url);
  t.after(() => other.destroy());
  let asked = 0;
  other.on("query-response", (_, { sql }) => {
    if (/^update "mailboxes" set "polling_by"/.test(sql)) asked += 1;
  });
  const second = startPolling(other, mini.vault, mini.settings, options);
  t.after(() => second.stop());
  await eventually("the second robot to ask three times", () => asked >= 3);
  assert.equal((await mini.db("mailboxes").first("polling_by")).polling_by, holder);

  await first.stop();
  mini.server.append("desk", "INBOX", Buffer.from(plainMail()));

  await eventually("the mail", async () => (await mini.db("mails")).length === 1);
  assert.notEqual((await mini.db("mailboxes").first("polling_by")).polling_by, holder);
});

test("a mail that the server refuses stands alone: the others are kept in the same pass, and it is told", async (t) => {
  const mini = await startMini(t);
  fill(mini.server, 10);
  mini.server.fault({ when: "FETCH", bodyOf: 3, do: "no", text: "Server error while fetching", times: 1000 });

  assert.equal(await onePass(mini), 9);

  assert.equal(mini.server.messages("desk", "INBOX").length, 1);
  const [alarm] = await openAlarms(mini.db);
  assert.equal(alarm?.kind, "mail withheld");
  assert.match(
    alarm?.detail ?? "",
    /does not give a mail \(number 3, \d kB\).*“Server error while fetching”/,
  );
  assert.equal((await claimAlarmsToMail(mini.db)).length, 1, "the admins are told by mail");
});

test("a withheld mail is asked for again at growing distances, behind new mail, until it comes", async (t) => {
  const mini = await startMini(t);
  const [refused] = fill(mini.server, 2);
  const fault = mini.server.fault({ when: "FETCH", bodyOf: 1, do: "no", times: 1000 });
  await onePass(mini);
  assert.equal(fault.strikes, 2, "with the other one, and alone");

  await onePass(mini);
  assert.equal(fault.strikes, 2, "not asked for before it is time");
  const distances: number[] = [];
  for (let again = 0; again < 3; again += 1) {
    await mini.db("withheld_mails").update({ next_try_at: mini.db.fn.now() });
    await onePass(mini);
    const { rows } = await mini.db.raw(
      "select extract(epoch from next_try_at - now())::int as seconds from withheld_mails",
    );
    distances.push(Math.round(rows[0].seconds / 60));
  }
  assert.deepEqual(distances, [2, 8, 32]);

  fault.remove();
  await mini.db("withheld_mails").update({ next_try_at: mini.db.fn.now() });
  assert.equal(await onePass(mini), 1);
  await onePass(mini);
  assert.ok((await storedMails(mini)).includes(refused ?? ""));
  assert.deepEqual(await openAlarms(mini.db), []);
  assert.deepEqual(await mini.db("withheld_mails"), []);
});

test("a withheld mail that somebody removes from the server is forgotten", async (t) => {
  const mini = await startMini(t);
  fill(mini.server, 1);
  mini.server.fault({ when: "FETCH", bodyOf: 1, do: "no", times: 1000 });
  await onePass(mini);
  const client = await openMailbox(mini.settings);
  await client.messageDelete("1", { uid: true });
  client.close();

  await onePass(mini);

  assert.deepEqual(await openAlarms(mini.db), []);
});

test("a server that dies at one mail gives all others, wherever in it that happens", async (t) => {
  for (const atByte of [1, 200, 900]) {
    const mini = await startMini(t);
    fill(mini.server, 10);
    mini.server.fault({ when: "FETCH", bodyOf: 7, do: "cut", atByte, times: 1000 });

    await onePass(mini);
    await onePass(mini);

    assert.deepEqual(await counted(mini), { mails: 9, copies: 9 }, `at byte ${atByte}`);
    assert.match((await openAlarms(mini.db))[0]?.detail ?? "", /number 7.*broke off/);
  }
});

test("where the line breaks at every mail the pass ends, and no mail is blamed for more than the first ones", async (t) => {
  const mini = await startMini(t);
  const texts = fill(mini.server, 20);
  const fault = mini.server.fault({ when: "FETCH", nth: 2, do: "stall", times: 1000 });

  await assert.rejects(onePass({ ...mini, settings: { ...mini.settings, secondsToWait: shortSilence } }));
  fault.remove();
  await mini.db("withheld_mails").update({ next_try_at: mini.db.fn.now() });
  await untilQuiet(mini);

  assert.deepEqual(await storedMails(mini), texts.toSorted());
});

test("a slow line is given its time as long as bytes come", async (t) => {
  const mini = await startMini(t);
  const texts = fill(mini.server, 10);
  // Some eighty pieces: the whole takes four times as long as the server may be silent.
  mini.server.append(
    "desk",
    "INBOX",
    Buffer.from(plainMail({ text: "x".repeat(76).concat("\r\n").repeat(1000) })),
  );
  mini.server.fault({
    when: "FETCH",
    nth: 2,
    do: "drip",
    bytes: 3000,
    everyMs: shortSilence * 50,
    times: 1000,
  });

  const added = await onePass({ ...mini, settings: { ...mini.settings, secondsToWait: shortSilence } });

  assert.equal(added, texts.length + 1);
  assert.deepEqual(await mini.db("withheld_mails"), []);
});

test("a large mail comes in pieces, goes on where the line broke, and lets new mail pass", async (t) => {
  const mini = await startMini(t);
  const large = Buffer.from(`Subject: large\r\n\r\n${"0123456789abcdef".repeat(150_000)}`);
  mini.server.append("desk", "INBOX", large);
  mini.server.fault({ when: "FETCH", bodyOf: 1, nth: 3, do: "cut", atByte: 100_000 });
  const { connection, close } = connectionTo(mini.settings);
  t.after(async () => close());
  const pieces = new Map();
  let asked = 0;
  const goOn = async () => {
    asked += 1;
    return asked !== 2;
  };

  await takeOver(mini.db, mini.vault, connection, { goOn, pieces });
  assert.deepEqual(await counted(mini), { mails: 0, copies: 0 });
  mini.server.append("desk", "INBOX", Buffer.from(plainMail()));
  // The server tells of it with its next answer.
  await (await connection.open()).noop();
  await takeOver(mini.db, mini.vault, connection, { pieces });

  const mails = await mini.db("mails").orderBy("id").select("size_bytes");
  assert.equal(mails.length, 2);
  assert.equal(mails[1].size_bytes, String(large.length), "the new mail came first");
  assert.ok((await storedMails(mini)).includes(large.toString()));
});

test("a mail comes whatever size the server tells of it, when it is the same twice", async (t) => {
  for (const bytes of [400, 1_500_000, 4 * 524_288]) {
    for (const by of [-100, 100, 3_000_000]) {
      const mini = await startMini(t);
      const raw = `X: \r\n\r\n${"0123456789abcdef".repeat(bytes / 16)}`.slice(0, bytes);
      mini.server.append("desk", "INBOX", Buffer.from(raw));
      mini.server.fault({ when: "FETCH", do: "wrong size", by, times: 1000 });

      assert.equal(await onePass(mini), 1, `${bytes} bytes, told as ${by} more`);

      assert.deepEqual(await storedMails(mini), [raw]);
      assert.deepEqual(await mini.db("withheld_mails"), []);
    }
  }
});

test("a large mail that comes cut in another place each time is withheld, and no piece of it is kept", async (t) => {
  const mini = await startMini(t);
  mini.server.append("desk", "INBOX", Buffer.from(`Subject: x\r\n\r\n${"0123456789abcdef".repeat(100_000)}`));
  mini.server.fault({ when: "FETCH", bodyOf: 1, do: "short", by: 1000 });
  mini.server.fault({ when: "FETCH", bodyOf: 1, nth: 2, do: "short", by: 2000 });

  assert.equal(await onePass(mini), 0);

  assert.match((await openAlarms(mini.db))[0]?.detail ?? "", /it came to \d+ of 1600014 bytes/);
});

test("a large mail that is moved away while its pieces come is not kept, and forgotten", async (t) => {
  const mini = await startMini(t);
  mini.server.append("desk", "INBOX", Buffer.from(`X: y\r\n\r\n${"0123456789abcdef".repeat(100_000)}`));
  const { connection, close } = connectionTo(mini.settings);
  t.after(async () => close());
  const goOn = async () => {
    const other = await openMailbox(mini.settings);
    await other.messageDelete("1", { uid: true });
    other.close();
    return true;
  };

  await takeOver(mini.db, mini.vault, connection, { goOn });
  await onePass(mini);

  assert.deepEqual(await counted(mini), { mails: 0, copies: 0 });
  assert.deepEqual(await openAlarms(mini.db), []);
});

test("mail of today comes before what lay there at the start, which comes in the order that staff chose", async (t) => {
  const mini = await startMini(t);
  await mini.db("mailboxes").insert({ name: "INBOX", newest_first: true });
  const append = (subject: string, internalDate: Date) =>
    mini.server.append("desk", "INBOX", Buffer.from(plainMail({ subject })), { internalDate });
  append("old 1", new Date("2026-01-01"));
  append("old 2", new Date("2026-01-02"));
  append("today", new Date(Date.now() + 60_000));

  await onePass(mini);

  const subjects = (await storedMailsInOrder(mini)).map((text) => /^Subject: (.*)\r$/m.exec(text)?.[1]);
  assert.deepEqual(subjects, ["today", "old 2", "old 1"]);
});

test("what the server is told of us names no program and no version", async (t) => {
  const mini = await startMini(t);
  let said = "";
  const proxy = createServer((from) => {
    const to = connect(mini.settings.port, "127.0.0.1");
    from.on("data", (chunk) => {
      said += chunk.toString("latin1");
    });
    from.pipe(to).pipe(from);
    for (const socket of [from, to]) socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  t.after(() => proxy.close());

  const client = await openMailbox({ ...mini.settings, port: (proxy.address() as AddressInfo).port });
  client.close();

  assert.match(said, /^\S+ ID NIL\r$/m);
  assert.doesNotMatch(said, /imapflow|postal|\d+\.\d+\.\d+/i);
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
  const { db, url } = await createTestDatabase(t);
  return { db, url, vault: await openVault(db, randomBytes(32)) };
}

function settingsFor(port: number, user: string, password: string): MailboxSettings {
  const folders = { folder: "INBOX", doneFolder: "Whisperdesk" };
  return { host: "127.0.0.1", port, tls: false, user, password, ...folders, secondsToWait: limit(1) / 1000 };
}

function fill(server: ImapServer, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const mail = plainMail({ subject: `Mail ${n}`, text: randomBytes(400 + n * 10).toString("hex") });
    server.append("desk", "INBOX", Buffer.from(mail));
    return mail;
  });
}

/** Opens the mailbox anew where the last connection broke, as the poller does. */
function connectionTo(settings: MailboxSettings): { connection: Connection; close: () => void } {
  let client: Awaited<ReturnType<typeof openMailbox>> | null = null;
  const open = async () => {
    if (!client?.usable) client = await openMailbox(settings);
    return client;
  };
  return { connection: { settings, open }, close: () => client?.close() };
}

async function onePass({ db, vault, settings }: Setting): Promise<number> {
  const { connection, close } = connectionTo(settings);
  try {
    let added = 0;
    const onKept = (more: number) => {
      added += more;
    };
    await takeOver(db, vault, connection, { onKept });
    return added;
  } finally {
    close();
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

async function storedMailsInOrder({ db, vault }: Setting): Promise<string[]> {
  const rows = await db("mails")
    .join("vault_keys", "vault_keys.id", "mails.key_id")
    .orderBy("mails.id")
    .select("sealed_raw", "wrapped_key");
  return rows.map((row) => vault.openBytes(row.wrapped_key, "raw", row.sealed_raw).toString());
}
