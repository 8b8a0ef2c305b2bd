import assert from "node:assert/strict";
import { test } from "node:test";
import { composeEncrypted } from "#src/mime/compose-mail.ts";
import { findPgp } from "#src/mime/find-pgp.ts";
import type { Attachment } from "#src/mime/mail.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { automaticSubject } from "#src/outbox/queue-mail.ts";
import { createGnupg, mustWork, withoutGpg } from "#test/openpgp/gnupg.ts";
import { confirmOffered } from "#test/support/cast.ts";
import { deskAddress, deskSecretKey } from "#test/support/intake.ts";
import { newMail, startAcknowledgingDesk } from "./cast.ts";

test("who wrote encrypted gets it encrypted, and gpg opens it", { skip: withoutGpg }, async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const gpg = createGnupg(t);
  const name = "Lea <lea@example.org>";
  mustWork(gpg.run(["--passphrase", "", "--quick-gen-key", name, "future-default", "default", "never"]));
  const theirKey = mustWork(gpg.run(["--armor", "--export", "lea@example.org"])).toString();
  const theirSecret = mustWork(gpg.run(["--armor", "--export-secret-keys", "lea@example.org"])).toString();
  const deskKeys = await openSecretKeys([deskSecretKey]);
  const [deskPublic = ""] = exportPublic(deskKeys);
  gpg.importKey(deskPublic);

  const theirKeys = await openSecretKeys([theirSecret]);
  const write = async (messageId: string, attachments: Attachment[]) => {
    const mail = await composeEncrypted(
      {
        from: { name: "Lea", address: "lea@example.org" },
        to: { name: "", address: deskAddress },
        subject: "Secret matter",
        text: "My screen stays black after the upgrade of yesterday, please keep this secret.",
        messageId,
        inReplyTo: null,
        references: [],
        date: new Date(),
        language: null,
        attachments,
      },
      [deskPublic],
      theirKeys,
    );
    await desk.deliver(Buffer.from(mail));
  };
  const contentType = "application/pgp-keys";
  await write("<first@example.org>", [{ filename: "key.asc", contentType, bytes: Buffer.from(theirKey) }]);
  assert.match((await desk.reason()) ?? "", /nobody has confirmed/, "whose key it is, no program decides");
  assert.equal(await desk.send(), 0);
  await confirmOffered(desk, (await desk.db("tickets").first("id")).id, desk.staffId);

  await write("<second@example.org>", []);
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
