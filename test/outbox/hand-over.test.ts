import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { SmtpFault } from "#src/demo/smtp-faults.ts";
import { startSmtpSink } from "#src/demo/smtp-sink.ts";
import { type HandOver, handOver } from "#src/outbox/hand-over.ts";

const raw = Buffer.from("Subject: ...\r\nMessage-ID: <1@example.org>\r\n\r\nText.\r\n");

test("a mail is accepted when the server said so, also when it says nothing more", async (t) => {
  assert.equal((await offer(t)).state, "accepted");
  assert.equal((await offer(t, { stage: "answered", do: "close" })).state, "accepted");
  assert.equal((await offer(t, { stage: "answered", do: "silence" })).state, "accepted");
});

for (const stage of ["connect", "greeting", "ehlo", "auth", "mail", "rcpt", "data"] as const) {
  test(`before the text was asked for, a connection that ends at ${stage} may be tried again`, async (t) => {
    assert.equal((await offer(t, { stage, do: "close" })).state, "later");
    assert.equal((await offer(t, { stage, do: "silence" })).state, "later");
  });
}

for (const stage of ["body", "end"] as const) {
  test(`after the text was asked for, a connection that ends at ${stage} leaves it unknown`, async (t) => {
    assert.equal((await offer(t, { stage, do: "close" })).state, "unknown");
    assert.equal((await offer(t, { stage, do: "silence" })).state, "unknown");
  });
}

test("a refusal for now may be tried again, one for good has failed, at every stage", async (t) => {
  for (const stage of ["greeting", "auth", "mail", "rcpt", "data", "end"] as const) {
    assert.equal((await offer(t, { stage, do: "reply", code: 451 })).state, "later", stage);
    assert.equal((await offer(t, { stage, do: "reply", code: 554 })).state, "failed", stage);
  }
});

test("what is shown of a failure holds none of the server's words", async (t) => {
  const text = "<nina@example.org> unknown here";
  const result = await offer(t, { stage: "rcpt", do: "reply", code: 550, text });
  assert.deepEqual(result, { state: "failed", failure: "The mail server refused it: 550 to RCPT TO" });
});

async function offer(t: TestContext, fault?: SmtpFault): Promise<HandOver> {
  const sink = await startSmtpSink({ users: { desk: "secret" } });
  t.after(() => sink.stop());
  if (fault) sink.fault(fault);
  const server = { host: sink.host, port: sink.port, tls: "no", user: "desk", password: "secret" } as const;
  return await handOver({ ...server, secondsToWait: 1 }, "desk@example.org", "nina@example.net", raw);
}
