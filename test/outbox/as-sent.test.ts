import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, beforeEach, suite, test } from "node:test";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { autocryptKey } from "#src/mime/autocrypt.ts";
import { findPgp } from "#src/mime/find-pgp.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { readPublicKeys } from "#src/openpgp/read-public-keys.ts";
import { neutralSubject } from "#src/outbox/queue-mail.ts";
import { type Sender, sendDueAnswers } from "#src/outbox/send.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { createFolder, createGnupg, mustWork, withoutGpg, withoutSq } from "#test/openpgp/gnupg.ts";
import { deskAddress, plainMail } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";
import { openAsPerson } from "./open-as-person.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;
const sink: SmtpSink = await startSmtpSink();
after(() => sink.stop());
const deskKey = await generateSecretKey("Help desk", deskAddress);
const deskKeys = await openSecretKeys([deskKey.secret]);
const [deskPublic = ""] = exportPublic(deskKeys);
const sender: Sender = {
  name: "Help desk",
  address: deskAddress,
  keys: deskKeys,
  server: { host: sink.host, port: sink.port, tls: "no", secondsToWait: limit(5) / 1000 },
};
const text =
  "Bonjour Léa,\n\nTry the boot option i915.force_probe and tell us whether the screen stays black.";
let count = 0;

beforeEach(() => {
  sink.mails.length = 0;
});

suite("an encrypted answer, as it was sent", () => {
  test("is opened and verified by gpg", { skip: withoutGpg }, async (t) => {
    const lea = await answered({ encrypted: true });
    const gpg = createGnupg(t);
    gpg.importKey(lea.key.secret);
    gpg.importKey(deskPublic);

    const result = gpg.run(["--status-fd", "2", "--decrypt"], await ciphertextOf(sent()));

    assert.match(result.stderr, /GOODSIG/);
    assert.match(result.stderr, /DECRYPTION_OKAY/);
    assert.match(mustWork(result).toString(), /i915\.force_probe/);
  });

  test("is opened and verified by sq", { skip: withoutSq }, async (t) => {
    const lea = await answered({ encrypted: true });
    const folder = createFolder(t, {
      "desk.asc": deskPublic,
      "lea.asc": lea.key.secret,
      "mail.asc": await ciphertextOf(sent()),
    });

    const args = ["decrypt", "--signer-cert", `${folder}/desk.asc`, "--signatures", "1"];
    const { status, stdout, stderr } = spawnSync("sq", [
      ...args,
      "--recipient-key",
      `${folder}/lea.asc`,
      `${folder}/mail.asc`,
    ]);

    assert.equal(status, 0, stderr.toString());
    assert.match(stdout.toString(), /i915\.force_probe/);
  });

  test("is read by our own reader: text, subject, language, and signed by the desk over all of it", async () => {
    const lea = await answered({ encrypted: true });

    const reading = await openAsPerson(sent(), lea, deskKey.secret);

    assert.equal(reading.text.trim(), text);
    assert.equal(reading.subject, "Re: Black screen");
    assert.equal(reading.signature, "good");
    assert.equal(reading.crypto.signedBy, deskAddress);
    assert.equal(reading.crypto.coversAll, true);
    assert.equal(reading.crypto.headersProtected, true);
    assert.equal(reading.encryption, "encrypted");
  });

  test("shows outside what delivery needs, the subject ..., and no product, host, staff or subject", async () => {
    await answered({ encrypted: true });

    const raw = unfolded(sent());
    assert.deepEqual(headerNames(raw), [
      "content-type",
      "date",
      "from",
      "in-reply-to",
      "message-id",
      "mime-version",
      "references",
      "subject",
      "to",
    ]);
    assert.match(raw, /^Subject: \.\.\.\r$/m);
    assert.match(raw, /^Message-ID: <[0-9a-f]{32}\.[0-9a-f]{32}@example\.org>\r$/m);
    holdsNoNames(raw);
    assert.doesNotMatch(raw, /Black screen|force_probe|Content-Language|hp=/);
  });

  test("has one size whatever the answer is about", async () => {
    const lea = await answered({ encrypted: true });
    const sizes = new Set<number>();
    for (const words of ["No.", "word ".repeat(100), "word ".repeat(300)]) {
      sink.mails.length = 0;
      await answer(lea.ticketId, { text: words });
      sizes.add((await ciphertextOf(sent())).length);
    }

    assert.equal(sizes.size, 1);
  });
});

test("an answer in clear has the neutral subject, its language and flowed text, and names nothing either", async () => {
  await answered({ encrypted: false });

  const raw = sent().toString("latin1");
  assert.match(raw, new RegExp(`^Subject: ${neutralSubject}\\r$`, "m"));
  assert.match(raw, /format=flowed/);
  assert.match(raw, /^Content-Language: en\r$/m);
  holdsNoNames(raw);
  assert.doesNotMatch(raw, /Black screen|screen stays black after/);
});

for (const encrypted of [true, false]) {
  test(`our public key comes with the first answer to a person and not with the next, ${encrypted ? "encrypted" : "in clear"}`, async () => {
    const lea = await answered({ encrypted });
    const keysIn = async () => {
      const attachments = encrypted
        ? (await openAsPerson(sent(), lea, deskKey.secret)).attachments
        : (await parsed(sent())).attachments;
      return await Promise.all(
        attachments.map(async ({ bytes, filename, contentType }) => {
          assert.deepEqual([filename, contentType], ["public-key.asc", "application/pgp-keys"]);
          return (await readPublicKeys(bytes))[0]?.fingerprint;
        }),
      );
    };
    assert.deepEqual(await keysIn(), [deskKeys.all[0]?.fingerprint]);

    sink.mails.length = 0;
    await answer(lea.ticketId, { clearAgreed: true });
    assert.deepEqual(await keysIn(), []);

    // Another ticket of the same person, after the desk has another key.
    const rotated = await generateSecretKey("Desk", deskAddress);
    const keys = await openSecretKeys([rotated.secret, deskKey.secret]);
    sink.mails.length = 0;
    const [other = ""] = await desk.tickets(plainMail({ from: lea.address }));
    await answer(other, { clearAgreed: true, sender: { ...sender, keys } });
    assert.deepEqual(await keysIn(), [rotated.fingerprint]);
  });
}

test("a mail that did not leave does not count as having brought our key", async () => {
  sink.fault({ stage: "rcpt", do: "reply", code: 550 });
  const lea = await answered({ encrypted: false });
  await answer(lea.ticketId, { clearAgreed: true });

  assert.equal((await parsed(sent())).attachments.length, 1);
});

test("an Autocrypt header leaves only where the desk wants it, and is one that Autocrypt reads", async () => {
  const lea = await answered({ encrypted: true });
  assert.doesNotMatch(sent().toString("latin1"), /autocrypt/i);

  sink.mails.length = 0;
  await answer(lea.ticketId, { sender: { ...sender, autocrypt: true } });

  const raw = sent().toString("latin1");
  assert.ok(raw.split("\r\n").every((line) => line.length <= 200));
  const key = autocryptKey(await parsed(sent()));
  assert.equal((await readPublicKeys(key ?? ""))[0]?.fingerprint, deskKeys.all[0]?.fingerprint);
  assert.equal((await openAsPerson(sent(), lea, deskKey.secret)).signature, "good");
});

async function answered({ encrypted }: { encrypted: boolean }) {
  count += 1;
  const address = `lea${count}@example.org`;
  const key = await generateSecretKey("Lea", address);
  const words = "My screen stays black after the upgrade of yesterday, and I do not know what to do.";
  const mail = {
    from: address,
    subject: "Black screen",
    text: encrypted ? `${words}\r\n\r\n${key.public}` : words,
  };
  const [ticketId = ""] = await desk.tickets(plainMail(mail));
  const offered = await db("offered_keys").where({ ticket_id: ticketId }).first("id");
  await answer(ticketId, { clearAgreed: true, useKey: offered?.id ?? null });
  return { address, key, ticketId };
}

async function answer(
  ticketId: string,
  options: { text?: string; clearAgreed?: boolean; useKey?: string | null; sender?: Sender } = {},
): Promise<void> {
  await replyToTicket(db, vault, {
    ticketId,
    staffId: staff.nina,
    text: options.text ?? text,
    clearAgreed: options.clearAgreed ?? false,
    useKey: options.useKey ?? null,
    seenMessageId: null,
    secondsToTakeBack: 0,
  });
  await sendDueAnswers(db, vault, options.sender ?? sender);
}

function sent(): Buffer {
  const [mail] = sink.mails;
  assert.ok(mail, "nothing was sent");
  return mail.raw;
}

async function parsed(raw: Buffer) {
  const result = await parseMail(raw);
  assert.ok(result.ok);
  return result.mail;
}

async function ciphertextOf(raw: Buffer): Promise<Uint8Array> {
  const place = findPgp(await parsed(raw));
  assert.ok(place.kind === "pgp-mime");
  return Buffer.from(place.ciphertext);
}

function unfolded(raw: Buffer): string {
  return raw.toString("latin1").replace(/\r\n[ \t]+/g, " ");
}

function headerNames(raw: string): string[] {
  const head = raw.slice(0, raw.indexOf("\r\n\r\n"));
  return [...head.matchAll(/^([\w-]+):/gm)].map(([, name = ""]) => name.toLowerCase()).toSorted();
}

function holdsNoNames(raw: string): void {
  assert.doesNotMatch(
    raw,
    /nodemailer|_NmP|openpgp\.js|x-mailer|user-agent|whisperdesk|localhost|nina|tails/i,
  );
}
