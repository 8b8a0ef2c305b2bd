import assert from "node:assert/strict";
import { connect } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { ImapFlow } from "imapflow";
import { type ImapServer, startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import {
  type ChaosOptions,
  type ChaosProxy,
  randomNumbers,
  startChaosProxy,
} from "#test/support/chaos-proxy.ts";
import { eventually } from "#test/support/eventually.ts";
import { limit } from "#test/support/limits.ts";

const mailCount = 30;
let server: ImapServer;
let proxy: ChaosProxy | null = null;

beforeEach(async () => {
  server = await startImapServer({ users: { nina: "secret" } });
});

afterEach(async () => {
  await proxy?.stop();
  await server.stop();
});

test("cuts what the server says at the very byte", async () => {
  const through = await chaos();
  through.plan({ do: "cut", direction: "to client", afterBytes: 7 });

  assert.equal(await hear(through, ""), "* OK [C");
  assert.match(await hear(through, "a LOGOUT\r\n"), /a OK Logout/);
  assert.equal(through.strikes, 1);
});

test("cuts what the client says at the very byte", async () => {
  server.append("nina", "INBOX", Buffer.from("one"));
  const through = await chaos();
  const start = "a LOGIN nina secret\r\nb APPEND INBOX {3+}\r\n";
  const rest = "two\r\nc LOGOUT\r\n";

  through.plan({ do: "cut", direction: "to server", afterBytes: start.length + 2 });
  await hear(through, start + rest);
  assert.equal(server.messages("nina", "INBOX").length, 1);

  through.plan({ do: "cut", direction: "to server", afterBytes: start.length + 5 });
  await hear(through, start + rest);
  await eventually("the mail that came whole", () => server.messages("nina", "INBOX").length === 2);
});

test("stalls one way and refuses", async () => {
  const through = await chaos();
  through.plan({ do: "stall", direction: "to client", afterBytes: 3 }, { do: "refuse" });

  assert.equal(await hear(through, "a LOGOUT\r\n", 3), "* O");
  assert.equal(await hear(through, "a LOGOUT\r\n"), "");
  assert.equal(through.strikes, 2);
});

test("passes megabytes through unharmed", async () => {
  const through = await chaos();
  const raw = Buffer.alloc(3_000_000, "Subject: x\r\n\r\nabcdefg");
  const client = await login(through, limit(5));

  await client.append("INBOX", raw);
  await client.mailboxOpen("INBOX");
  const one = await client.fetchOne("1", { source: true });
  client.close();

  assert.ok(one && raw.equals(one.source ?? Buffer.alloc(0)));
});

test("strikes the same connections for the same seed", async () => {
  const struck = async (seed: number) => {
    const through = await startChaosProxy({ target: server, seed, chance: 0.5, mostBytes: 50 });
    const heard: string[] = [];
    for (let number = 0; number < 12; number += 1) heard.push(await hear(through, "a LOGOUT\r\n"));
    await through.stop();
    return heard;
  };

  const [first, again, other] = [await struck(7), await struck(7), await struck(8)];

  assert.deepEqual(first, again);
  assert.notDeepEqual(first, other);
  assert.ok(first.some((text) => /a OK/.test(text)) && first.some((text) => !/a OK/.test(text)));
});

test("moves every mail once, whatever breaks on the way", { timeout: limit(60) }, async () => {
  const random = randomNumbers(3);
  for (let number = 0; number < mailCount; number += 1) {
    const size = Math.floor(random() * 8000);
    server.append("nina", "INBOX", Buffer.from(`Subject: ${number}\r\n\r\n${"x".repeat(size)}`));
  }
  const originals = server.messages("nina", "INBOX").map((mail) => String(mail.raw));
  const through = await chaos({ seed: 3, chance: 0.9, kinds: ["cut", "refuse", "stall"], mostBytes: 20_000 });
  const fetched = new Map<number, string>();

  for (let tries = 0; tries < 400 && server.messages("nina", "INBOX").length > 0; tries += 1) {
    await fetchAndMove(through, fetched).catch(() => {});
  }

  assert.ok(through.strikes > 10);
  assert.deepEqual([...fetched.values()].sort(), originals.sort());
  assert.deepEqual(
    server
      .messages("nina", "Archive")
      .map((mail) => String(mail.raw))
      .sort(),
    originals,
  );
});

async function fetchAndMove(through: ChaosProxy, fetched: Map<number, string>): Promise<void> {
  const client = await login(through);
  try {
    await client.mailboxOpen("INBOX");
    const uids = (await client.search({ all: true }, { uid: true })) || [];
    for (const uid of uids.slice(0, 3)) {
      const one = await client.fetchOne(String(uid), { source: true }, { uid: true });
      const source = one ? one.source : undefined;
      if (source) fetched.set(uid, String(source));
      if (fetched.has(uid)) await client.messageMove(String(uid), "Archive", { uid: true });
    }
  } finally {
    client.close();
  }
}

async function chaos(options: Partial<ChaosOptions> = {}): Promise<ChaosProxy> {
  proxy = await startChaosProxy({ target: server, ...options });
  return proxy;
}

async function login({ host, port }: ChaosProxy, patience = 300): Promise<ImapFlow> {
  const timeouts = { socketTimeout: patience, greetingTimeout: patience, connectionTimeout: patience };
  const auth = { user: "nina", pass: "secret" };
  const client = new ImapFlow({ host, port, secure: false, auth, logger: false, ...timeouts });
  client.on("error", () => {});
  await client.connect().catch((error: unknown) => {
    client.close();
    throw error;
  });
  return client;
}

/** Sends a text and returns all that came back before the connection ended, or until so many bytes had come. */
async function hear(
  { host, port }: ChaosProxy,
  text: string,
  enough = Number.POSITIVE_INFINITY,
): Promise<string> {
  const socket = connect(port, host).setEncoding("latin1");
  let heard = "";
  socket.on("data", (piece: string) => {
    heard += piece;
    if (heard.length >= enough) socket.destroy();
  });
  socket.on("error", () => {});
  socket.write(text);
  await new Promise((resolve) => socket.once("close", resolve));
  return heard;
}
