import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { mergeTickets } from "#src/tickets/merge.ts";
import { addNote } from "#src/tickets/note.ts";
import { tagTicket } from "#src/tickets/tag.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast, mailDoor } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const cast = await createCast(desk);
const nina = await desk.signIn("nina");
let mails = 0;

suite("merge", () => {
  test("shows both first, and then everything stands on the other", async () => {
    await tagTicket(db, cast.silent, staff.nina.id, "logs only");
    const form = await nina.visit(`/tickets/${cast.silent}/merge`);
    assert.equal(form.$(".preview").length, 0);

    const both = await nina.submit(form, { other: cast.wifi });
    assert.equal(both.$(".preview section").length, 2);
    assert.match(both.$(".preview").text(), /RTL8822CE loses Wi-Fi.*m•••@example\.org/s);
    assert.equal(both.$("[name=into][checked]").attr("value"), "other");
    assert.equal((await ticketRow(cast.silent)).merged_into, null, "nothing was changed yet");

    const page = await nina.submit(both, {}, { button: "Merge the two" });
    assert.equal(new URL(page.url).pathname, `/tickets/${cast.wifi}`);
    assert.match(page.$("article").text(), /No text: this report brought its logs only|No text/);
    assert.match(page.$("aside").text(), /logs only/);
    assert.match(page.$(".event").last().text(), /nina put everything here of #/);
  });

  test("the merged ticket says where everything stands, and offers nothing else", async () => {
    const page = await nina.visit(`/tickets/${cast.silent}`);

    assert.match(page.$(".banner").text(), new RegExp(`Everything of it stands on ticket #${cast.wifi}`));
    assert.equal(page.$(".head .acts").length, 0);
    const reply = await nina.visit(`/tickets/${cast.silent}/reply`);
    assert.equal(new URL(reply.url).pathname, `/tickets/${cast.wifi}/reply`);
  });

  test("a note for the merged ticket comes to stand on the other", async () => {
    const note = await nina.submit(await nina.visit(`/tickets/${cast.silent}/note`), { text: "For both" });

    assert.equal(new URL(note.url).pathname, `/tickets/${cast.wifi}`);
    assert.match(note.$("article.note").text(), /For both/);
  });

  test("refuses itself, a circle, what is merged already, and what is not there, beside the field", async () => {
    const wrong: [string, string, RegExp][] = [
      [cast.wifi, cast.wifi, /not merged with itself/],
      [cast.wifi, cast.silent, /would make a circle/],
      [cast.silent, cast.lea, /was merged into another ticket already/],
      [cast.wifi, "999999", /no ticket with this number/],
      [cast.wifi, "that one", /Write the number/],
    ];
    for (const [here, other, message] of wrong) {
      const form = await nina.visit(`/tickets/${here}/merge`);
      const body = `_csrf=${form.$("[name=_csrf]").attr("value")}&act=merge&into=other&other=${other}`;
      const refused = await nina.post(`/tickets/${here}/merge`, body);

      assert.equal(refused.status, 422, other);
      assert.match(refused.$("#other-error").text(), message);
      assert.equal(refused.$("#other").attr("value"), other);
    }
    assert.equal((await ticketRow(cast.lea)).merged_into, null);
  });

  test("the look at both refuses itself and what is not there too", async () => {
    const form = await nina.visit(`/tickets/${cast.wifi}/merge`);

    assert.match(
      (await nina.submit(form, { other: cast.wifi })).$("#other-error").text(),
      /not merged with itself/,
    );
    assert.match((await nina.submit(form, { other: "999999" })).$("#other-error").text(), /no ticket/);
  });

  test("two people become one only after the box", async () => {
    const both = await nina.submit(await nina.visit(`/tickets/${cast.printer}/merge`), { other: cast.lea });

    const refused = await nina.submit(both, {}, { button: "Merge the two" });
    assert.equal(refused.status, 422);
    assert.match(refused.$("#two_addresses-error").text(), /of two people/);
    assert.equal(refused.$(".preview section").length, 2);

    const merged = await nina.submit(
      refused,
      { two_addresses: "yes", into: "this" },
      { button: "Merge the two" },
    );
    assert.equal(new URL(merged.url).pathname, `/tickets/${cast.printer}`);
    assert.equal((await ticketRow(cast.lea)).merged_into, cast.printer);
  });
});

suite("taking apart", () => {
  test("leads from the event to both tickets as they were", async () => {
    const ticket = await nina.visit(`/tickets/${cast.printer}`);
    const link = ticket.$(".event a:contains('Take apart…')").attr("href") ?? "";
    const form = await nina.visit(link);
    assert.match(form.$("main").text(), /nina put everything of ticket/);

    const page = await nina.submit(form);

    assert.match(page.$("[role=status]").text(), /is what it was/);
    assert.equal(page.$("article.message").length, 1);
    const { merged_into, status, message_count } = await ticketRow(cast.lea);
    assert.deepEqual([merged_into, status, message_count], [null, "new", 1]);
    assert.equal((await nina.visit(link)).status, 404, "it is taken apart already");
  });

  test("says so when it was merged further", async () => {
    const merge = await db("ticket_merges").where({ source_id: cast.silent }).first("id");
    const path = `/tickets/${cast.wifi}/unmerge/${merge.id}`;
    const form = await nina.visit(path);
    const further = await nina.submit(await nina.visit(`/tickets/${cast.wifi}/merge`), {
      other: cast.printer,
    });
    await nina.submit(further, { two_addresses: "yes" }, { button: "Merge the two" });

    const refused = await nina.submit(form);

    assert.equal(refused.status, 409);
    assert.match(refused.$("main").text(), /merged into a third one since/);
  });

  test("is not found on another ticket, or by another number", async () => {
    const merge = await db("ticket_merges").where({ source_id: cast.silent }).first("id");

    assert.equal((await nina.visit(`/tickets/${cast.lea}/unmerge/${merge.id}`)).status, 404);
    assert.equal((await nina.visit(`/tickets/${cast.wifi}/unmerge/999999`)).status, 404);
    assert.equal((await nina.visit(`/tickets/${cast.wifi}/unmerge/abc`)).status, 404);
  });
});

suite("split", () => {
  test("makes a ticket of the chosen messages", async () => {
    const id = await ticketOfTwo();
    const form = await nina.visit(`/tickets/${id}/split`);
    assert.equal(form.$("main [type=checkbox]").length, 2);
    const second = form.$("main [type=checkbox]").last().attr("value") ?? "";

    const page = await nina.submit(form, { messages: second });

    assert.notEqual(new URL(page.url).pathname, `/tickets/${id}`);
    assert.match(page.$("article.message .written").text(), /The scanner does not work either/);
    assert.match(page.$(".event").text(), new RegExp(`made this ticket from a message of #${id}`));
    assert.equal((await nina.visit(`/tickets/${id}`)).$("article.message").length, 1);
  });

  test("refuses no message, a foreign one, and a note", async () => {
    const id = await ticketOfTwo();
    const note = await addNote(db, vault, { ticketId: id, staffId: staff.nina.id, text: "Two things" });
    const form = await nina.visit(`/tickets/${id}/split`);

    const foreign = await db("messages").whereNot({ ticket_id: id }).first("id");
    const first = form.$("main [type=checkbox]").first().attr("value") ?? "";
    for (const messages of [[], foreign.id, note, "abc", "999999", [first, note]]) {
      const refused = await nina.submit(form, { messages });
      assert.equal(refused.status, 422);
      assert.notEqual(refused.$("#messages-error").text(), "");
    }
    const kept = await nina.submit(form, { messages: [first, note] });
    assert.equal(kept.$(`main [value="${first}"]`).is("[checked]"), true, "what was ticked stays ticked");
    assert.equal((await ticketRow(id)).message_count, 3);
  });

  test("says that there is nothing to split", async () => {
    const page = await nina.visit(`/tickets/${cast.lea}/split`);

    assert.match(page.$(".empty").text(), /nothing to split/);
    assert.equal(page.$("main form").length, 0);
  });

  test("shows a report that brought no text too", async (t) => {
    const own = await startDesk(t);
    const [ninaThere, { silent, printer }] = [await own.signIn("nina"), await createCast(own)];
    const both = {
      sourceId: silent,
      targetId: printer,
      staffId: own.staff.nina.id,
      twoAddressesAgreed: true,
    };
    assert.ok((await mergeTickets(own.db, both)).ok);

    const page = await ninaThere.visit(`/tickets/${printer}/split`);

    assert.equal(page.status, 200);
    assert.match(page.$("main .choice").text(), /No text/);
  });
});

async function ticketRow(id: string) {
  return await db("tickets").where({ id }).first();
}

/** A ticket with two messages of its user. */
async function ticketOfTwo(): Promise<string> {
  const deliver = await mailDoor(desk);
  const mail = (text: string) =>
    Buffer.from(
      [
        "From: Sam Example <sam@example.org>",
        "To: desk@example.org",
        "Subject: Two things",
        "Date: Sat, 21 Nov 2026 10:00:00 +0000",
        `Message-ID: <two-${++mails}@example.org>`,
        "Content-Type: text/plain; charset=utf-8",
        "",
        text,
      ].join("\r\n"),
    );
  const first = await deliver(mail("The printer does not work."));
  const second = await deliver(mail("The scanner does not work either."));
  assert.ok(first.ticket_id && second.ticket_id);
  await mergeTickets(db, { sourceId: second.ticket_id, targetId: first.ticket_id, staffId: staff.nina.id });
  return first.ticket_id;
}
