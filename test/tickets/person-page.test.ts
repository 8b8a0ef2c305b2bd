import assert from "node:assert/strict";
import { test } from "node:test";
import { recipientOf } from "#src/outbox/recipient.ts";
import { personOfAddress, rememberEncryption } from "#src/people/person-of-address.ts";
import { undoEvent } from "#src/tickets/undo.ts";
import { startDesk } from "#test/support/browser.ts";
import { deskAddress, mailDoor } from "#test/support/cast.ts";
import type { Ending } from "#test/support/postgres.ts";

const forwarded = Buffer.from(
  [
    "From: Lea Example <lea@example.org>",
    `To: ${deskAddress}`,
    "Date: Tue, 01 Dec 2026 08:00:00 +0000",
    "Message-ID: <f@example.org>",
    "Subject: Test",
    "",
    "Please help my friend.",
    "",
    "-------- Forwarded Message --------",
    "Subject: My stick does not start",
    "Date: Mon, 30 Nov 2026 08:00:00 +0000",
    "From: Omar Example <omar@example.net>",
    "To: lea@example.org",
    "",
    "The stick stops with a grey screen.",
    "",
  ].join("\r\n"),
);

/** As a program attaches a mail instead of quoting it. */
const attached = Buffer.from(
  [
    "From: Lea Example <lea@example.org>",
    `To: ${deskAddress}`,
    "Date: Tue, 01 Dec 2026 08:00:00 +0000",
    "Message-ID: <a@example.org>",
    "Subject: Test",
    'Content-Type: multipart/mixed; boundary="m"',
    "",
    "--m",
    "",
    "Please help my friend.",
    "--m",
    "Content-Type: message/rfc822",
    "",
    'From: "Omar, the friend" <omar@example.net>',
    "To: lea@example.org",
    "Subject: My stick does not start",
    "Date: Mon, 30 Nov 2026 08:00:00 +0000",
    "Message-ID: <o@example.net>",
    "",
    "The stick stops with a grey screen.",
    "--m--",
    "",
  ].join("\r\n"),
);

test("who forwards for somebody else: the ticket can be made theirs, with a reason that stays as a note", async (t) => {
  const { desk, window, id } = await start(t);
  const ticket = await window.visit(`/tickets/${id}`);
  assert.match(ticket.$(".message header").text(), /Forwards a mail of: Omar Example, o•••@example\.net/);
  const page = await window.visit(`/tickets/${id}/person`);
  const omar = page.$(".choices label").filter((_, one) => page.$(one).text() === "o•••@example.net");
  const to = page.$(`#${omar.attr("for")}`).attr("value") ?? "";

  const refused = await window.submit(page, { to }, { button: "Change the person" });
  const done = await window.submit(
    page,
    { to, reason: "Lea asks for Omar." },
    { button: "Change the person" },
  );

  assert.equal(refused.status, 422);
  assert.match(refused.$("#reason-error").text(), /Say why/);
  assert.equal(new URL(done.url).pathname, `/tickets/${id}`);
  assert.match(done.$(".message.note").text(), /Lea asks for Omar\./);
  assert.match(done.$(".event").text(), /nina changed the person of this ticket/);
  assert.equal((await recipientOf(desk.db, desk.vault, id))?.address, "omar@example.net");
  assert.doesNotMatch(done.$("aside, .message header, .event").text(), /omar@|lea@/, "they stay masked");
});

test("who attaches somebody else's mail: its sender is offered as the person, and never chosen by itself", async (t) => {
  const { desk, window, id } = await start(t, attached);
  const ticket = await window.visit(`/tickets/${id}`);
  assert.match(ticket.$(".message header").text(), /Attaches a mail of: Omar, the friend, o•••@example\.net/);
  assert.equal((await desk.db("tickets").first()).recipient_open, false, "nobody is asked");

  const page = await window.visit(`/tickets/${id}/person`);
  const places = page.$(".choices .hint").map((_, one) => page.$(one).text());
  assert.match(places.get().join("; "), /Sender of a mail that was attached; Omar, the friend/);
  const omar = page.$(".choices label").filter((_, one) => page.$(one).text() === "o•••@example.net");
  const to = page.$(`#${omar.attr("for")}`).attr("value") ?? "";
  await window.submit(page, { to, reason: "Lea asks for Omar." }, { button: "Change the person" });

  assert.equal((await recipientOf(desk.db, desk.vault, id))?.address, "omar@example.net");
});

test("how answers leave follows the new person, and undoing brings the old one back", async (t) => {
  const { desk, window, id } = await start(t);
  const { db, vault } = desk;
  await rememberEncryption(db, await personOfAddress(db, vault, "mina@example.com"));
  assert.equal((await recipientOf(db, vault, id))?.mayGetClear, true);

  const page = await window.visit(`/tickets/${id}/person`);
  const fields = { to: "other", address: " Mina@Example.com ", reason: "She called." };
  await window.submit(page, fields, { button: "Change the person" });

  assert.equal((await recipientOf(db, vault, id))?.mayGetClear, false);
  const { id: eventId } = await db("ticket_events").where({ action: "person_changed" }).first("id");
  assert.deepEqual(await undoEvent(db, vault, eventId, desk.staff.nina.id), { ok: true, ticketId: id });
  assert.equal((await recipientOf(db, vault, id))?.address, "lea@example.org");
});

test("what is no address, the desk's own, or nobody new changes nothing and keeps what was typed", async (t) => {
  const { desk, window, id } = await start(t);
  const page = await window.visit(`/tickets/${id}/person`);
  const person = page.$('[name="to"]').first().attr("value") ?? "";
  const tries: [Record<string, string>, string, RegExp][] = [
    [{ reason: "why" }, "to", /Choose an address/],
    [{ to: "other", reason: "why" }, "address", /Type the address/],
    [{ to: "other", address: "omar at example", reason: "why" }, "address", /such as claire@example\.org/],
    [{ to: "other", address: deskAddress.toUpperCase(), reason: "why" }, "address", /address of this desk/],
    [{ to: "999-0", reason: "why" }, "to", /no more/],
    [{ to: person, reason: "why" }, "to", /already/],
  ];

  for (const [fields, field, words] of tries) {
    const refused = await window.submit(page, fields, { button: "Change the person" });
    assert.equal(refused.status, 422, String(words));
    assert.match(refused.$(`#${field}-error`).text(), words);
    assert.equal(refused.$("#reason").text(), "why");
  }

  assert.equal((await recipientOf(desk.db, desk.vault, id))?.address, "lea@example.org");
  assert.equal((await desk.db("messages").where({ kind: "note" })).length, 0);
});

test("whole addresses are shown to who asks, and the history says who looked", async (t) => {
  const { desk, window, id } = await start(t);
  const page = await window.visit(`/tickets/${id}/person`);
  assert.doesNotMatch(page.$("main").text(), /omar@|lea@/);

  const shown = await window.submit(
    page,
    { reason: "typed already" },
    { button: "Show the whole addresses" },
  );

  assert.match(shown.$(".choices").text(), /lea@example\.org[\s\S]*omar@example\.net/);
  assert.equal(shown.$("#reason").text(), "typed already");
  assert.equal((await desk.db("ticket_events").where({ action: "address_shown" })).length, 1);
});

async function start(t: Ending, raw = forwarded) {
  const desk = await startDesk(t);
  const deliver = await mailDoor(desk);
  const { ticket_id } = await deliver(raw);
  assert.ok(ticket_id);
  return { desk, window: await desk.signIn("nina"), id: ticket_id };
}
