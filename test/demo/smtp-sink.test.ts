import assert from "node:assert/strict";
import { connect } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { createTransport } from "nodemailer";
import type { SmtpFault, SmtpStage } from "#src/demo/smtp-faults.ts";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { eventually } from "#test/support/eventually.ts";
import { limit } from "#test/support/limits.ts";

const raw = Buffer.from(
  "From: desk@example.org\r\nTo: nina@example.org\r\nSubject: Hi\r\n\r\nfirst\r\n.\r\n..dots\r\nlast\r\n",
);
const envelope = { from: "desk@example.org", to: ["nina@example.org", "omar@example.org"] };

let sink: SmtpSink;

beforeEach(async () => {
  sink = await startSmtpSink();
});

afterEach(async () => {
  await sink.stop();
});

test("keeps a mail to the byte, with its envelope", async () => {
  await send();

  assert.equal(sink.mails.length, 1);
  assert.equal(sink.mails[0]?.from, "desk@example.org");
  assert.deepEqual(sink.mails[0]?.to, ["nina@example.org", "omar@example.org"]);
  assert.deepEqual(sink.mails[0]?.raw, raw);
});

test("keeps a mail of 5 MB to the byte", async () => {
  const large = Buffer.concat([raw, Buffer.from(`${"x".repeat(70)}\r\n`.repeat(70_000))]);

  await send({ raw: large });

  assert.ok(sink.mails[0]?.raw.equals(large));
});

test("keeps many mails over two connections without delay", async () => {
  const transport = createTransport({
    host: sink.host,
    port: sink.port,
    pool: true,
    maxConnections: 2,
    ignoreTLS: true,
  });

  await Promise.all(Array.from({ length: 80 }, () => transport.sendMail({ envelope, raw })));
  assert.equal(sink.mails.length, 80);

  // Where an acknowledgement is waited for, each one takes 40 ms; however busy the machine, one of many is quick.
  await eventually(
    "a quick one",
    async () => {
      const started = performance.now();
      await transport.sendMail({ envelope, raw });
      const took = performance.now() - started;
      assert.ok(took < 40, `it took ${took} ms`);
      return true;
    },
    2,
  );
  transport.close();
});

test("asks for a password when it has users", async () => {
  const strict = await startSmtpSink({ users: { desk: "secret" } });

  const refused = await outcome(send({}, strict, { user: "desk", pass: "wrong" }));
  await send({}, strict, { user: "desk", pass: "secret" });

  assert.equal(refused.code, "EAUTH");
  assert.equal(strict.mails.length, 1);
  await strict.stop();
});

test("says 451 when the mail cannot be kept elsewhere", async () => {
  const full = await startSmtpSink({ keep: () => Promise.reject(new Error("no space left")) });

  assert.equal((await outcome(send({}, full))).responseCode, 451);
  assert.equal(full.mails.length, 0);
  await full.stop();
});

const early: SmtpStage[] = ["greeting", "mail", "rcpt", "data"];
for (const stage of early) {
  for (const code of [451, 550]) {
    test(`says ${code} at ${stage}, and takes the next mail`, async () => {
      const fault = sink.fault({ stage, do: "reply", code, times: stage === "rcpt" ? 2 : 1 });

      const refused = await outcome(send());
      await send();

      assert.equal(refused.responseCode, code);
      assert.equal(fault.strikes, stage === "rcpt" ? 2 : 1);
      assert.equal(sink.mails.length, 1);
    });
  }
}

test("says 4xx or 5xx to EHLO and HELO", async () => {
  for (const code of [421, 554]) {
    sink.fault({ stage: "ehlo", do: "reply", code, times: 2 });
    assert.ok((await outcome(send())).code);
    sink.clearFaults();
  }
  assert.equal(sink.mails.length, 0);
});

test("refuses one of two recipients", async () => {
  sink.fault({ stage: "rcpt", nth: 2, do: "reply", code: 550, text: "No such user" });

  await send();

  assert.deepEqual(sink.mails[0]?.to, ["nina@example.org"]);
});

const all: SmtpStage[] = ["connect", "greeting", "ehlo", "mail", "rcpt", "data", "body", "end"];
for (const stage of all) {
  test(`closes the connection at ${stage}, keeps nothing, and takes the next mail`, async () => {
    sink.fault({ stage, do: "close" });

    assert.ok((await outcome(send())) instanceof Error);
    assert.equal(sink.mails.length, 0);
    await send();
    assert.equal(sink.mails.length, 1);
  });

  test(`never answers at ${stage}, keeps nothing, and takes the next mail`, async () => {
    sink.fault({ stage, do: "silence" });

    assert.ok((await outcome(send({ patience: 400 }))) instanceof Error);
    assert.equal(sink.mails.length, 0);
    await send();
    assert.equal(sink.mails.length, 1);
  });
}

test("closes in the middle of the mail, at the byte", async () => {
  for (const atByte of [1, 40, raw.length - 1, raw.length]) {
    sink.fault({ stage: "body", do: "close", atByte });
    assert.ok((await outcome(send())) instanceof Error);
  }
  assert.equal(sink.mails.length, 0);
});

const kept: SmtpFault[] = [
  { stage: "end", kept: true, do: "close" },
  { stage: "end", kept: true, do: "silence" },
  { stage: "end", kept: true, do: "reply", code: 451 },
];
for (const fault of kept) {
  test(`keeps the mail although the sender hears ${fault.do} after the data`, async () => {
    sink.fault(fault);

    assert.ok((await outcome(send({ patience: 400 }))) instanceof Error);
    assert.deepEqual(
      sink.mails.map((mail) => mail.raw),
      [raw],
    );
  });
}

for (const code of [452, 554]) {
  test(`says ${code} after the data and keeps nothing`, async () => {
    sink.fault({ stage: "end", do: "reply", code });

    assert.equal((await outcome(send())).responseCode, code);
    assert.equal(sink.mails.length, 0);
  });
}

test("says 250 and closes at once", async () => {
  sink.fault({ stage: "answered", do: "close" });

  await send();

  assert.equal(sink.mails.length, 1);
});

test("refuses connections while the door is closed", async () => {
  await sink.closeDoor();
  const refused = await outcome(send());
  await sink.openDoor();
  await send();

  assert.match(refused.message, /ECONNREFUSED/);
  assert.equal(sink.mails.length, 1);
});

test("survives a client that hangs up anywhere, and bytes that are no SMTP", async () => {
  const whole = `EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n${raw.toString()}.\r\nQUIT\r\n`;
  const lines = [
    "\0\xff\r\n\r\n",
    "DATA\r\n.\r\n",
    "AUTH PLAIN\r\n",
    `${"x".repeat(5000)}\r\n`,
    ...[3, 20, 40, 70, 100].map((end) => whole.slice(0, end)),
  ];
  await Promise.all(lines.map(hangUpAfter));

  await send();

  assert.equal(sink.mails.length, 1);
});

async function send(
  { raw: bytes = raw, patience = limit(5) }: { raw?: Buffer; patience?: number } = {},
  { host, port } = sink,
  auth?: { user: string; pass: string },
): Promise<void> {
  const timeouts = { connectionTimeout: patience, greetingTimeout: patience, socketTimeout: patience };
  const transport = createTransport({ host, port, ignoreTLS: true, auth, ...timeouts });
  try {
    await transport.sendMail({ envelope, raw: bytes });
  } finally {
    transport.close();
  }
}

type Failure = Error & { code?: string; responseCode?: number };

async function outcome(promise: Promise<void>): Promise<Failure> {
  return await promise.then(
    () => assert.fail("The mail was accepted"),
    (error: Failure) => error,
  );
}

async function hangUpAfter(text: string): Promise<void> {
  const socket = connect(sink.port, sink.host);
  socket.on("error", () => {});
  socket.resume();
  socket.end(text, "latin1");
  await new Promise((resolve) => socket.once("close", resolve));
}
