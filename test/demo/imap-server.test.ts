import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, suite, type TestContext, test } from "node:test";
import { ImapFlow } from "imapflow";
import { startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { startDovecot } from "#test/support/dovecot.ts";
import { limit } from "#test/support/limits.ts";

type MailServer = { host: string; port: number; user: string; password: string; stop(): Promise<void> };

imapSuite("The mini server", async () => {
  const server = await startImapServer({ users: { nina: "secret" } });
  return { ...server, user: "nina", password: "secret" };
});
imapSuite("Dovecot", startDovecot);

/** What a client of the desk needs of any IMAP server; Dovecot judges where the mini server differs. */
function imapSuite(name: string, startServer: () => Promise<MailServer | null>): void {
  suite(name, { timeout: limit(60) }, () => {
    let server: MailServer | null = null;
    const clients: ImapFlow[] = [];

    before(async () => {
      server = await startServer();
    });
    after(async () => {
      for (const client of clients) client.close();
      await server?.stop();
    });

    async function connect(t: TestContext): Promise<ImapFlow | null> {
      if (!server) {
        t.skip("dovecot is not installed");
        return null;
      }
      const { host, port, user, password } = server;
      const client = new ImapFlow({
        host,
        port,
        secure: false,
        auth: { user, pass: password },
        logger: false,
      });
      // A client that the server leaves tells it here; the tests look at what their calls return.
      client.on("error", () => {});
      await client.connect();
      clients.push(client);
      return client;
    }

    test("refuses a wrong password", async (t) => {
      if (!server) return t.skip("dovecot is not installed");
      const { host, port, user } = server;
      const client = new ImapFlow({
        host,
        port,
        secure: false,
        auth: { user, pass: "wrong" },
        logger: false,
      });

      const failure = await client.connect().catch((error: unknown) => error);
      // Left open it holds the process for another half minute.
      client.close();

      assert.ok(
        failure instanceof Error && "authenticationFailed" in failure && failure.authenticationFailed,
      );
      assert.equal("serverResponseCode" in failure && failure.serverResponseCode, "AUTHENTICATIONFAILED");
    });

    test("lets a client in with LOGIN as with AUTHENTICATE PLAIN", async (t) => {
      if (!server) return t.skip("dovecot is not installed");
      const { host, port, user, password } = server;
      for (const loginMethod of ["LOGIN", "AUTH=PLAIN"]) {
        const auth = { user, pass: password, loginMethod };
        const client = new ImapFlow({ host, port, secure: false, auth, logger: false });

        await client.connect();

        assert.ok(client.authenticated);
        await client.logout();
      }
    });

    test("knows what the desk needs", async (t) => {
      const client = await connect(t);
      if (!client) return;

      for (const capability of [
        "IMAP4rev1",
        "UIDPLUS",
        "MOVE",
        "IDLE",
        "UNSELECT",
        "SPECIAL-USE",
        "LITERAL+",
      ]) {
        assert.ok(client.capabilities.has(capability), capability);
      }
    });

    test("lists its folders and says what they are for", async (t) => {
      const client = await connect(t);
      if (!client) return;

      const folders = await client.list();

      const special = Object.fromEntries(folders.map((folder) => [folder.path, folder.specialUse]));
      assert.deepEqual(
        [special.INBOX, special.Sent, special.Trash, special.Archive],
        ["\\Inbox", "\\Sent", "\\Trash", "\\Archive"],
      );
    });

    test("keeps an appended mail to the byte, with its flags and date", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const raw = mail("Kept to the byte", "Ends without a line end: \xe9");
      const path = await newFolder(client);

      const appended = sure(
        await client.append(path, raw, ["\\Seen", "\\Flagged"], new Date("2026-03-04T05:06:07Z")),
      );
      await client.mailboxOpen(path);
      const kept = sure(
        await client.fetchOne("1", {
          uid: true,
          source: true,
          flags: true,
          internalDate: true,
          size: true,
        }),
      );

      assert.equal(appended.uid, kept.uid);
      assert.equal(appended.uidValidity, sure(client.mailbox).uidValidity);
      assert.deepEqual(kept.source, raw);
      assert.equal(kept.size, raw.length);
      assert.deepEqual([...(kept.flags ?? [])].filter((flag) => flag !== "\\Recent").sort(), [
        "\\Flagged",
        "\\Seen",
      ]);
      assert.equal(new Date(kept.internalDate ?? 0).toISOString(), "2026-03-04T05:06:07.000Z");
    });

    test("takes and gives back a mail of 20 MB", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const body = randomBytes(15 * 1024 * 1024)
        .toString("base64")
        .replace(/.{76}/g, "$&\r\n");
      const raw = mail("Large", body);
      const path = await newFolder(client);

      await client.append(path, raw);
      await client.mailboxOpen(path);
      const kept = sure(await client.fetchOne("*", { source: true }));

      assert.ok(raw.length > 20_000_000);
      assert.ok(sure(kept.source).equals(raw));
    });

    test("fetches several mails by a range of UIDs, in order", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const uids = await fill(client, await newFolder(client), 7);

      const found = await client.fetchAll(
        `${uids[1]}:${uids[3]},${uids[6]}:*`,
        { uid: true, source: true },
        { uid: true },
      );

      assert.deepEqual(
        found.map((one) => one.uid),
        [uids[1], uids[2], uids[3], uids[6]],
      );
      assert.deepEqual(
        found.map((one) => one.seq),
        [2, 3, 4, 7],
      );
      assert.deepEqual(found[3]?.source, mail("Number 6", "Text 6\r\n"));
    });

    test("gives the last mail for a UID range that begins behind it", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const uids = await fill(client, await newFolder(client), 2);

      const found = await client.fetchAll(`${(uids[1] ?? 0) + 100}:*`, { uid: true }, { uid: true });

      assert.deepEqual(
        found.map((one) => one.uid),
        [uids[1]],
      );
    });

    test("fetches a part of a mail and a part of its bytes", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const path = await newFolder(client);
      await client.append(path, twoParts);
      await client.mailboxOpen(path);

      const one = sure(
        await client.fetchOne("1", {
          source: { start: 10, maxLength: 20 },
          bodyParts: ["1", "2", "2.mime"],
          bodyStructure: true,
          envelope: true,
        }),
      );

      const { envelope, bodyStructure } = one;
      assert.ok(envelope && bodyStructure);
      const text = (part: string) => one.bodyParts?.get(part)?.toString("latin1");
      assert.deepEqual(one.source, twoParts.subarray(10, 30));
      const whole = sure(await client.fetchOne("1", { headers: true, bodyParts: ["text"] }));
      const some = sure(await client.fetchOne("1", { headers: ["subject"] }));
      assert.equal(some.headers?.toString(), "Subject: Two =?utf-8?q?p=C3=A4rts?=\r\n\r\n");
      assert.deepEqual([text("1"), text("2")], ["First part", "U2Vjb25k"]);
      assert.match(
        text("2.mime") ?? "",
        /^Content-Type: application\/pgp-encrypted; name="a b.asc"\r\n[\s\S]*\r\n\r\n$/,
      );
      assert.deepEqual(Buffer.concat([sure(whole.headers), sure(whole.bodyParts?.get("text"))]), twoParts);
      assert.deepEqual(
        [envelope.subject, envelope.from, envelope.to?.map((to) => to.address), envelope.messageId],
        [
          "Two pärts",
          [{ name: "Doe, Nina", address: "nina@example.org" }],
          ["desk@example.org", "other@example.org"],
          "<two@example.org>",
        ],
      );
      assert.equal(bodyStructure.type, "multipart/mixed");
      assert.deepEqual(
        bodyStructure.childNodes?.map(({ part, type, size, encoding, parameters }) => ({
          part,
          type,
          size,
          encoding,
          parameters,
        })),
        [
          { part: "1", type: "text/plain", size: 10, encoding: "7bit", parameters: { charset: "utf-8" } },
          {
            part: "2",
            type: "application/pgp-encrypted",
            size: 8,
            encoding: "base64",
            parameters: { name: "a b.asc" },
          },
        ],
      );
      assert.deepEqual(bodyStructure.childNodes?.[1]?.dispositionParameters, { filename: "a b.asc" });
    });

    test("downloads a mail as a stream", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const [uid] = await fill(client, await newFolder(client), 1);

      const { content } = await client.download(String(uid), undefined, { uid: true });
      assert.ok(content);
      const bytes = await Array.fromAsync(content);

      assert.deepEqual(Buffer.concat(bytes), mail("Number 0", "Text 0\r\n"));
    });

    test("searches by UID, flags, date, header and size", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const path = await newFolder(client);
      const old = sure(
        await client.append(
          path,
          mail("=?utf-8?q?B=C3=A4ren?=", "x"),
          ["\\Seen"],
          new Date("2020-01-01T12:00:00Z"),
        ),
      );
      const recent = sure(await client.append(path, mail("Recent", "y".repeat(5000))));
      await client.mailboxOpen(path);
      const find = async (query: Parameters<ImapFlow["search"]>[0]) =>
        await client.search(query, { uid: true });

      assert.deepEqual(await find({ all: true }), [old.uid, recent.uid]);
      assert.deepEqual(await find({ uid: `${recent.uid}:*` }), [recent.uid]);
      assert.deepEqual(await find({ seen: false }), [recent.uid]);
      assert.deepEqual(await find({ since: new Date("2020-01-02") }), [recent.uid]);
      assert.deepEqual(await find({ before: new Date("2020-01-02T00:00:00Z") }), [old.uid]);
      assert.deepEqual(await find({ header: { "message-id": "Recent" } }), [recent.uid]);
      assert.deepEqual(await find({ subject: "bären" }), [old.uid]);
      assert.deepEqual(await find({ larger: 4000 }), [recent.uid]);
      assert.deepEqual(await find({ not: { subject: "Recent" } }), [old.uid]);
      assert.deepEqual(await find({ or: [{ subject: "Recent" }, { seen: true }] }), [old.uid, recent.uid]);
      assert.deepEqual(await find({ header: { "X-Nothing": true } }), []);
    });

    test("changes flags", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const [uid] = await fill(client, await newFolder(client), 1);
      const flags = async () => {
        const one = sure(await client.fetchOne(String(uid), { flags: true }, { uid: true }));
        return one ? [...(one.flags ?? [])].filter((flag) => flag !== "\\Recent").sort() : [];
      };

      await client.messageFlagsAdd(String(uid), ["\\Seen", "desk"], { uid: true });
      assert.deepEqual(await flags(), ["\\Seen", "desk"]);
      await client.messageFlagsRemove(String(uid), ["\\Seen"], { uid: true });
      assert.deepEqual(await flags(), ["desk"]);
      await client.messageFlagsSet(String(uid), ["\\Flagged"], { uid: true });
      assert.deepEqual(await flags(), ["\\Flagged"]);
    });

    test("moves mails and says which UID each of them has now", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const target = await newFolder(client);
      await client.append(target, mail("Was there before", "x"));
      const uids = await fill(client, await newFolder(client), 4);

      const moved = sure(await client.messageMove([uids[0], uids[2]].join(","), target, { uid: true }));

      assert.deepEqual(
        [...sure(moved.uidMap)],
        [
          [uids[0], 2],
          [uids[2], 3],
        ],
      );
      assert.deepEqual(await client.search({ all: true }, { uid: true }), [uids[1], uids[3]]);
      await client.mailboxOpen(target);
      const arrived = await client.fetchAll("2:3", { source: true }, { uid: true });
      assert.deepEqual(
        arrived.map((one) => one.source),
        [mail("Number 0", "Text 0\r\n"), mail("Number 2", "Text 2\r\n")],
      );
      assert.equal(sure(client.mailbox).uidValidity, moved.uidValidity);
    });

    test("copies a mail, and takes out what is marked as deleted", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const target = await newFolder(client);
      const uids = await fill(client, await newFolder(client), 3);

      const copied = sure(await client.messageCopy(String(uids[1]), target, { uid: true }));
      await client.messageDelete(String(uids[1]), { uid: true });

      assert.deepEqual(copied && [...(copied.uidMap ?? [])], [[uids[1], 1]]);
      assert.deepEqual(await client.search({ all: true }, { uid: true }), [uids[0], uids[2]]);
      assert.equal(await count(client, target), 1);
    });

    test("answers a move of a mail that is gone with nothing moved", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const target = await newFolder(client);
      await fill(client, await newFolder(client), 1);

      const moved = sure(await client.messageMove("4711", target, { uid: true }));

      assert.equal(moved.uidMap, undefined);
      assert.equal(await count(client, target), 0);
    });

    test("says that a folder to move to is not there", async (t) => {
      const client = await connect(t);
      if (!client) return;
      await fill(client, await newFolder(client), 1);

      assert.equal(await client.messageMove("1:*", "Nowhere", { uid: true }), false);
      const failure = await client.append("Nowhere", mail("Lost", "x")).catch((error: unknown) => error);

      assert.equal(
        failure instanceof Error && "serverResponseCode" in failure && failure.serverResponseCode,
        "TRYCREATE",
      );
      assert.deepEqual(await client.search({ all: true }), [1]);
    });

    // Which of the two gets it, or whether both get a copy, differs: Dovecot mostly doubles it.
    test("loses no mail that two clients move at the same moment", async (t) => {
      const [one, other] = [await connect(t), await connect(t)];
      if (!one || !other) return;
      const [source, target] = [await newFolder(one), await newFolder(one)];
      const [uid] = await fill(one, source, 1);
      await other.mailboxOpen(source);

      await Promise.all([one, other].map((client) => client.messageMove(String(uid), target, { uid: true })));

      assert.ok(((await count(one, target)) ?? 0) >= 1);
      assert.equal(await count(one, source), 0);
    });

    test("does not move again what another client has moved before", async (t) => {
      const [one, other] = [await connect(t), await connect(t)];
      if (!one || !other) return;
      const [source, target] = [await newFolder(one), await newFolder(one)];
      const [uid] = await fill(one, source, 1);
      await other.mailboxOpen(source);

      await one.messageMove(String(uid), target, { uid: true });
      const again = await other.messageMove(String(uid), target, { uid: true });

      assert.equal(sure(again).uidMap, undefined);
      assert.equal(await count(one, target), 1);
    });

    test("tells an idle client of a new mail and of one that is gone", async (t) => {
      const [idle, other] = [await connect(t), await connect(t)];
      if (!idle || !other) return;
      const path = await newFolder(idle);
      await fill(idle, path, 1);
      const exists = new Promise<{ count: number }>((resolve) => idle.once("exists", resolve));
      const gone = new Promise<{ seq: number }>((resolve) => idle.once("expunge", resolve));
      void idle.idle();

      await other.append(path, mail("News", "x"));
      assert.equal((await exists).count, 2);

      await other.mailboxOpen(path);
      await other.messageDelete("1", { uid: true });
      assert.equal((await gone).seq, 1);
      assert.deepEqual(await idle.search({ all: true }, { uid: true }), [2]);
    });

    test("shows a client what another one does to the same folder", async (t) => {
      const [one, other] = [await connect(t), await connect(t)];
      if (!one || !other) return;
      const path = await newFolder(one);
      const uids = await fill(one, path, 3);
      await other.mailboxOpen(path);

      await one.messageDelete(String(uids[0]), { uid: true });
      await one.append(path, mail("Later", "x"));
      await one.messageFlagsAdd(String(uids[1]), ["\\Flagged"], { uid: true });
      await other.noop();

      assert.equal(sure(other.mailbox).exists, 3);
      const seen = await other.fetchAll("1:*", { uid: true, flags: true });
      assert.deepEqual(
        seen.map((mail) => mail.uid),
        [uids[1], uids[2], 4],
      );
      assert.ok(seen[0]?.flags?.has("\\Flagged"));
    });

    test("counts a folder without opening it", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const path = await newFolder(client);
      await client.append(path, mail("Read", "x"), ["\\Seen"]);
      await client.append(path, mail("New", "x"));

      const status = sure(
        await client.status(path, {
          messages: true,
          unseen: true,
          uidNext: true,
          uidValidity: true,
        }),
      );

      assert.deepEqual([status.messages, status.unseen, status.uidNext], [2, 1, 3]);
      assert.ok((status.uidValidity ?? 0n) > 0n);
    });

    test("gives a folder that was deleted and made anew another UIDVALIDITY", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const path = await newFolder(client);
      const first = sure(await client.status(path, { uidValidity: true })).uidValidity;

      await client.mailboxDelete(path);
      await client.mailboxCreate(path);

      const second = sure(await client.status(path, { uidValidity: true })).uidValidity;
      assert.ok(sure(second) > sure(first));
    });

    test("makes a folder once, with those above it", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const parent = randomName();

      const first = await client.mailboxCreate([parent, "2026"]);
      const again = await client.mailboxCreate([parent, "2026"]);

      assert.deepEqual([first.created, again.created], [true, false]);
      const listed = (await client.list()).filter((folder) => folder.path.startsWith(parent));
      assert.deepEqual(
        listed.map((folder) => [folder.path, folder.flags.has("\\Noselect")]),
        [
          [parent, true],
          [`${parent}/2026`, false],
        ],
      );
    });

    test("opens a folder whose name is not ASCII", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const path = `Erledigt & geprüft 已完成 📬 ${randomName()}`;

      await client.mailboxCreate(path);
      await client.append(path, mail("Inside", "x"));
      await client.mailboxOpen(path);

      assert.equal(sure(client.mailbox).path, path);
      assert.equal(sure(client.mailbox).exists, 1);
      assert.ok((await client.list()).some((folder) => folder.path === path));
    });

    test("changes nothing in a folder that was opened to read", async (t) => {
      const client = await connect(t);
      if (!client) return;
      const path = await newFolder(client);
      await fill(client, path, 1);
      await client.mailboxOpen(path, { readOnly: true });

      await client.messageFlagsAdd("1", ["\\Seen", "\\Deleted"], { uid: true });
      await client.messageDelete("1", { uid: true });

      assert.equal(sure(client.mailbox).readOnly, true);
      const one = sure(await client.fetchOne("1", { flags: true }));
      assert.ok(!one.flags?.has("\\Seen"));
    });
  });
}

function mail(subject: string, text: string): Buffer {
  const id = subject.replace(/\W/g, "");
  return Buffer.from(
    `From: nina@example.org\r\nSubject: ${subject}\r\nMessage-ID: <${id}@example.org>\r\n\r\n${text}`,
    "latin1",
  );
}

const twoParts = Buffer.from(
  [
    'From: "Doe, Nina" <nina@example.org>',
    "To: desk@example.org, <other@example.org>",
    "Subject: Two =?utf-8?q?p=C3=A4rts?=",
    "Message-ID: <two@example.org>",
    'Content-Type: multipart/mixed; boundary="here"',
    "",
    "preamble",
    "--here",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "First part",
    "--here",
    'Content-Type: application/pgp-encrypted; name="a b.asc"',
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="a b.asc"',
    "",
    "U2Vjb25k",
    "--here--",
    "",
  ].join("\r\n"),
);

function sure<T>(value: T | false | null | undefined): T {
  assert.ok(value);
  return value;
}

async function count(client: ImapFlow, path: string): Promise<number | undefined> {
  const status = await client.status(path, { messages: true });
  return status ? status.messages : undefined;
}

function randomName(): string {
  return `folder${randomBytes(5).toString("hex")}`;
}

async function newFolder(client: ImapFlow): Promise<string> {
  const { path } = await client.mailboxCreate(randomName());
  return path;
}

async function fill(client: ImapFlow, path: string, count: number): Promise<number[]> {
  const uids: number[] = [];
  for (let number = 0; number < count; number += 1) {
    const appended = sure(await client.append(path, mail(`Number ${number}`, `Text ${number}\r\n`)));
    uids.push(sure(appended.uid));
  }
  await client.mailboxOpen(path);
  return uids;
}
