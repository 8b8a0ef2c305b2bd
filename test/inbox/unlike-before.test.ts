import assert from "node:assert/strict";
import test, { after } from "node:test";
import { createMessage, encrypt, readKey } from "openpgp";
import { askAgain } from "#src/inbox/ask-again.ts";
import { readMailsAgain } from "#src/inbox/read-again.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import type { PinnedKey } from "#src/mime/crypto-summary.ts";
import { messageIdOf } from "#src/outbox/message-id.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import {
  encrypted,
  keys,
  mail,
  mallory,
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
let people = 0;
const door = await mailDoor(desk, keys);

test("a mail in clear in the name of somebody who encrypts says so in its frame and in the form of the answer", async () => {
  const from = somebody();
  await receive(mail(await pgpMime("the words", mallory), from));

  const { ticketId, marks } = await receive(mail(textPart("Please write to me unencrypted."), from));

  assert.deepEqual(marks, ["in clear"]);
  const page = await staff.visit(`/tickets/${ticketId}`);
  assert.deepEqual(chips(page), ["in clear turn", "not signed"]);
  assert.match(
    page.$("article header .line").first().text(),
    /came unencrypted, but earlier messages of this address were encrypted/,
  );
  const form = await staff.visit(`/tickets/${ticketId}/reply`);
  assert.match(form.$(".banner.turn").text(), /Did this person write the last message\?/);
  assert.match(form.$(".banner.turn").text(), /Write nothing confidential/);
});

test("an unsigned mail in the name of somebody who signs says so, and so does one signed by another key", async () => {
  const first = await receive(mail(await pgpMime("the words", ninaKey)), ninaPinned);
  assert.deepEqual(first.marks, [], "the first mail of a person is like no other");

  const unsigned = await receive(mail(await pgpMime("the words")), ninaPinned);
  const byAnother = await receive(mail(await pgpMime("the words", mallory)), ninaPinned);
  const inClear = await receive(mail(await pgpSigned("the words")), ninaPinned);

  assert.deepEqual(unsigned.marks, ["not signed"]);
  assert.deepEqual(byAnother.marks, ["not signed"]);
  assert.deepEqual(inClear.marks, ["in clear"]);
  const page = await staff.visit(`/tickets/${unsigned.ticketId}`);
  assert.deepEqual(chips(page), ["encrypted good", "not signed turn"]);
  assert.match(page.$("article header").text(), /not signed by the key that was confirmed for this address/);
  const other = await staff.visit(`/tickets/${byAnother.ticketId}`);
  assert.deepEqual(chips(other), ["encrypted good", "signature cannot be checked: key not known turn"]);
});

const unmarked: [what: string, later: (from: string[]) => Promise<string> | string][] = [
  ["encrypted again", async (from) => mail(await pgpMime("again"), from)],
  [
    "encrypted in part",
    async (from) => mail(textPart(`Words.\r\n\r\n${await encrypted("the secret")}`), from),
  ],
  [
    "encrypted to somebody else, and not opened",
    async (from) => mail(textPart(`See.\r\n\r\n${await encryptedTo(mallory.public)}`), from),
  ],
];
for (const [what, later] of unmarked) {
  test(`a mail that is ${what} is not told as in clear`, async () => {
    const from = somebody();
    await receive(mail(await pgpMime("the words"), from));

    const { marks } = await receive(await later(from));

    assert.ok(!marks.includes("in clear"), marks.join());
  });
}

test("somebody else's encryption marks nobody, and a first mail in clear is nothing new", async () => {
  await receive(mail(await pgpMime("the words"), somebody()));
  const from = somebody();

  const { marks } = await receive(mail(textPart("Hello."), from));
  const second = await receive(mail(textPart("Hello again."), from));

  assert.deepEqual([marks, second.marks], [[], []]);
});

test("the vacation note of somebody who encrypts and a copy of an old mail in clear are not told", async () => {
  const from = somebody();
  const old = ["Message-ID: <old@example.org>", ...from];
  const { ticketId } = await receive(mail(textPart("From before I had a key."), old));
  const ours = await answer(ticketId);
  await receive(mail(await pgpMime("the words"), from));

  const copy = await receive(mail(textPart("From before I had a key."), ["Received: x", ...old]));
  const headers = [...from, "Auto-Submitted: auto-replied", `In-Reply-To: ${ours}`];
  const note = await receive(mail(textPart("I am away."), headers));

  assert.deepEqual(copy.marks, ["sent again", "author not proven"]);
  assert.deepEqual(note.marks, ["automatic mail"]);
});

test("reading a mail again keeps these marks where they still hold, and lets go of them where they do not", async () => {
  const from = somebody();
  await receive(mail(await pgpMime("the words"), from));
  const inClear = await receive(mail(textPart("Hello."), from));
  const signed = await receive(mail(await pgpMime("signed")));
  await db("messages")
    .where({ id: signed.messageId })
    .update({ marks: ["not signed", "same Message-ID"] });
  await receive(mail(await pgpMime("signed", ninaKey)), ninaPinned);
  const later = await receive(mail(await pgpMime("signed too", ninaKey)));
  assert.deepEqual(later.marks, ["not signed"], "the key was not known then");

  for (const { ticketId, messageId } of [inClear, signed, later])
    await askAgain(db, { ticketId, messageId, staffId: desk.staff.nina.id });
  await again(ninaPinned);

  assert.deepEqual(await marksOf(inClear.messageId), ["in clear"]);
  assert.deepEqual(await marksOf(signed.messageId), ["same Message-ID", "not signed"]);
  assert.deepEqual(await marksOf(later.messageId), []);
});

async function encryptedTo(armoredKey: string): Promise<string> {
  const message = await createMessage({ text: "the secret" });
  return await encrypt({ message, encryptionKeys: await readKey({ armoredKey }) });
}

/** Headers of somebody who wrote nothing before. */
function somebody(): string[] {
  people += 1;
  return [`From: Somebody <somebody${people}@example.org>`];
}

/** Answers in clear, and tells the Message-ID of the answer. */
async function answer(ticketId: string): Promise<string> {
  const staffId = desk.staff.nina.id;
  const said = { ticketId, staffId, text: "Please try again.", clearAgreed: true, seenMessageId: null };
  assert.equal(await replyToTicket(db, vault, said), "queued");
  const { reference } = await db("outbox_mails").where({ ticket_id: ticketId }).first("reference");
  return messageIdOf(vault, reference, "desk@example.org");
}

async function receive(raw: string, pinned: PinnedKey[] = []) {
  const { id: mailId } = await door(Buffer.from(raw), pinned);
  const { id, ticket_id, marks } = await db("messages").where({ mail_id: mailId }).first();
  const [messageId, ticketId]: string[] = [id, ticket_id];
  return { messageId: String(messageId), ticketId: String(ticketId), marks: marks as string[] };
}

async function again(pinned: PinnedKey[]): Promise<void> {
  await readMailsAgain(db, vault, {
    readers: { read: (raw) => readMail(raw, keys, "desk@example.org", pinned) },
    onFailure: (error) => assert.fail(String(error)),
  });
}

async function marksOf(id: string): Promise<string[]> {
  return (await db("messages").where({ id }).first()).marks;
}

/** Each chip of the last message, with its colour. */
function chips({ $ }: Page): string[] {
  return $("article")
    .last()
    .find("header .verdict .chip")
    .map((_, chip) => `${$(chip).text()} ${$(chip).attr("class")?.replace("chip", "").trim()}`.trim())
    .get();
}
