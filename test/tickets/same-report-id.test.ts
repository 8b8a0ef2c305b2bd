import assert from "node:assert/strict";
import { test } from "node:test";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import { claimMails, rawMail } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { readSorting, receiveMail } from "#src/inbox/receive.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { CannotLeave } from "#src/outbox/queue-mail.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { personOfAddress } from "#src/people/person-of-address.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { startDesk, type TestDesk } from "#test/support/browser.ts";
import { deskAddress, mailDoor } from "#test/support/cast.ts";
import { deskSecretKey } from "#test/support/intake.ts";
import type { Ending } from "#test/support/postgres.ts";
import { makeReport } from "#test/whisperback/make-report.ts";

const id = "72e11d00c0ffee";

test("another report under an id that is taken is a ticket of its own, linked, both marked, and both found", async (t) => {
  const { desk, window, deliver } = await start(t);

  const first = await deliver({ from: "mallory@example.net" });
  const second = await deliver({ from: "samira@example.org" });

  assert.notEqual(first, second);
  assert.deepEqual(await ticketsOf(desk), [
    { id: first, recipient_open: true, whisperback_id: id, same_id_as: null },
    { id: second, recipient_open: true, whisperback_id: id, same_id_as: first },
  ]);
  assert.deepEqual(await desk.db("messages").orderBy("id").pluck("marks"), [
    ["same report id"],
    ["same report id"],
  ]);
  const page = await window.visit(`/tickets/${first}`);
  assert.match(page.$(".banner.turn").text(), /Another report came with the same id/);
  assert.equal(page.$(`aside a[href="/tickets/${second}"]`).length, 1);
  const found = await window.visit(`/search?q=wb:${id}`);
  for (const one of [first, second]) assert.equal(found.$(`a[href="/tickets/${one}"]`).length, 1);
});

test("nobody is answered before a person chose the contact, on the first ticket neither", async (t) => {
  const { desk, window, deliver } = await start(t);
  const first = await deliver({ from: "mallory@example.net" });
  const second = await deliver({ from: "samira@example.org" });
  for (const ticketId of [first, second]) {
    const answer = {
      ticketId,
      staffId: desk.staff.nina.id,
      text: "Try.",
      clearAgreed: true,
      seenMessageId: null,
    };
    await assert.rejects(replyToTicket(desk.db, desk.vault, answer), CannotLeave);
  }

  const form = await window.visit(`/tickets/${first}/reply`);
  assert.match(form.$(".banner.turn").text(), /Two reports came with one id/);
  const choices = form.$(".choice").map((_, one) => form.$(one).text().trim().replace(/\s+/g, " "));
  assert.deepEqual(choices.get(), [
    "m•••@example.net Contact in this report",
    `s•••@example.org Contact in the report of #${second}`,
  ]);
  const samira = form.$('[name="answer_to"]').last().attr("value") ?? "";
  const fields = { text: "Please try this.", answer_to: samira };
  const chosen = await window.submit(form, fields, { button: "Send to the chosen address" });
  await window.submit(chosen, { clear_agreed: "yes" }, { button: "Send without encryption" });

  assert.equal((await recipientOf(desk.db, desk.vault, first))?.address, "samira@example.org");
  assert.equal((await desk.db("outbox_mails")).length, 1);
  assert.equal((await recipientOf(desk.db, desk.vault, second))?.mustChoose, true);
});

test("the same report sent again, with the same contact, joins and asks nothing", async (t) => {
  const { desk, deliver } = await start(t);

  const first = await deliver({ from: "samira@example.org" });
  const again = await deliver({ from: "samira@example.org" });

  assert.equal(again, first);
  assert.deepEqual(
    (await ticketsOf(desk)).map(({ recipient_open }) => recipient_open),
    [false],
  );
  assert.deepEqual((await desk.db("messages").orderBy("id").pluck("marks"))[1], [
    "sent again",
    "author not proven",
  ]);
});

const others: [what: string, first: object, second: object][] = [
  ["the same words with another contact", { from: "samira@example.org" }, { from: "mallory@example.net" }],
  [
    "the same contact with other words",
    { from: "samira@example.org" },
    { from: "samira@example.org", text: "Other" },
  ],
  ["the same words without a contact", { from: "samira@example.org" }, {}],
  ["the same words, where the first gave no contact", {}, { from: "mallory@example.net" }],
  ["other logs", { sections: [["/proc/cmdline", "quiet"]] }, { sections: [["/proc/cmdline", "splash"]] }],
];
for (const [what, first, second] of others) {
  test(`${what} is another report`, async (t) => {
    const { desk, deliver } = await start(t);

    await deliver(first);
    await deliver(second);

    assert.deepEqual(
      (await ticketsOf(desk)).map(({ recipient_open }) => recipient_open),
      [true, true],
    );
  });
}

test("a third report joins the one that it repeats, and whoever was chosen before stays chosen", async (t) => {
  const { desk, window, deliver } = await start(t);
  const first = await deliver({ from: "mallory@example.net" });
  const second = await deliver({ from: "samira@example.org" });
  const form = await window.visit(`/tickets/${second}/reply`);
  const own = form.$('[name="answer_to"]').first().attr("value") ?? "";
  await window.submit(form, { text: "Try.", answer_to: own }, { button: "Send to the chosen address" });

  assert.equal(await deliver({ from: "samira@example.org" }), second);
  const fourth = await deliver({ from: "other@example.com" });

  assert.deepEqual(
    (await ticketsOf(desk)).map((ticket) => [ticket.id, ticket.recipient_open, ticket.same_id_as]),
    [
      [first, true, null],
      [second, false, first],
      [fourth, true, first],
    ],
  );
});

test("two workers that read two such reports at once know of each other", async (t) => {
  const { desk, mailOf } = await start(t);
  const { db, vault } = desk;
  // Two mails of somebody new wait for each other anyway.
  await personOfAddress(db, vault, "samira@example.org");
  const raws = await Promise.all([
    mailOf({ from: "mallory@example.net" }),
    mailOf({ from: "samira@example.org" }),
    mailOf({ from: "samira@example.org" }),
  ]);
  const mails = raws.map((raw, at) => ({ uid: at + 1, raw, sizeBytes: raw.length }));
  await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, mails);
  const keys = await openSecretKeys([deskSecretKey]);
  const sorting = await readSorting(db, vault);

  const claimed = await claimMails(db, 3, 60);
  const readings = await Promise.all(
    claimed.map(async (mail) => readMail(await rawMail(db, vault, mail), keys, deskAddress)),
  );
  await Promise.all(
    readings.map(async (reading, at) => {
      const mail = claimed[at];
      assert.ok(mail);
      await receiveMail(db, vault, mail, reading, sorting);
    }),
  );

  const tickets = await ticketsOf(desk);
  assert.deepEqual(
    tickets.map(({ recipient_open }) => recipient_open),
    [true, true],
  );
  assert.equal((await db("ticket_links")).length, 1);
  assert.equal((await db("mails").where({ outcome: "sent_again" })).length, 1);
});

async function start(t: Ending) {
  const desk = await startDesk(t);
  const door = await mailDoor(desk);
  const [deskKey = ""] = exportPublic(await openSecretKeys([deskSecretKey]));
  const mailOf = async (parts: Parameters<typeof makeReport>[0]) =>
    Buffer.from(await encryptReport(wrapForWire(makeReport({ text: "It stops.", ...parts })), deskKey, id));
  const deliver = async (parts: Parameters<typeof makeReport>[0]): Promise<string> => {
    const { ticket_id } = await door(await mailOf(parts));
    assert.ok(ticket_id, "the report became no ticket");
    return ticket_id;
  };
  return { desk, window: await desk.signIn("nina"), deliver, mailOf };
}

async function ticketsOf({ db }: TestDesk) {
  return await db("tickets").orderBy("id").select("id", "recipient_open", "whisperback_id", "same_id_as");
}
