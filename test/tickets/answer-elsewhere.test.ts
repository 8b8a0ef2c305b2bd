import assert from "node:assert/strict";
import { test } from "node:test";
import type { Database } from "#src/database.ts";
import { messageIdOf } from "#src/outbox/message-id.ts";
import { CannotLeave } from "#src/outbox/queue-mail.ts";
import { askForClearText } from "#src/tickets/clear-requests.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { splitMessages } from "#src/tickets/split.ts";
import { undoEvent } from "#src/tickets/undo.ts";
import type { Vault } from "#src/vault/vault.ts";
import { type Browser, startDesk, type TestDesk } from "#test/support/browser.ts";
import { mailDoor } from "#test/support/cast.ts";
import type { Ending } from "#test/support/postgres.ts";

let count = 0;

/** Samira's employer reads the mailbox that she writes from. */
const elsewhere = mail({
  from: "Samira Example <samira@work.example.net>",
  headers: ["Reply-To: Samira Example <samira@safe.example.org>"],
});

test("a mail that asks for its answer at another address is answered nowhere before somebody chose", async (t) => {
  const { desk, window, deliver } = await start(t);
  const id = await deliver(elsewhere);
  const before = await window.visit(`/tickets/${id}`);
  assert.match(before.$(".banner.turn").text(), /Who is answered on this ticket\?/);
  assert.match(before.$(".message header .line").text(), /Reply-To: Samira Example, s•••@safe\.example\.org/);

  const form = await window.visit(`/tickets/${id}/reply`);
  const offered = form
    .$('[name="answer_to"]')
    .map((_, radio) => form.$(`label[for="${radio.attribs.id}"]`).text());
  const refused = await window.submit(
    form,
    { text: "Please try this." },
    { button: "Send to the chosen address" },
  );

  assert.deepEqual(offered.get(), ["s•••@work.example.net", "s•••@safe.example.org"]);
  assert.equal(form.$('[name="answer_to"][checked]').length, 0, "nothing is chosen before");
  assert.equal(refused.status, 422);
  assert.equal(refused.$("#answer_to-error").text(), "Choose where this answer goes");
  assert.equal(refused.$("#text").text(), "Please try this.");
  assert.equal((await desk.db("outbox_mails")).length, 0);
});

test("the answer goes to the address that was chosen, later ones too, and the history tells it", async (t) => {
  const { desk, window, deliver } = await start(t);
  const id = await deliver(elsewhere);

  const asked = await sendTo(window, id, "s•••@safe.example.org", "Please try this.");
  assert.equal(asked.status, 422, "no key is known: clear text wants its own tick");
  assert.match(asked.$('.banner[role="status"]').text(), /go to s•••@safe\.example\.org from now on/);
  assert.equal(asked.$("#text").text(), "Please try this.");
  const sent = await window.submit(asked, { clear_agreed: "yes" }, { button: "Send without encryption" });

  assert.equal(new URL(sent.url).pathname, `/tickets/${id}`);
  assert.match(sent.$(".event").text(), /nina chose where answers go: Reply-To/);
  const later = await window.visit(`/tickets/${id}/reply`);
  assert.equal(later.$('[name="answer_to"]').length, 0, "the choice is remembered");
  await window.submit(
    later,
    { text: "Once more.", clear_agreed: "yes" },
    { button: "Send without encryption" },
  );
  assert.deepEqual(await recipients(desk), ["samira@safe.example.org", "samira@safe.example.org"]);
});

test("the sender may be chosen as well", async (t) => {
  const { desk, window, deliver } = await start(t);
  const id = await deliver(elsewhere);

  const asked = await sendTo(window, id, "s•••@work.example.net", "Please try this.");
  await window.submit(asked, { clear_agreed: "yes" }, { button: "Send without encryption" });

  assert.deepEqual(await recipients(desk), ["samira@work.example.net"]);
});

test("a form on a web site that nobody reads answers at opens a ticket of its writer, and asks", async (t) => {
  const { desk, window, deliver } = await start(t);

  const headers = ["Reply-To: Samira Example <samira@example.net>"];
  const id = await deliver(mail({ from: "Website <noreply@partner.example.org>", headers }));
  const wordpress = await deliver(mail({ from: "wordpress@partner.example.org", headers }));

  assert.equal(await addressOf(desk, id), "samira@example.net");
  assert.equal(await addressOf(desk, wordpress), "samira@example.net");
  const refused = await window.submit(
    await window.visit(`/tickets/${id}/reply`),
    { text: "Please try this." },
    { button: "Send to the chosen address" },
  );
  assert.equal(refused.status, 422);
});

test("who wrote by a list that took the From for itself can be answered in person", async (t) => {
  const { desk, window, deliver } = await start(t);
  const viaList = (header: string) =>
    mail({ from: "'Samira Example' via Help <help@lists.example.net>", headers: [header] });
  const byReplyTo = await deliver(viaList("Reply-To: Samira Example <samira@example.net>"));
  const byOriginal = await deliver(viaList("X-Original-From: Samira Example <samira@example.net>"));

  for (const id of [byReplyTo, byOriginal]) {
    const asked = await sendTo(window, id, "s•••@example.net", "Please try this.");
    await window.submit(asked, { clear_agreed: "yes" }, { button: "Send without encryption" });
  }

  assert.deepEqual(await recipients(desk), ["samira@example.net", "samira@example.net"]);
});

test("a report that was saved and mailed by hand asks like any other mail", async (t) => {
  const { window, deliver } = await start(t);
  const report =
    "Subject: x\r\nTails-Version: 7.1\r\n\r\n======= content of /proc/cmdline =======\r\nquiet splash\r\n";

  const id = await deliver(`${elsewhere}\r\n${report}`);

  const form = await window.visit(`/tickets/${id}/reply`);
  const places = form.$(".choices .hint").map((_, one) => form.$(one).text());
  assert.deepEqual(places.get(), ["Sender: Samira Example", "Reply-To: Samira Example"]);
});

test("a Reply-To that names the sender again, or this desk, asks nothing", async (t) => {
  const { desk, deliver } = await start(t);

  for (const headers of [
    ["Reply-To: NINA@example.org"],
    ["Reply-To: Help desk <desk@example.org>"],
    ["Reply-To: nina@example.org, desk@example.org"],
    ["Reply-To: nobody at all"],
  ])
    await deliver(mail({ from: "nina@example.org", headers }));

  assert.deepEqual(await desk.db("tickets").distinct("recipient_open").pluck("recipient_open"), [false]);
});

test("no acknowledgement, clear text or other mail leaves before it is chosen", async (t) => {
  const { desk, window, deliver } = await start(t);
  const id = await deliver(elsewhere);
  const answer = {
    ticketId: id,
    staffId: desk.staff.nina.id,
    text: "Try.",
    clearAgreed: true,
    seenMessageId: null,
  };

  await assert.rejects(replyToTicket(desk.db, desk.vault, answer), CannotLeave);
  const asked = await askForClearText(desk.db, desk.vault, { ...answer, reason: "why" });

  assert.equal(asked, null);
  const page = await window.visit(`/tickets/${id}/clear-text`);
  assert.equal(new URL(page.url).pathname, `/tickets/${id}/reply`);
});

test("who wrote encrypted is answered in clear at no other address either", async (t) => {
  const { desk, window, deliver } = await start(t);
  const id = await deliver(elsewhere);
  await desk.db("messages").update({ encryption: "encrypted" });

  const asked = await sendTo(window, id, "s•••@safe.example.org", "Please try this.");

  assert.equal(asked.status, 422);
  assert.match(asked.$(".summary").text(), /nothing leaves to them in clear/);
  assert.equal(asked.$('[name="clear_agreed"]').length, 0);
});

test("a later mail of the person that asks for another address asks again, one of a stranger does not", async (t) => {
  const { desk, window, deliver, reply } = await start(t);
  const id = await deliver(mail({ from: "nina@example.org" }));
  const answered = await reply(id);
  const next = (from: string, replyTo: string) =>
    deliver(mail({ from, headers: [`In-Reply-To: ${answered}`, `Reply-To: ${replyTo}`] }));
  const isOpen = async () => (await desk.db("tickets").where({ id }).first("recipient_open")).recipient_open;

  await next("mallory@example.net", "mallory@example.com");
  assert.equal(await isOpen(), false);
  await next("nina@example.org", "nina@example.com");
  assert.equal(await isOpen(), true);
  await sendTo(window, id, "n•••@example.org", "Please try this.");
  assert.equal(await isOpen(), false);
  await next("nina@example.org", "Nina <nina@EXAMPLE.com>");
  assert.equal(await isOpen(), false, "this wish was decided");
  await next("nina@example.org", "nina@example.edu");
  assert.equal(await isOpen(), true);

  assert.equal((await desk.db("tickets")).length, 1);
});

test("a colleague who chose another address while the form was open keeps the answer back", async (t) => {
  const { desk, window, deliver } = await start(t);
  const id = await deliver(elsewhere);
  const mine = await window.visit(`/tickets/${id}/reply`);
  const ilse = await desk.signIn("ilse");
  await sendTo(ilse, id, "s•••@work.example.net", "");

  const late = await window.submit(
    mine,
    { text: "For the safe address.", answer_to: choiceOf(mine, "s•••@safe.example.org") },
    { button: "Send to the chosen address" },
  );

  assert.equal(late.status, 409);
  assert.match(late.$(".banner.turn").text(), /Somebody else is answered now/);
  assert.equal(late.$("#text").text(), "For the safe address.");
  assert.equal(await addressOf(desk, id), "samira@work.example.net");
  assert.equal((await desk.db("outbox_mails")).length, 0);
});

test("the choice can be undone, and then it has to be made again", async (t) => {
  const { desk, window, deliver } = await start(t);
  const id = await deliver(elsewhere);
  await sendTo(window, id, "s•••@safe.example.org", "Please try this.");
  const event = await desk.db("ticket_events").where({ action: "recipient_chosen" }).first("id");

  const undone = await undoEvent(desk.db, desk.vault, event.id, desk.staff.nina.id);

  assert.deepEqual(undone, { ok: true, ticketId: id });
  assert.equal(await addressOf(desk, id), "samira@work.example.net");
  assert.equal((await desk.db("tickets").where({ id }).first()).recipient_open, true);
});

test("a ticket that is merged or split keeps the question", async (t) => {
  const { desk, window, deliver, reply } = await start(t);
  const { db, vault } = desk;
  const staffId = desk.staff.nina.id;
  const old = await deliver(mail({ from: "samira@work.example.net" }));
  const ours = await reply(old);
  const asks = await deliver(elsewhere);
  await mergeTickets(db, { sourceId: asks, targetId: old, staffId });
  assert.equal((await db("tickets").where({ id: old }).first()).recipient_open, true);
  await sendTo(window, old, "s•••@safe.example.org", "Please try this.");
  await deliver(mail({ from: "samira@work.example.net", headers: [`In-Reply-To: ${ours}`] }));

  const { id: messageId } = await db("messages").whereNotNull("reply_to_hash").first("id");
  const split = await splitMessages(db, vault, { ticketId: old, messageIds: [messageId], staffId });

  assert.ok(split.ok);
  assert.equal((await db("tickets").where({ id: split.ticketId }).first()).recipient_open, true);
});

async function start(t: Ending) {
  const desk = await startDesk(t);
  const door = await mailDoor(desk);
  const deliver = async (raw: string): Promise<string> => {
    const { ticket_id } = await door(Buffer.from(raw));
    assert.ok(ticket_id, "the mail became no ticket");
    return ticket_id;
  };
  const reply = async (ticketId: string) => {
    const answer = {
      ticketId,
      staffId: desk.staff.nina.id,
      text: "Try.",
      clearAgreed: true,
      seenMessageId: null,
    };
    assert.equal(await replyToTicket(desk.db, desk.vault, answer), "queued");
    const { reference } = await desk.db("outbox_mails").orderBy("id", "desc").first("reference");
    return messageIdOf(desk.vault, reference, desk.config.DESK_ADDRESS);
  };
  return { desk, window: await desk.signIn("nina"), deliver, reply };
}

function mail({ from, headers = [] }: { from: string; headers?: string[] }): string {
  count += 1;
  return [
    `From: ${from}`,
    "To: desk@example.org",
    "Subject: My Persistent Storage does not open",
    "Date: Tue, 01 Dec 2026 08:00:00 +0000",
    `Message-ID: <${count}@example.net>`,
    ...headers,
    "",
    `My Persistent Storage does not open any more after the upgrade (${count}).`,
    "",
  ].join("\r\n");
}

async function sendTo(window: Browser, ticketId: string, masked: string, text: string) {
  const form = await window.visit(`/tickets/${ticketId}/reply`);
  return await window.submit(
    form,
    { text: text || "Please try this.", answer_to: choiceOf(form, masked) },
    { button: "Send to the chosen address" },
  );
}

function choiceOf({ $ }: Awaited<ReturnType<Browser["visit"]>>, label: string): string {
  const found = $(".choices label").filter((_, one) => $(one).text() === label);
  return $(`#${found.attr("for")}`).attr("value") ?? assert.fail(`no choice ${label}`);
}

async function recipients({ db, vault }: { db: Database; vault: Vault }): Promise<string[]> {
  const rows = await db("outbox_mails")
    .join("vault_keys", "vault_keys.id", "outbox_mails.key_id")
    .orderBy("outbox_mails.id")
    .select("sealed_envelope", "wrapped_key");
  return rows.map((row) => JSON.parse(vault.open(row.wrapped_key, "envelope", row.sealed_envelope)).to);
}

async function addressOf({ db, vault }: TestDesk, ticketId: string): Promise<string> {
  const row = await db("tickets")
    .join("people", "people.id", "tickets.person_id")
    .join("vault_keys", "vault_keys.id", "people.key_id")
    .where("tickets.id", ticketId)
    .first();
  return vault.open(row.wrapped_key, "address", row.sealed_address);
}
