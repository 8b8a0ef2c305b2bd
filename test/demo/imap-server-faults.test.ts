import assert from "node:assert/strict";
import { connect, Socket } from "node:net";
import { afterEach, beforeEach, mock, test } from "node:test";
import { type FetchMessageObject, ImapFlow, type ImapFlowOptions } from "imapflow";
import { type ImapServer, startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { eventually } from "#test/support/eventually.ts";

const mails = ["one", "two", "three"].map((word) =>
  Buffer.from(`Subject: ${word}\r\n\r\n${word.repeat(500)}`),
);

let server: ImapServer;
let clients: ImapFlow[] = [];

beforeEach(async () => {
  server = await startImapServer({ users: { nina: "secret", omar: "other" } });
  for (const mail of mails) server.append("nina", "INBOX", mail);
});

afterEach(async () => {
  for (const client of clients) client.close();
  clients = [];
  await server.stop();
});

test("cuts the connection in the middle of a literal, at the byte", async () => {
  const fault = server.fault({ when: "FETCH", do: "cut", atByte: 700 });
  const raw = await talk("a LOGIN nina secret", "b SELECT INBOX", "c UID FETCH 1:* BODY.PEEK[]");

  const literals = raw.slice(raw.indexOf("* 1 FETCH"));
  assert.equal(
    literals,
    `* 1 FETCH (UID 1 BODY[] {${mails[0]?.length}}\r\n${mails[0]?.toString("latin1", 0, 700)}`,
  );
  assert.equal(fault.strikes, 1);
});

test("counts the bytes of a cut over all literals of the answer", async () => {
  const first = mails[0]?.length ?? 0;
  server.fault({ when: "FETCH", do: "cut", atByte: first + 5 });

  const raw = await talk("a LOGIN nina secret", "b SELECT INBOX", "c UID FETCH 1:* BODY.PEEK[]");

  assert.ok(raw.endsWith(`* 2 FETCH (UID 2 BODY[] {${mails[1]?.length}}\r\nSubje`));
});

test("cuts the connection before the tagged line when the answer is shorter", async () => {
  server.fault({ when: "SEARCH", do: "cut", atByte: 10_000 });

  const raw = await talk("a LOGIN nina secret", "b SELECT INBOX", "c UID SEARCH ALL");

  assert.ok(raw.endsWith("* SEARCH 1 2 3\r\n"));
});

test("fails the fetch of a client whose literal was cut", async () => {
  server.fault({ when: "FETCH", nth: 2, do: "cut", atByte: 100 });
  const client = await login();
  await client.mailboxOpen("INBOX");

  const first = await client.fetchOne("1", { source: true }, { uid: true });
  const second = await outcome(client.fetchOne("2", { source: true }, { uid: true }));

  assert.deepEqual(sourceOf(first), mails[0]);
  assert.ok(second instanceof Error);
});

test("says BYE at a command", async () => {
  server.fault({ when: "SELECT", do: "bye" });

  const raw = await talk("a LOGIN nina secret", "b SELECT INBOX");

  assert.ok(raw.endsWith("* BYE Server shutting down\r\n"));
});

test("never answers, and serves other clients meanwhile", async () => {
  const fault = server.fault({ when: "FETCH", do: "stall" });
  const [stalled, other] = [await login({ socketTimeout: 300 }), await login()];
  await stalled.mailboxOpen("INBOX");
  await other.mailboxOpen("INBOX");

  const waiting = outcome(stalled.fetchOne("1", { source: true }));
  await eventually("the fetch that is never answered", () => fault.strikes === 1);
  const served = await other.fetchOne("1", { source: true });

  assert.ok(served);
  assert.ok((await waiting) instanceof Error);
});

test("refuses the sign-in, once, with the text that was asked for", async () => {
  server.fault({ when: "LOGIN", do: "no", text: "[UNAVAILABLE] Try again" });
  server.fault({ when: "AUTHENTICATE", do: "no", text: "[UNAVAILABLE] Try again" });

  const failure = await outcome(login());
  const again = await outcome(login());

  assert.ok(failure instanceof Error && "serverResponseCode" in failure);
  assert.equal(failure.serverResponseCode, "UNAVAILABLE");
  assert.ok(again instanceof ImapFlow);
});

test("refuses a move and a copy and leaves the mails where they are", async () => {
  server.fault({ when: "MOVE", do: "no", text: "[OVERQUOTA] Full" });
  server.fault({ when: "COPY", do: "no" });
  const client = await login();
  await client.mailboxOpen("INBOX");

  assert.equal(await client.messageMove("1", "Archive", { uid: true }), false);
  assert.equal(await client.messageCopy("1", "Archive", { uid: true }), false);

  assert.equal(server.messages("nina", "INBOX").length, 3);
  assert.equal(server.messages("nina", "Archive").length, 0);
});

test("moves a mail and loses the answer", async () => {
  server.fault({ when: "MOVE", do: "lose answer" });
  const client = await login();
  await client.mailboxOpen("INBOX");

  const moved = await outcome(client.messageMove("1", "Archive", { uid: true }));

  assert.ok(moved instanceof Error || moved === false);
  assert.deepEqual(
    server.messages("nina", "Archive").map((mail) => mail.raw),
    [mails[0]],
  );
  assert.deepEqual(
    server.messages("nina", "INBOX").map((mail) => mail.uid),
    [2, 3],
  );
});

test("keeps an appended mail and loses the answer", async () => {
  server.fault({ when: "APPEND", do: "lose answer" });

  const appended = await outcome((await login()).append("Sent", "Subject: kept\r\n\r\n"));

  assert.ok(appended instanceof Error);
  assert.equal(server.messages("nina", "Sent").length, 1);
});

test("drips its answer and still gives the whole mail", async () => {
  server.fault({ when: "FETCH", do: "drip", bytes: 100, everyMs: 5 });
  const client = await login();
  await client.mailboxOpen("INBOX");

  const pieces = mock.method(Socket.prototype, "push");
  const one = await client.fetchOne("3", { source: true });
  pieces.mock.restore();

  assert.deepEqual(sourceOf(one), mails[2]);
  assert.ok(pieces.mock.callCount() > 10, `it came in ${pieces.mock.callCount()} pieces`);
});

test("announces a literal longer than it is", async () => {
  server.fault({ when: "FETCH", do: "wrong length", by: 3 });

  const raw = await talk("a LOGIN nina secret", "b SELECT INBOX", "c FETCH 1 BODY[]", "d LOGOUT");

  assert.ok(raw.includes(`* 1 FETCH (BODY[] {${(mails[0]?.length ?? 0) + 3}}\r\nSubject: one`));
  assert.ok(raw.includes("c OK"));
});

test("gives a client of a wrong literal length an error or other bytes, never a hang", async () => {
  for (const by of [-4, 4]) {
    server.fault({ when: "FETCH", do: "wrong length", by });
    const client = await login({ socketTimeout: 500 });
    await client.mailboxOpen("INBOX");

    const one = await outcome(client.fetchOne("1", { source: true }));

    assert.ok(one instanceof Error || !one || !mails[0] || !one.source?.equals(mails[0]));
  }
});

test("says EXISTS twice", async () => {
  server.fault({ when: "NOOP", do: "exists twice" });

  const raw = await talk("a LOGIN nina secret", "b SELECT INBOX", "c NOOP", "d NOOP", "e LOGOUT");

  assert.ok(raw.includes("* 3 EXISTS\r\n* 3 EXISTS\r\nc OK"));
  assert.ok(raw.includes("c OK Done\r\nd OK"));
});

test("numbers a folder anew under another UIDVALIDITY before it is opened", async () => {
  const client = await login();
  const before = await client.mailboxOpen("INBOX");
  await client.messageDelete("1", { uid: true });
  await client.mailboxClose();
  server.fault({ when: "SELECT", do: "renumber" });

  const after = await client.mailboxOpen("INBOX");
  const found = await client.fetchAll("1:*", { uid: true, source: true });

  assert.ok(after.uidValidity > before.uidValidity);
  assert.deepEqual(
    found.map((mail) => mail.uid),
    [1, 2],
  );
  assert.deepEqual(
    found.map((mail) => mail.source),
    mails.slice(1),
  );
});

test("says BYE to a client whose open folder is numbered anew", async () => {
  const client = await login();
  await client.mailboxOpen("INBOX");
  const closed = new Promise((resolve) => client.once("close", resolve));
  void client.idle();
  await client.noop();
  void client.idle();

  server.renumber("nina", "INBOX");

  await closed;
});

test("refuses a connection", async () => {
  server.fault({ when: "CONNECT", do: "refuse" });

  assert.ok((await outcome(login())) instanceof Error);
  assert.ok((await outcome(login())) instanceof ImapFlow);
});

test("strikes the commands of one user, as often as asked", async () => {
  const fault = server.fault({ when: "NOOP", do: "no", user: "omar", times: 2 });
  const other = server.fault({ when: "STATUS", do: "no", times: Infinity });

  const nina = await talk("a LOGIN nina secret", "b NOOP", "c LOGOUT");
  const omar = await talk(
    "a LOGIN omar other",
    "b NOOP",
    "c NOOP",
    "d NOOP",
    "e STATUS INBOX (MESSAGES)",
    "f LOGOUT",
  );
  other.remove();
  const later = await talk("a LOGIN omar other", "e STATUS INBOX (MESSAGES)", "f LOGOUT");

  assert.ok(nina.includes("b OK"));
  assert.match(omar, /b NO[^\n]*\nc NO[^\n]*\nd OK[^\n]*\ne NO/);
  assert.ok(later.includes("e OK"));
  assert.deepEqual([fault.strikes, other.strikes], [2, 1]);
});

async function login(options: Partial<ImapFlowOptions> = {}): Promise<ImapFlow> {
  const auth = { user: "nina", pass: "secret" };
  const client = new ImapFlow({
    host: server.host,
    port: server.port,
    secure: false,
    auth,
    logger: false,
    ...options,
  });
  client.on("error", () => {});
  clients.push(client);
  await client.connect();
  return client;
}

function sourceOf(message: FetchMessageObject | false | undefined): Buffer | undefined {
  return message ? message.source : undefined;
}

async function outcome<T>(promise: Promise<T>): Promise<T | Error> {
  return await promise.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
}

/** Says lines one after the other, each when the answer to the one before has come, and returns all that was heard. */
async function talk(...lines: string[]): Promise<string> {
  const socket: Socket = connect(server.port, server.host).setEncoding("latin1");
  let heard = "";
  const left = ["", ...lines];
  socket.on("data", (text: string) => {
    heard += text;
    const awaited = left[0]?.split(" ")[0] || "*";
    if (new RegExp(`^${awaited.replace("*", "\\*")} (OK|NO|BAD)`, "m").test(heard)) {
      left.shift();
      if (left[0]) socket.write(`${left[0]}\r\n`);
    }
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return heard;
}
