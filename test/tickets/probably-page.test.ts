import assert from "node:assert/strict";
import { test } from "node:test";
import { messageIdOf } from "#src/outbox/message-id.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { personOfAddress } from "#src/people/person-of-address.ts";
import { changePerson } from "#src/tickets/change-person.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { encrypted } from "#test/mime/crypto-mails.ts";
import { startDesk } from "#test/support/browser.ts";
import { mailDoor } from "#test/support/cast.ts";
import type { Ending } from "#test/support/postgres.ts";

let count = 0;

/** The answer of the person after a relay wrote another Message-ID into ours. */
const rewritten = () =>
  mail({
    subject: "Re: An answer to your message",
    headers: ["In-Reply-To: <0100018c@mail.relay.example>", "References: <0100018c@mail.relay.example>"],
    text: "It still does not print.\r\n\r\nOn 1 Dec 2026 Help desk <desk@example.org> wrote:\r\n> Please try again.",
  });

test("the answer to a mail of ours whose id a relay rewrote is offered, joined by one click, and taken apart again", async (t) => {
  const { db, window, deliver, reply } = await start(t);
  const first = await deliver(mail({ subject: "My stick does not start" }));
  await reply(first);

  const second = await deliver(rewritten());

  assert.notEqual(second, first, "nothing joins by itself");
  const page = await window.visit(`/tickets/${second}`);
  assert.match(page.$(".banner.turn").text(), new RegExp(`This probably belongs to #${first}`));
  assert.match(
    page.$(".banner.turn").text(),
    /My stick does not start of the same person, waiting for the user/,
  );
  const list = await window.visit("/tickets?status=any");
  assert.match(rowOf(list, second), new RegExp(`probably belongs to #${first}`));
  assert.doesNotMatch(rowOf(list, first), /probably belongs/);
  assert.match((await window.visit("/")).$("main").text(), /probably belongs to/);

  const joined = await window.submit(page, {}, { button: `Join #${first}` });
  assert.equal(new URL(joined.url).pathname, `/tickets/${first}`);
  assert.match(joined.$("[role=status]").text(), /stands here now/);
  assert.match(joined.$(".story").text(), /It still does not print/);
  assert.equal((await db("tickets").where({ id: first }).first()).status, "open", "it is our turn again");
  assert.doesNotMatch(rowOf(await window.visit("/tickets?status=any"), first), /probably belongs/);

  const apart = await window.submit(joined, {}, { button: "Undo: put everything here of" });
  assert.equal(apart.status, 200);
  assert.equal((await db("tickets").where({ id: second }).first()).message_count, 1);
  assert.match((await window.visit(`/tickets/${second}`)).$(".banner.turn").text(), /probably belongs/);
});

test("one click says that it does not belong there: told in the history, offered no more, and undone like anything", async (t) => {
  const { window, deliver } = await start(t);
  const first = await deliver(mail({ subject: "My stick does not start" }));
  const second = await deliver(mail({ subject: "My stick still does not start" }));
  const page = await window.visit(`/tickets/${second}`);

  const apart = await window.submit(page, {}, { button: "It does not belong there" });

  assert.doesNotMatch(apart.$(".banner.turn").text(), /probably belongs/);
  assert.match(apart.$(".event").text(), new RegExp(`nina said that this does not belong to\\s+#${first}`));
  assert.doesNotMatch(rowOf(await window.visit("/tickets?status=any"), second), /probably belongs/);
  const late = await window.submit(page, {}, { button: `Join #${first}` });
  assert.match(late.$("[role=status]").text(), /Nothing was done/);
  const back = await window.submit(apart, {}, { button: "Undo: said that this does not belong to" });
  assert.match(back.$(".banner.turn").text(), /probably belongs/);
});

const offered: [what: string, later: Parameters<typeof mail>[0]][] = [
  ["the same subject", {}],
  ["the same subject as a program answers it", { subject: "AW: Printing does not work" }],
  ["nearly the same subject", { subject: "Printing still does not work" }],
  ["a domain written in capitals", { from: "Nina <nina@EXAMPLE.org>" }],
];
for (const [what, later] of offered) {
  test(`a second mail of the same person with ${what} is offered`, async (t) => {
    const { db, deliver } = await start(t);
    const first = await deliver(mail({}));

    const second = await deliver(mail(later));

    assert.equal((await db("tickets").where({ id: second }).first()).probably_of, first);
  });
}

const apart: [what: string, later: Parameters<typeof mail>[0]][] = [
  ["about another matter", { subject: "The camera is dark" }],
  ["of somebody else", { from: "Omar <omar@example.net>" }],
  ["of somebody else whose name is the same", { from: "Nina <nina@example.com>" }],
  ["by the same form for somebody else", { headers: ["Reply-To: omar@example.net"] }],
];
for (const [what, later] of apart) {
  test(`a mail ${what} is offered for nothing`, async (t) => {
    const { db, deliver } = await start(t);
    await deliver(mail({}));

    const second = await deliver(mail(later));

    assert.equal((await db("tickets").where({ id: second }).first()).probably_of, null);
  });
}

test("what is long ago, spam or merged away is not offered, and of several the newest is", async (t) => {
  const { db, deliver } = await start(t);
  const ids: string[] = [];
  for (let n = 0; n < 4; n++) ids.push(await deliver(mail({ subject: `Matter ${"abcd"[n]?.repeat(9)}` })));
  const [first = "", second = "", third = "", fourth = ""] = ids;
  await db("tickets")
    .where({ id: first })
    .update({ last_message_at: new Date(Date.now() - 40 * 86_400_000) });
  const staffId = (await db("staff").first("id")).id;
  await db("tickets")
    .where({ id: second })
    .update({ status: "spam", closed_at: new Date(), closed_by: staffId, our_turn_since: null });
  await mergeTickets(db, { sourceId: third, targetId: fourth, staffId });
  const offeredFor = async (subject: string) => {
    const id = await deliver(mail({ subject }));
    return (await db("tickets").where({ id }).first()).probably_of;
  };

  assert.equal(await offeredFor("Matter aaaaaaaaa"), null);
  assert.equal(await offeredFor("Matter bbbbbbbbb"), null);
  assert.equal(await offeredFor("Matter ccccccccc"), null);
  assert.equal(await offeredFor("Matter ddddddddd"), fourth);
});

test("a ticket that was merged on is offered where everything of it stands; one that changed its person is not", async (t) => {
  const { desk, window, deliver } = await start(t);
  const { db, vault, staff } = desk;
  const first = await deliver(mail({}));
  const second = await deliver(mail({ subject: "Another matter" }));
  const third = await deliver(mail({}));
  await mergeTickets(db, { sourceId: first, targetId: second, staffId: staff.nina.id });
  assert.match((await window.visit(`/tickets/${third}`)).$(".banner").text(), new RegExp(`#${second}`));

  const change = {
    ticketId: third,
    staffId: staff.nina.id,
    address: "omar@example.net",
    reason: "It is his.",
  };
  await changePerson(db, vault, change);

  assert.doesNotMatch((await window.visit(`/tickets/${third}`)).$("main").text(), /This probably belongs/);
});

test("the rules for encrypting are those of a merge: whoever encrypted on the one gets nothing in clear on the other", async (t) => {
  const { desk, window, deliver } = await start(t);
  const { db, vault } = desk;
  const first = await deliver(mail({}));
  const forSomebodyElse = await encrypted("the secret");
  const second = await deliver(mail({ text: `It is secret.\r\n\r\n${forSomebodyElse}` }));
  assert.equal((await recipientOf(db, vault, first))?.mayGetClear, true, "an offer changes nothing");

  await window.submit(await window.visit(`/tickets/${second}`), {}, { button: `Join #${first}` });

  assert.equal((await recipientOf(db, vault, first))?.mayGetClear, false);
});

test("of mails of one person that are stored at the same moment the later ones see the first", async (t) => {
  const { desk } = await start(t);
  const { db } = desk;
  const door = await mailDoor(desk);
  await personOfAddress(db, desk.vault, "nina@example.org");

  await Promise.all(Array.from({ length: 4 }, () => door(Buffer.from(mail({})))));

  assert.equal((await db("tickets").whereNull("probably_of")).length, 1);
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
    const staffId = desk.staff.nina.id;
    const answer = { ticketId, staffId, text: "Try.", clearAgreed: true, seenMessageId: null };
    assert.equal(await replyToTicket(desk.db, desk.vault, answer), "queued");
    const { reference } = await desk.db("outbox_mails").orderBy("id", "desc").first("reference");
    return messageIdOf(desk.vault, reference, desk.config.DESK_ADDRESS);
  };
  return { desk, db: desk.db, window: await desk.signIn("nina"), deliver, reply };
}

function mail({
  from = "Nina Example <nina@example.org>",
  subject = "Printing does not work",
  headers = [],
  text,
}: {
  from?: string;
  subject?: string;
  headers?: string[];
  text?: string;
}): string {
  count += 1;
  return [
    `From: ${from}`,
    "To: desk@example.org",
    `Subject: ${subject}`,
    "Date: Tue, 01 Dec 2026 08:00:00 +0000",
    `Message-ID: <${count}@example.net>`,
    ...headers,
    "",
    text ?? `Since the upgrade nothing works any more (${count}).`,
    "",
  ].join("\r\n");
}

function rowOf({ $ }: { $: (selector: string) => { closest(of: string): { text(): string } } }, id: string) {
  return $(`th a[href^="/tickets/${id}"]`).closest("tr").text();
}
