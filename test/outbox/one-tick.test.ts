import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { recipientOf } from "#src/outbox/recipient.ts";
import { findWayOut } from "#src/outbox/way-out.ts";
import { fixtures, plainMail } from "#test/support/intake.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, vault } = desk;

/** Encrypted to this desk or to another, or with a key in it, in forms that mail programs and servers make. */
const mails = [
  "armor-indented",
  "armor-on-one-line-html-good",
  "armor-quoted",
  "clear-text-and-one-pgp-file",
  "clear-text-and-png-pgp",
  "encrypted-mail-attached-as-eml",
  "exchange-att00001-att00002",
  "forwarded-encrypted-mail",
  "gpg-file-for-other-key-hides-clear-text",
  "gpg-file-typed-pgp-encrypted-is-lost",
  "html-only-collapsed-armor",
  "indented-armor",
  "inline-text-and-one-pgp-file",
  "key-in-txt-file",
  "key-indented",
  "key-on-one-line",
  "lone-multipart-encrypted-in-multipart-mixed",
  "pgp-mime-payload-without-headers",
  "pgpmime-cleartext-without-mime-headers",
  "smime-encrypted",
  "smime-signature-around-pgp",
  "two-ciphertexts-no-mark",
];

for (const [index, name] of mails.entries()) {
  test(`nobody answers in clear by one tick: ${name}`, async () => {
    const address = `person${index}@example.org`;
    const raw = readFileSync(join(fixtures, `mails/faults/${name}.eml`), "latin1");

    await deliver(raw.replace(/^From: .*$/m, `From: ${address}`));

    const mail = await db("mails").orderBy("id", "desc").first("state", "ticket_id");
    // What was set aside cannot be answered; a later mail in clear is an answer's chance.
    if (mail.state === "set_aside") await deliver(plainMail({ from: address }));
    const { ticket_id } = await db("mails").orderBy("id", "desc").first("ticket_id");
    const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, ticket_id));
    assert.equal(wayOut.to, `p•••@example.org`);
    assert.notEqual(wayOut.kind, "clear");
  });
}

async function deliver(raw: string): Promise<void> {
  await desk.deliver(Buffer.from(raw, "latin1"));
}
