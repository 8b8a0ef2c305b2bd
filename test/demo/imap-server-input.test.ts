import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import fc from "fast-check";
import { directoryStore } from "#src/demo/imap-server/directory-store.ts";
import { decodeFolderName, encodeFolderName } from "#src/demo/imap-server/folder-name.ts";
import type { MailStore } from "#src/demo/imap-server/mail-store.ts";
import { parseArguments } from "#src/demo/imap-server/parse-arguments.ts";
import { formatSequenceSet, parseSequenceSet } from "#src/demo/imap-server/sequence-set.ts";
import { type ImapServer, startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { limit } from "#test/support/limits.ts";

const users = { nina: "secret" };
let server: ImapServer;

beforeEach(async () => {
  server = await startImapServer({ users, mostMailBytes: 100_000 });
  server.append("nina", "INBOX", Buffer.from("From: Nina <nina@example.org>\r\nSubject: Hi\r\n\r\ntext"));
});

afterEach(async () => {
  await server.stop();
});

test("asks for a literal and takes it, or takes one that comes unasked", async () => {
  const asked = await send(
    "a LOGIN {4}\r\nnina {6+}\r\nsecret\r\nb APPEND INBOX (\\Seen) {5}\r\nab\r\nc\r\nc LOGOUT\r\n",
  );

  assert.match(asked, /\+ OK\r\na OK [^\n]*\n\+ OK\r\nb OK \[APPENDUID \d+ 2\]/);
  assert.deepEqual(server.messages("nina", "INBOX")[1]?.raw, Buffer.from("ab\r\nc"));
  assert.deepEqual(server.messages("nina", "INBOX")[1]?.flags, ["\\Seen"]);
});

test("keeps nothing of a mail whose literal never ends", async () => {
  await send("a LOGIN nina secret\r\nb APPEND INBOX {500+}\r\nonly a few bytes");

  assert.equal(server.messages("nina", "INBOX").length, 1);
});

test("refuses a literal that is too large before it comes, and hangs up on one that comes unasked", async () => {
  const asked = await send("a LOGIN nina secret\r\nb APPEND INBOX {100001}\r\nc NOOP\r\nd LOGOUT\r\n");
  const unasked = await send("a LOGIN nina secret\r\nb APPEND INBOX {999999999999+}\r\nc NOOP\r\n");
  const stranger = await send("a LOGIN {9000+}\r\nb NOOP\r\n");

  assert.match(asked, /b NO \[TOOBIG\][^\n]*\nc OK/);
  assert.match(unasked, /\* BYE/);
  assert.match(stranger, /\* BYE/);
});

test("hangs up on a line that does not end", async () => {
  assert.match(await send(`a LOGIN ${"x".repeat(20_000)}`), /\* BYE/);
});

test("answers what it cannot read with BAD and goes on", async () => {
  const broken = [
    "b",
    "b FETCH",
    "b UID",
    'b SELECT "INBOX',
    "b SEARCH ((ALL)",
    "b FETCH 1 BODY[",
    "b STORE 1 X (",
    "b FETCH 0 UID",
  ];
  for (const line of [
    ...broken,
    `b SEARCH ${"(".repeat(200_000)}`,
    `b SEARCH ${"NOT ".repeat(20_000)}ALL`,
    "b CONSTRUCTOR",
    "b FETCH 1 CONSTRUCTOR",
  ]) {
    const heard = await send(`a LOGIN nina secret\r\nz SELECT INBOX\r\n${line}\r\nc NOOP\r\nd LOGOUT\r\n`);

    assert.match(heard, /^(b|\*) BAD [^\n]*\nc OK/m, line.slice(0, 40));
  }
});

test("lets nobody read who has not signed in", async () => {
  for (const command of [
    "SELECT INBOX",
    'LIST "" *',
    "STATUS INBOX (MESSAGES)",
    "UID FETCH 1 BODY[]",
    "APPEND INBOX {1+}\r\nx",
    "IDLE",
  ]) {
    assert.match(await send(`a LOGIN nina wrong\r\nb ${command}\r\nd LOGOUT\r\n`), /\nb BAD /, command);
  }
});

test("makes no folder whose name could climb out of the mailbox or is malformed", async () => {
  for (const name of ["..", "a/../b", "/a", "a//b", "", "a&b", "x".repeat(300), "\xe9"]) {
    const heard = await send(`a LOGIN nina secret\r\nb CREATE "${name}"\r\nd LOGOUT\r\n`);

    assert.match(heard, /\nb NO /, name);
  }
  assert.deepEqual(server.folders("nina"), ["Archive", "INBOX", "Sent", "Trash"]);
});

test("comes to the end of a list by a hostile pattern", async () => {
  server.createFolder("nina", "a".repeat(180));

  const heard = await send(`a LOGIN nina secret\r\nb LIST "" "${"*%a".repeat(300)}"\r\nd LOGOUT\r\n`);

  // Where each star is tried at each place it would not end before the sun does.
  assert.match(heard, /\r\nb OK /);
});

test("survives whatever bytes a client sends", { timeout: limit(60) }, async () => {
  const words = fc.constantFrom(
    ..."a|b|LOGIN|nina|secret|SELECT|INBOX|FETCH|UID|1:*|BODY[]|BODY.PEEK[1.2.HEADER.FIELDS (A B)]<0.5>|SEARCH|HEADER|OR|NOT".split(
      "|",
    ),
    ...'STORE|+FLAGS|(\\Seen)|APPEND|{3}|{3+}|{99999999999}|(|)|"|\\|MOVE|COPY|Trash|IDLE|DONE|AUTHENTICATE|PLAIN|AG5pbmEAc2VjcmV0'.split(
      "|",
    ),
    ..." |\r\n|\n|\0|\xff|ENVELOPE|BODYSTRUCTURE|LIST|%|*|CREATE|DELETE|../..|&AAA-|EXPUNGE|STATUS|(MESSAGES)|SINCE|1-Jan-2026".split(
      "|",
    ),
  );
  const script = fc.array(fc.oneof({ weight: 8, arbitrary: words }, { weight: 1, arbitrary: fc.string() }), {
    maxLength: 60,
  });
  const start = fc.constantFrom("", "a LOGIN nina secret\r\nb SELECT INBOX\r\n");

  await fc.assert(
    fc.asyncProperty(
      start,
      fc.oneof(
        script.map((list) => list.join(" ")),
        script.map((list) => list.join("")),
      ),
      async (first, rest) => {
        const heard = await send(`${first}${rest}\r\n`);
        assert.ok(heard.startsWith("* OK "));
      },
    ),
    { numRuns: 300 },
  );

  assert.match(await send("a LOGIN nina secret\r\nd LOGOUT\r\n"), /a OK/);
});

test("survives whatever mail it keeps, when a client asks for its parts", {
  timeout: limit(60),
}, async () => {
  const line = fc.constantFrom(
    ...'Content-Type: multipart/mixed; boundary=x|Content-Type: message/rfc822|--x|--x--||From: a, <b@c>, "d|To: =?x?q?=?=|text'.split(
      "|",
    ),
  );
  const mail = fc.oneof(
    fc.array(line, { maxLength: 200 }).map((lines) => lines.join("\r\n")),
    fc.string({ maxLength: 300 }),
  );
  const asks =
    "BODYSTRUCTURE ENVELOPE BODY[1] BODY[2.1.MIME] BODY[1.HEADER] BODY[HEADER.FIELDS (TO)] BODY[TEXT]<5.10>";

  await fc.assert(
    fc.asyncProperty(mail, async (text) => {
      const uid = server.append("nina", "INBOX", Buffer.from(text));
      const ask = `a LOGIN nina secret\r\nb SELECT INBOX\r\nc UID FETCH ${uid} (${asks})\r\nd UID SEARCH TEXT x SUBJECT y SENTSINCE 1-Jan-2026\r\ne LOGOUT\r\n`;
      assert.match(await send(ask), /\r\nc OK Fetch[\s\S]*\r\nd OK/);
    }),
    { numRuns: 100 },
  );
});

test("reads the arguments of a command, or says that they are malformed, whatever they are", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
      ),
      (parts) => {
        const parsed = parseArguments(parts);
        assert.ok(parsed === null || Array.isArray(parsed));
      },
    ),
  );
});

test("writes a set of numbers that reads as the same numbers", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (numbers) => {
      const read = parseSequenceSet(formatSequenceSet(numbers), 200)?.flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, index) => from + index),
      );
      assert.deepEqual(read, numbers);
    }),
  );
});

test("reads back the name of a folder from its form on the wire", () => {
  const name = fc
    .string({ unit: "binary" })
    .filter((text) => !/\p{Cs}/u.test(text) && text.toUpperCase() !== "INBOX");
  fc.assert(
    fc.property(name, (text) => {
      const wire = encodeFolderName(text);
      assert.match(wire, /^[\x20-\x7e]*$/);
      assert.equal(decodeFolderName(wire), text);
    }),
  );
  assert.equal(decodeFolderName("&broken"), null);
});

test("keeps mails, flags, dates, numbers and folders over a restart", async () => {
  await withDirectory(async (store) => {
    const first = await startImapServer({ users, store });
    first.createFolder("nina", "Erledigt/2026 ä&..");
    first.append("nina", "Erledigt/2026 ä&..", Buffer.from("one"), {
      flags: ["\\Seen"],
      internalDate: new Date("2026-01-02T03:04:05Z"),
    });
    first.append("nina", "Erledigt/2026 ä&..", Buffer.from("two"));
    await send("a LOGIN nina secret\r\nb SELECT Sent\r\nd LOGOUT\r\n", first);
    const expected = first.messages("nina", "Erledigt/2026 ä&..");
    const uidValidity = first.uidValidity("nina", "INBOX");
    await first.stop();

    const second = await startImapServer({ users, store });

    assert.deepEqual(second.folders("nina"), ["Archive", "Erledigt/2026 ä&..", "INBOX", "Sent", "Trash"]);
    assert.deepEqual(facts(second.messages("nina", "Erledigt/2026 ä&..")), facts(expected));
    assert.equal(second.uidValidity("nina", "INBOX"), uidValidity);
    assert.equal(second.append("nina", "Erledigt/2026 ä&..", Buffer.from("three")), 3);
    await second.stop();
  });
});

test("never gives the number of a mail that was moved away to another, not even after a restart", async () => {
  await withDirectory(async (store) => {
    const first = await startImapServer({ users, store });
    first.append("nina", "INBOX", Buffer.from("one"));
    await send("a LOGIN nina secret\r\nb SELECT INBOX\r\nc UID MOVE 1 Archive\r\nd LOGOUT\r\n", first);
    await first.stop();

    const second = await startImapServer({ users, store });

    assert.equal(second.append("nina", "INBOX", Buffer.from("two")), 2);
    assert.deepEqual(
      second.messages("nina", "Archive").map((mail) => String(mail.raw)),
      ["one"],
    );
    await second.stop();
  });
});

test("refuses a mail that it cannot keep, and keeps the next", async () => {
  await withDirectory(async (store) => {
    let isFull = false;
    const keepMail: MailStore["keepMail"] = (...mail) => {
      if (isFull) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      store.keepMail(...mail);
    };
    const full = await startImapServer({ users, store: { ...store, keepMail } });

    isFull = true;
    const refused = await send("a LOGIN nina secret\r\nb APPEND INBOX {1+}\r\nx\r\nd LOGOUT\r\n", full);
    isFull = false;
    const kept = await send("a LOGIN nina secret\r\nb APPEND INBOX {1+}\r\ny\r\nd LOGOUT\r\n", full);

    assert.match(refused, /b NO \[SERVERBUG\] ENOSPC/);
    assert.match(kept, /b OK \[APPENDUID \d+ 2\]/);
    assert.deepEqual(
      full.messages("nina", "INBOX").map((mail) => String(mail.raw)),
      ["y"],
    );
    await full.stop();
  });
});

function facts(mails: ReturnType<ImapServer["messages"]>) {
  return mails.map(({ uid, raw, flags, internalDate }) => [
    uid,
    String(raw),
    flags,
    internalDate.toISOString().slice(0, 19),
  ]);
}

async function withDirectory(act: (store: MailStore) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "mailbox-"));
  try {
    await act(directoryStore(directory));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Sends everything at once and returns what was heard before the server hung up. */
async function send(text: string, { host, port } = server): Promise<string> {
  const socket = connect(port, host).setEncoding("latin1");
  let heard = "";
  socket.on("data", (piece: string) => {
    heard += piece;
  });
  socket.on("error", () => {});
  socket.write(text, "latin1");
  socket.setTimeout(limit(5), () => socket.destroy());
  if (!/LOGOUT\r\n$/.test(text)) socket.end();
  await new Promise((resolve) => socket.once("close", resolve));
  return heard;
}
