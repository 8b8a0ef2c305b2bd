import assert from "node:assert/strict";
import { test } from "node:test";
import { changeLimits } from "#src/acknowledgements/limits.ts";
import { composeEncrypted } from "#src/mime/compose-mail.ts";
import { findPgp } from "#src/mime/find-pgp.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { encrypt } from "#src/openpgp/encrypt.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { automaticSubject } from "#src/outbox/queue-mail.ts";
import { createGnupg, mustWork, withoutGpg } from "#test/openpgp/gnupg.ts";
import { confirmOffered } from "#test/support/cast.ts";
import { deskAddress, deskSecretKey } from "#test/support/intake.ts";
import { newMail, startAcknowledgingDesk } from "./cast.ts";

const body = "My screen stays black after the upgrade of yesterday, please keep this secret.";
const deskKeys = await openSecretKeys([deskSecretKey]);
const [deskPublic = ""] = exportPublic(deskKeys);
const writer = await generateSecretKey("Mallory", "mallory@example.net");
const writerKeys = await openSecretKeys([writer.secret]);
const stranger = await generateSecretKey("Somebody else", "else@example.net");

type Form = (from: string, recipientKey: string) => Promise<string>;

const pgpMime: Form = async (from, key) => {
  const mail = await composeEncrypted(
    {
      from: { name: "", address: from },
      to: { name: "", address: deskAddress },
      subject: "Secret matter",
      text: body,
      messageId: `<${from}>`,
      inReplyTo: null,
      references: [],
      date: new Date(),
      language: null,
      attachments: [],
    },
    [key],
    writerKeys,
  );
  return Buffer.from(mail)
    .toString("latin1")
    .replace(/^Autocrypt:.*\r?\n(?:[ \t].*\r?\n)*/m, "");
};
const ciphertext = async (key: string) => await encrypt(Buffer.from(body), [key], writerKeys);
const forms: Record<string, Form> = {
  "PGP/MIME": pgpMime,
  "armour in the text": async (from, key) => newMail({ from, text: await ciphertext(key) }),
  "armour between clear words": async (from, key) =>
    newMail({
      from,
      text: `Hello, please read this.\r\n\r\n${await ciphertext(key)}\r\nThank you very much.`,
    }),
};

/** The same mail with a letter in the middle of its ciphertext changed. */
function flipped(mail: string): string {
  const start = mail.indexOf("\n", mail.indexOf("BEGIN PGP MESSAGE") + 100);
  const at = mail.indexOf("\n", start + 400) + 10;
  return `${mail.slice(0, at)}${mail[at] === "A" ? "B" : "A"}${mail.slice(at + 1)}`;
}

const cut = (mail: string) => mail.slice(0, mail.indexOf("BEGIN PGP MESSAGE") + 500);
const variants: Record<string, (form: Form, from: string) => Promise<string>> = {
  "that opens": (form, from) => form(from, deskPublic),
  "with one letter changed": async (form, from) => flipped(await form(from, deskPublic)),
  "that is cut": async (form, from) => cut(await form(from, deskPublic)),
  "for somebody else": (form, from) => form(from, stranger.public),
};

for (const [name, form] of Object.entries(forms)) {
  test(`no automatic answer tells whether a ciphertext opened: ${name}`, async (t) => {
    const desk = await startAcknowledgingDesk(t);
    await changeLimits(desk.db, { perHour: 1000, perDomain: 1000, staffId: desk.staffId });
    const told: Record<string, unknown> = {};
    const numberOf = async () => {
      await desk.deliver(newMail());
      await desk.send();
      const sent = await parseMail(desk.sink.mails.at(-1)?.raw ?? Buffer.alloc(0));
      return Number(/arrived as (\d+)/.exec(sent.ok ? sent.mail.text : "")?.[1]);
    };

    for (const [variant, make] of Object.entries(variants)) {
      const from = `mallory-${variant.replaceAll(" ", "-")}@example.net`;
      const before = await numberOf();
      const sent = desk.sink.mails.length;
      await desk.deliver(await make(form, from));
      await desk.send();
      const atOnce = desk.sink.mails.length - sent;
      await desk.deliver(newMail({ from }));
      await desk.send();
      const later = desk.sink.mails.length - sent;
      told[variant] = { atOnce, later, numbersUsed: (await numberOf()) - before };
    }

    const nothing = { atOnce: 0, later: 0, numbersUsed: 3 };
    assert.deepEqual(told, Object.fromEntries(Object.keys(variants).map((variant) => [variant, nothing])));
  });
}

test("a valid ciphertext is opened all the same, and a changed one is not", async (t) => {
  const desk = await startAcknowledgingDesk(t);

  await desk.deliver(await pgpMime("mallory@example.net", deskPublic));
  assert.equal(await desk.reason(), "OpenPGP or S/MIME stands in it: whether it opens is told to nobody");
  await desk.deliver(flipped(await pgpMime("other@example.net", deskPublic)));

  const states = await desk.db("mails").orderBy("id").pluck("state");
  assert.deepEqual(states, ["read", "set_aside"]);
});

test("who has a confirmed key gets one to a mail in clear, encrypted, whatever ciphertexts came before", {
  skip: withoutGpg,
}, async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const gpg = createGnupg(t);
  const name = "Lea <lea@example.org>";
  mustWork(gpg.run(["--passphrase", "", "--quick-gen-key", name, "future-default", "default", "never"]));
  const theirKey = mustWork(gpg.run(["--armor", "--export", "lea@example.org"])).toString();
  gpg.importKey(deskPublic);
  await desk.deliver(newMail({ from: "lea@example.org", text: `${body}\r\n\r\n${theirKey}` }));
  await confirmOffered(desk, (await desk.db("tickets").first("id")).id, desk.staffId);
  for (const make of Object.values(variants)) await desk.deliver(await make(pgpMime, "lea@example.org"));
  assert.equal(await desk.send(), 0);

  await desk.deliver(newMail({ from: "lea@example.org", subject: "Secret matter" }));
  assert.equal(await desk.reason(), null);
  assert.equal(await desk.send(), 1);

  const [sent] = desk.sink.mails;
  const raw = sent?.raw.toString() ?? "";
  assert.doesNotMatch(raw, /Secret matter|has arrived|black/);
  assert.match(raw, /^Auto-Submitted: auto-replied\r$/m, "programs read it outside");
  const outer = await parseMail(sent?.raw ?? Buffer.alloc(0));
  assert.ok(outer.ok);
  assert.equal(outer.mail.subject, "...");
  const place = findPgp(outer.mail);
  assert.ok(place.kind === "pgp-mime");
  const opened = gpg.run(["--decrypt"], place.ciphertext);
  assert.match(opened.stderr, /Good signature/);
  const inner = await parseMail(mustWork(opened));
  assert.ok(inner.ok);
  assert.equal(inner.mail.subject, automaticSubject);
  assert.match(inner.mail.text, /your message has arrived as \d+\.\s+Help desk/);
  assert.doesNotMatch(opened.stdout.toString(), /Secret matter|black/);
});

test("a confirmed key that has expired since keeps it back, with the reason", {
  skip: withoutGpg,
}, async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const gpg = createGnupg(t);
  const old = ["--faked-system-time", "20200101T000000!"];
  const make = ["--quick-gen-key", "Lea <lea@example.org>", "future-default", "default", "1d"];
  mustWork(gpg.run([...old, "--passphrase", "", ...make]));
  const expired = mustWork(gpg.run(["--armor", "--export", "lea@example.org"])).toString();
  const text = `My screen stays black after the upgrade of yesterday.\r\n\r\n${expired}`;
  await desk.deliver(newMail({ from: "lea@example.org", text }));
  await confirmOffered(desk, (await desk.db("tickets").first("id")).id, desk.staffId);

  await desk.deliver(newMail({ from: "lea@example.org" }));

  assert.match((await desk.reason()) ?? "", /expired/);
  assert.equal((await desk.db("outbox_mails")).length, 0);
});
