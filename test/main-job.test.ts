import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { demoReports, layOutReport } from "#src/demo/reports/demo-reports.ts";
import { wrapForWire } from "#src/demo/reports/wire.ts";
import { startSmtpSink } from "#src/demo/smtp-sink.ts";
import { newMail } from "#test/acknowledgements/cast.ts";
import { write } from "#test/reply-templates/cast.ts";
import { startDesk } from "#test/support/browser.ts";
import { eventually } from "#test/support/eventually.ts";
import { limit } from "#test/support/limits.ts";

const run = promisify(execFile);

test("a report encrypted by gpg becomes a ticket, and its answer is decrypted and verified by gpg", {
  timeout: limit(120),
}, async (t) => {
  const user = await gpgHome(t);
  if (!user) return t.skip("gpg is not installed");
  const helpDesk = (await gpgHome(t)) ?? user;
  await user.makeKey("Lea Example <lea@example.org>");
  await helpDesk.makeKey("Help desk <support@example.org>");
  const lea = await user.exportPublic("lea@example.org");
  await user.import(await helpDesk.exportPublic("support@example.org"));
  const house = await startHouse(t, await helpDesk.exportSecret("support@example.org"));

  const id = "72e11dad9f3b4c5d8e7f6a5b4c3d2e1f";
  house.imap.append("desk", "INBOX", await user.encryptReport(reportFor(lea), id));
  const nina = await house.desk.signIn("nina");
  const ticket = await eventually("the ticket of the report in the list", async () => {
    const list = await nina.visit("/tickets");
    const link = list.$("a[href^='/tickets/']").filter((_, one) => /Wi-Fi/.test(list.$(one).text()));
    return link.attr("href");
  });

  const page = await nina.visit(ticket);
  assert.match(page.$("main").text(), /encrypted/);
  assert.match(page.$("main").text(), new RegExp(`wb:${id.slice(0, 6)}`));
  const form = await nina.visit(`${ticket}/reply`);
  assert.match(form.$("main").text(), /encrypt/i);
  await nina.submit(
    form,
    {
      text: "Danke – a USB adapter works until it is fixed.\n\nThe help desk",
      use_key: form.$("#use_key").attr("value") ?? "",
    },
    { button: "Send encrypted" },
  );
  await house.letLeave();

  const mail = await eventually("the mail of the desk", () => house.smtp.mails[0]);
  assert.deepEqual(mail.to, ["lea@example.org"]);
  assert.match(mail.raw.toString(), /^Subject: \.\.\.\r$/m);
  assert.doesNotMatch(mail.raw.toString(), /USB adapter|Wi-Fi|nina|Whisperdesk/i);
  const { text, status } = await user.decrypt(mail.raw);
  assert.match(text, /^Danke =E2=80=93 a USB adapter works until it is fixed\.\r$/m);
  assert.match(status, /GOODSIG .*support@example\.org/);
  assert.match(status, /DECRYPTION_OKAY/);

  await eventually("the answer to be sent", async () => {
    const story = (await nina.visit(ticket)).$("main").text();
    assert.match(story, /sent encrypted and signed/i);
    return story;
  });
  assert.equal(house.imap.messages("desk", "INBOX").length, 0);
  assert.equal(house.imap.messages("desk", "Whisperdesk").length, 1);
});

test("a reply that gpg encrypted joins the ticket by the Message-ID of our answer", {
  timeout: limit(120),
}, async (t) => {
  const user = await gpgHome(t);
  if (!user) return t.skip("gpg is not installed");
  const helpDesk = (await gpgHome(t)) ?? user;
  await user.makeKey("Lea Example <lea@example.org>");
  await helpDesk.makeKey("Help desk <support@example.org>");
  await user.import(await helpDesk.exportPublic("support@example.org"));
  const house = await startHouse(t, await helpDesk.exportSecret("support@example.org"));
  const report = reportFor(await user.exportPublic("lea@example.org"));
  house.imap.append("desk", "INBOX", await user.encryptReport(report, "abc123"));
  const nina = await house.desk.signIn("nina");
  const ticketId = await eventually(
    "the ticket of the report",
    async () => (await house.desk.db("tickets").first("id"))?.id,
  );
  const form = await nina.visit(`/tickets/${ticketId}/reply`);
  await nina.submit(
    form,
    { text: "Does 7.3 work?", use_key: form.$("#use_key").attr("value") ?? "" },
    { button: "Send encrypted" },
  );
  await house.letLeave();
  const answer = await eventually("the mail of the desk", () => house.smtp.mails[0]);
  const messageId = /^Message-ID:\s+(<.+>)\r$/im.exec(answer.raw.toString())?.[1] ?? "";

  house.imap.append("desk", "INBOX", await user.encryptReply("Yes, 7.3 works well for me.", messageId));

  const page = await eventually("the reply in the ticket", async () => {
    const shown = await nina.visit(`/tickets/${ticketId}`);
    return /7\.3 works well/.test(shown.$("main").text()) ? shown : null;
  });
  assert.match(page.$("main").text(), /our turn/i);
  assert.equal((await house.desk.db("tickets")).length, 1);
  assert.notEqual((await house.desk.db("people").first("wrote_encrypted_at")).wrote_encrypted_at, null);
});

test("a lead turns acknowledgements on, and the next mail of a person gets one from the worker", {
  timeout: limit(120),
}, async (t) => {
  const helpDesk = await gpgHome(t);
  if (!helpDesk) return t.skip("gpg is not installed");
  await helpDesk.makeKey("Help desk <support@example.org>");
  const house = await startHouse(t, await helpDesk.exportSecret("support@example.org"));
  const { db, staff } = house.desk;
  const body = "Hello, your message has arrived as {{ticket}}.\n\n{{desk}}, {{desk_address}}";
  const template = await write(db, staff.ilse.id, { name: "It has arrived", body });
  const ilse = await house.desk.signIn("ilse");
  const { id: queue } = await db("queues").where({ language: "en" }).first("id");
  const chosen = await ilse.visit(`/queues/${queue}/acknowledgement?template=${template}`);
  await ilse.submit(chosen, {}, { button: "Turn on with this answer" });
  // What lay in the mailbox before gets no automatic reply.
  await eventually("the worker to open the mailbox", () => db("mailboxes").first("name"));

  house.imap.append("desk", "INBOX", Buffer.from(newMail({ from: "lea@example.org", subject: "Zanzibar" })));

  const mail = await eventually("the mail of the desk", () => house.smtp.mails[0]);
  assert.deepEqual(mail.to, ["lea@example.org"]);
  assert.equal(mail.from || "", "");
  const raw = mail.raw.toString();
  assert.match(raw, /^Auto-Submitted: auto-replied\r$/m);
  assert.match(raw, /has arrived as \d+\.[\s\S]*, support@example\.org/);
  assert.doesNotMatch(raw, /Zanzibar|\{\{/);
  const page = await eventually("the acknowledgement on its page", async () => {
    const shown = await ilse.visit(`/queues/${queue}/acknowledgement`);
    return /sent in clear/.test(shown.$("main").text()) ? shown : null;
  });
  assert.doesNotMatch(page.html, /lea@/);
});

/** Web and worker as in production: the pages in this process, the worker in one of its own. */
async function startHouse(t: TestContext, secretKey: string) {
  const desk = await startDesk(t);
  const imap = await startImapServer({ users: { desk: "secret" } });
  t.after(() => imap.stop());
  const smtp = await startSmtpSink();
  t.after(() => smtp.stop());
  const worker = spawn(process.execPath, [join(import.meta.dirname, "../src/worker.ts")], {
    stdio: "inherit",
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      DATABASE_URL: desk.databaseUrl,
      MASTER_KEY: desk.masterKey.toString("base64"),
      OPENPGP_KEYS: secretKey,
      DESK_ADDRESS: "support@example.org",
      DESK_NAME: "Help desk",
      WORKER_METRICS_PORT: "0",
      LOG_LEVEL: "error",
      IMAP_HOST: imap.host,
      IMAP_PORT: String(imap.port),
      IMAP_TLS: "no",
      IMAP_USER: "desk",
      IMAP_PASSWORD: "secret",
      SMTP_HOST: smtp.host,
      SMTP_PORT: String(smtp.port),
      SMTP_TLS: "no",
    },
  });
  t.after(() => stopProcess(worker));
  /** An answer waits, so that its writer can take it back. */
  const letLeave = async () =>
    await desk
      .db("outbox_mails")
      .where({ state: "queued" })
      .update({ not_before: new Date(0) });
  return { desk, imap, smtp, letLeave };
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await ended;
}

function reportFor(publicKey: string): Uint8Array {
  const report = demoReports().find(
    ({ wantsKey, body }) => wantsKey && /Wi-?Fi/.test(body.split("\n")[0] ?? ""),
  );
  assert.ok(report?.address);
  return wrapForWire(layOutReport(report, publicKey).replaceAll(report.address, "lea@example.org"));
}

/** A key ring of its own for one user of gpg; null when gpg is not installed. */
async function gpgHome(t: TestContext) {
  const home = await mkdtemp(join(tmpdir(), "gpg-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  const gpg = async (...options: string[]) =>
    await run("gpg", ["--homedir", home, "--batch", "--yes", "--trust-model", "always", ...options]);
  if (!(await gpg("--version").catch(() => null))) return null;
  t.after(async () => void (await run("gpgconf", ["--homedir", home, "--kill", "all"]).catch(() => {})));
  const file = (name: string) => join(home, name);

  const encrypt = async (content: Uint8Array): Promise<string> => {
    await writeFile(file("inner"), content);
    const { stdout } = await gpg(
      "--armor",
      "--recipient",
      "support@example.org",
      "--output",
      "-",
      "--encrypt",
      file("inner"),
    );
    return stdout;
  };
  return {
    makeKey: (id: string) =>
      gpg("--passphrase", "", "--quick-generate-key", id, "default", "default", "never"),
    exportPublic: async (id: string) => (await gpg("--armor", "--export", id)).stdout,
    exportSecret: async (id: string) => (await gpg("--armor", "--export-secret-keys", id)).stdout,
    async import(key: string) {
      await writeFile(file("key"), key);
      await gpg("--import", file("key"));
    },
    encryptReport: async (inner: Uint8Array, id: string) =>
      mimeMail(["From: devnull@tails.boum.org", `Subject: Bug report: ${id}`], await encrypt(inner)),
    async encryptReply(text: string, inReplyTo: string) {
      const inner = `Content-Type: text/plain; charset="utf-8"\r\n\r\n${text}\r\n`;
      const headers = [
        "From: lea@example.org",
        "Subject: ...",
        `In-Reply-To: ${inReplyTo}`,
        `Message-ID: <${randomBytes(8).toString("hex")}@example.org>`,
      ];
      return mimeMail(headers, await encrypt(Buffer.from(inner)));
    },
    async decrypt(raw: Buffer) {
      await writeFile(file("mail"), raw);
      const { stdout, stderr } = await gpg("--status-fd", "2", "--output", "-", "--decrypt", file("mail"));
      return { text: stdout, status: stderr };
    },
  };
}

function mimeMail(headers: string[], armored: string): Buffer {
  return Buffer.from(
    [
      ...headers,
      "To: support@example.org",
      "MIME-Version: 1.0",
      'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"',
      "",
      "--b",
      "Content-Type: application/pgp-encrypted",
      "",
      "Version: 1",
      "--b",
      'Content-Type: application/octet-stream; name="encrypted.asc"',
      "",
      armored,
      "--b--",
      "",
    ].join("\r\n"),
  );
}
