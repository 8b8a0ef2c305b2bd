import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { startSmtpSink } from "#src/demo/smtp-sink.ts";
import { openMailbox } from "#src/inbox/mailbox.ts";
import { handOver } from "#src/outbox/hand-over.ts";
import { fixtures, plainMail } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";
import { startSocksServer } from "#test/support/socks-server.ts";

const certificate = join(fixtures, "tls/TEST-ONLY-certificate.pem");
const tls = {
  key: readFileSync(join(fixtures, "tls/TEST-ONLY-key.pem")),
  cert: readFileSync(certificate),
};

test("a mail server whose certificate nobody vouches for is refused before the password is said", async (t) => {
  const server = await startImapServer({ users: { desk: "secret" }, tls });
  t.after(() => server.stop());
  const logins = server.fault({ when: "LOGIN", do: "no" });

  await assert.rejects(openMailbox(settings(server.port, true)), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });

  assert.equal(logins.strikes, 0);
});

test("a server without TLS is refused when TLS is asked for, and never told the password", async (t) => {
  const server = await startImapServer({ users: { desk: "secret" } });
  t.after(() => server.stop());
  const logins = server.fault({ when: "LOGIN", do: "no" });

  await assert.rejects(openMailbox({ ...settings(server.port, true), secondsToWait: 2 }));

  assert.equal(logins.strikes, 0);
});

test("mail leaves over TLS alone when TLS is asked for", async (t) => {
  const sink = await startSmtpSink({ tls });
  t.after(() => sink.stop());

  const result = await handOver(
    { host: sink.host, port: sink.port, tls: "yes", secondsToWait: 2 },
    "support@example.org",
    "lea@example.org",
    Buffer.from(plainMail()),
  );

  assert.equal(result.state, "later");
  assert.equal(sink.mails.length, 0);
});

test("a certificate that the administrator vouches for is taken", async (t) => {
  const server = await startImapServer({ users: { desk: "secret" }, tls });
  t.after(() => server.stop());

  const program = `
    const { openMailbox } = await import(${JSON.stringify(join(import.meta.dirname, "../../src/inbox/mailbox.ts"))});
    const client = await openMailbox(${JSON.stringify(settings(server.port, true))});
    console.log("opened", client.mailbox.path);
    client.close();`;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
    env,
  });

  assert.equal(stdout.trim(), "opened INBOX");
});

test("with a proxy the mailbox is reached through it, and the proxy resolves the name", async (t) => {
  const { server, proxy, asked } = await startBehindProxy(t);

  const client = await openMailbox({ ...settings(server.port, false), host: "mailbox.invalid", proxy });
  client.close();

  assert.deepEqual(asked, [`mailbox.invalid:${server.port}`]);
});

test("with a proxy mail leaves through it, and the proxy resolves the name", async (t) => {
  const { proxy, asked } = await startBehindProxy(t);
  const sink = await startSmtpSink();
  t.after(() => sink.stop());

  const result = await handOver(
    { host: "smtp.invalid", port: sink.port, tls: "no", proxy, secondsToWait: limit(5) / 1000 },
    "support@example.org",
    "lea@example.org",
    Buffer.from(plainMail()),
  );

  assert.deepEqual(result, { state: "accepted" });
  assert.deepEqual(asked, [`smtp.invalid:${sink.port}`]);
});

test("without its proxy nothing is reached: it never goes around it", async (t) => {
  const server = await startImapServer({ users: { desk: "secret" } });
  t.after(() => server.stop());

  await assert.rejects(openMailbox({ ...settings(server.port, false), proxy: "socks5://127.0.0.1:9" }));

  assert.equal(server.connections(), 0);
});

async function startBehindProxy(t: TestContext) {
  const server = await startImapServer({ users: { desk: "secret" } });
  t.after(() => server.stop());
  const socks = await startSocksServer(t);
  return { server, proxy: `socks5://127.0.0.1:${socks.port}`, asked: socks.asked };
}

function settings(port: number, withTls: boolean) {
  const account = { user: "desk", password: "secret" };
  return { host: "127.0.0.1", port, tls: withTls, ...account, folder: "INBOX", doneFolder: "Whisperdesk" };
}
