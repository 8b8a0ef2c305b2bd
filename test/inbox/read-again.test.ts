import assert from "node:assert/strict";
import test, { after } from "node:test";
import { createMessage, encrypt, readKey } from "openpgp";
import { askAgain, askAgainForPerson } from "#src/inbox/ask-again.ts";
import type { MailReaders } from "#src/inbox/mail-readers.ts";
import { readMailsAgain } from "#src/inbox/read-again.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import type { PinnedKey } from "#src/mime/crypto-summary.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { confirmKey } from "#src/tickets/confirm-key.ts";
import {
  desk as deskKey,
  encrypted,
  keys,
  mail,
  mallory,
  multipart,
  nina as ninaKey,
  pinned as ninaPinned,
  pgpMime,
  pgpSigned,
  textPart,
} from "../mime/crypto-mails.ts";
import { type Page, startDesk } from "../support/browser.ts";
import { mailDoor } from "../support/cast.ts";

const desk = await startDesk({ after });
const { db, vault } = desk;
const staff = await desk.signIn("nina");
const staffId = desk.staff.nina.id;
const door = await mailDoor(desk, keys);

test("a signature is checked again from its page when the key was confirmed", async () => {
  const { ticketId } = await receive(mail(await pgpSigned("the words")));
  const before = await staff.visit(`/tickets/${ticketId}`);
  assert.deepEqual(chips(before), ["not encrypted", "signature cannot be checked: key not known"]);

  const waiting = await staff.submit(before, {}, { button: "Check again" });

  assert.match(waiting.$("[role=status]").text(), /The mail is read again/);
  assert.match(waiting.$("article header").text(), /It is being read again/);
  assert.equal(waiting.$("meta[http-equiv=refresh]").length, 1);
  assert.equal(await again(ninaPinned), 1);
  const done = await staff.visit(`/tickets/${ticketId}`);
  assert.deepEqual(chips(done), ["not encrypted", "signed by n•••@example.org"]);
  assert.match(done.$("article header").text(), /Read again just now: it says something else now/);
  assert.equal(done.$("meta[http-equiv=refresh]").length, 0);
  assert.match(done.$(".event").text(), /nina had a mail read again/);
});

test("a key that came with the mail changes nothing until somebody confirms it, and then it does", async () => {
  const lea = await generateSecretKey("Lea", "lea@example.net");
  const attached = `Content-Type: application/pgp-keys; name=key.asc\r\n\r\n${lea.public}`;
  const part = multipart("multipart/mixed", "k", [textPart("the words"), attached]);
  const { ticketId, messageId } = await receive(mail(await pgpSigned(part, lea), ["From: lea@example.net"]));
  await askAgain(db, { ticketId, messageId, staffId });
  await again();
  assert.equal(await signatureOf(messageId), "cannot check");

  const [{ id: offeredId }] = await db("offered_keys").where({ message_id: messageId });
  await db.transaction((trx) => confirmKey(trx, vault, { ticketId, staffId, offeredId, compared: false }));
  await askAgain(db, { ticketId, messageId, staffId });
  await again();

  assert.equal(await signatureOf(messageId), "good");
});

test("what could not be opened is shown, found and kept as text when the key was imported", async () => {
  const other = await encrypt({
    message: await createMessage({ text: "the other secret" }),
    encryptionKeys: await readKey({ armoredKey: mallory.public }),
  });
  const { ticketId, messageId } = await receive(
    mail(textPart(`${await encrypted("for us")}\r\n\r\n${other}`)),
  );
  const before = await staff.visit(`/tickets/${ticketId}`);
  assert.match(before.$("article .files").text(), /not-opened\.asc/);
  assert.doesNotMatch(before.$("article").text(), /the other secret/);

  await askAgain(db, { ticketId, messageId, staffId });
  await again([], await openSecretKeys([deskKey.secret, mallory.secret]));

  const { $ } = await staff.visit(`/tickets/${ticketId}`);
  assert.match($("article").text(), /the other secret/);
  assert.equal($("article .files").length, 0);
  const { words } = await db("search_documents").where({ message_id: messageId }).first();
  assert.equal(words.split(" ").length > 4, true);
});

test("all signed mail of a person is checked again at once, on whatever ticket it stands", async () => {
  const first = await receive(mail(await pgpMime("one", ninaKey)));
  const second = await receive(mail(await pgpMime("two", ninaKey)));
  const stranger = await receive(mail(await pgpSigned("x"), ["From: lea@example.org"]));

  const page = await staff.visit(`/tickets/${first.ticketId}`);
  const waiting = await staff.submit(page, {}, { button: "Check all signed mail of this person again" });
  assert.match(waiting.$("[role=status]").first().text(), /signed mails of this person are read again/);
  await again(ninaPinned);

  assert.equal(await signatureOf(first.messageId), "good");
  assert.equal(await signatureOf(second.messageId), "good");
  assert.equal(await signatureOf(stranger.messageId), "cannot check");
});

test("two workers at once read a mail again once, and nothing is doubled", async () => {
  const { ticketId, messageId } = await receive(mail(await pgpSigned("once")));
  const tables = ["messages", "tickets", "mails", "attachments", "search_documents", "people"];
  const count = async () =>
    await Promise.all(
      tables.map(async (table) => Number((await db(table).count("* as count").first())?.count)),
    );
  const before = await count();
  const [asked, twice] = await Promise.all([1, 2].map(() => askAgain(db, { ticketId, messageId, staffId })));
  assert.equal((asked ?? 0) + (twice ?? 0), 1);

  const done = await Promise.all([1, 2, 3].map(() => again(ninaPinned)));

  assert.equal(
    done.reduce((sum, one) => sum + one, 0),
    1,
  );
  assert.deepEqual(await count(), before);
  assert.equal(await signatureOf(messageId), "good");
});

test("without its raw copy the verdict stays, and the page says why", async () => {
  const { ticketId, messageId, mailId } = await receive(mail(await pgpSigned("gone soon")));
  await askAgain(db, { ticketId, messageId, staffId });
  await db("mails").where({ id: mailId }).update({ sealed_raw: null });

  await again(ninaPinned);

  const { $ } = await staff.visit(`/tickets/${ticketId}`);
  assert.match(
    $("article header").text(),
    /could not be read again: its raw copy is gone, so this verdict stays/,
  );
  assert.match($("article header").text(), /It cannot be checked again|it cannot be checked again/);
  assert.equal($("article header button").length, 0);
  assert.equal(await askAgain(db, { ticketId, messageId, staffId }), 0);
  assert.equal(await signatureOf(messageId), "cannot check");
});

test("a mail that opens no more keeps what it said, with the reason", async () => {
  const { ticketId, messageId } = await receive(mail(await pgpMime("kept words", ninaKey)));
  await askAgain(db, { ticketId, messageId, staffId });

  await again(ninaPinned, await openSecretKeys([mallory.secret]));

  const { $ } = await staff.visit(`/tickets/${ticketId}`);
  assert.match($("article header").text(), /it could not be read: The mail is encrypted and was not opened/);
  assert.match($("article .written").text(), /kept words/);
});

test("a mail that ends its reader each time is given up after three times", async () => {
  const { ticketId, messageId, mailId } = await receive(mail(await pgpSigned("bomb")));
  await askAgain(db, { ticketId, messageId, staffId });
  const readers = { read: () => Promise.reject(new Error("no")) };

  for (let time = 0; time < 5; time += 1) {
    await db("read_again").where({ mail_id: mailId }).update({ leased_until: null });
    await readMailsAgain(db, vault, { readers, onFailure: () => {} });
  }

  const { result, attempts } = await db("read_again").where({ mail_id: mailId }).first();
  assert.equal(result, "not read");
  assert.equal(attempts, 4);
});

test("nothing is asked for a message of another ticket", async () => {
  const one = await receive(mail(textPart("one")));
  const other = await receive(mail(textPart("other")));

  assert.equal(await askAgain(db, { ticketId: one.ticketId, messageId: other.messageId, staffId }), 0);
  assert.equal(
    await askAgainForPerson(db, { ticketId: one.ticketId, messageId: other.messageId, staffId }),
    0,
  );
  const path = `/tickets/${one.ticketId}/messages/${other.messageId}/read-again`;
  const page = await staff.visit(`/tickets/${one.ticketId}`);
  const csrf = String(page.$("input[name=_csrf]").first().attr("value"));
  assert.equal((await staff.post(path, new URLSearchParams({ _csrf: csrf }))).status, 404);
});

async function again(pinned: PinnedKey[] = [], with_ = keys): Promise<number> {
  const readers: Pick<MailReaders, "read"> = {
    read: (raw, confirmed) => readMail(raw, with_, "desk@example.org", confirmed ?? pinned),
  };
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => failures.push(error);
  const done = await readMailsAgain(db, vault, { readers, onFailure });
  assert.deepEqual(failures, []);
  return done;
}

/** What a mail becomes that nobody's key was confirmed for. */
async function receive(raw: string): Promise<{ mailId: string; ticketId: string; messageId: string }> {
  const { id: mailId } = await door(Buffer.from(raw));
  const { id, ticket_id } = await db("messages").where({ mail_id: mailId }).first();
  return { mailId, ticketId: ticket_id, messageId: id };
}

async function signatureOf(id: string): Promise<string> {
  return (await db("messages").where({ id }).first()).signature;
}

function chips({ $ }: Page): string[] {
  return $("article > header .verdict .chip")
    .map((_, chip) => $(chip).text())
    .get();
}
