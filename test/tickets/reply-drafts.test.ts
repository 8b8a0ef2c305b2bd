import assert from "node:assert/strict";
import test, { after, beforeEach, suite } from "node:test";
import { mergeTickets } from "#src/tickets/merge.ts";
import { addNote } from "#src/tickets/note.ts";
import { tagTicket } from "#src/tickets/tag.ts";
import { write } from "#test/reply-templates/cast.ts";
import { startDesk } from "#test/support/browser.ts";
import { confirmOffered, createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const cast = await createCast(desk);
await confirmOffered(desk, cast.wifi, desk.staff.nina.id);
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");
const reply = `/tickets/${cast.wifi}/reply`;

beforeEach(async () => {
  await db("outbox_mails").delete();
  await db("drafts").delete();
  await db("tickets").update({ writing_by: null, writing_until: null });
});

suite("a draft", () => {
  test("is saved by its button, restored for its writer alone, and gone when it is discarded", async () => {
    const saved = await nina.submit(await nina.visit(reply), { text: "Half a" }, { button: "Save draft" });
    assert.equal(saved.$("[role=status]").text(), "Your draft is kept for 7 days, for you alone.");

    const mine = await nina.visit(reply);
    assert.equal(mine.$("textarea").text().trim(), "Half a");
    assert.match(mine.$("main").text(), /Your draft of .* is in the form/);
    const hers = await ilse.visit(reply);
    assert.equal(hers.$("textarea").text().trim(), "");
    assert.doesNotMatch(hers.html, /Half a/);

    const gone = await nina.submit(mine, {}, { button: "Discard draft" });
    assert.equal(gone.$("[role=status]").text(), "There is no draft any more.");
    assert.equal((await nina.visit(reply)).$("textarea").text().trim(), "");
  });

  test("survives signing out", async () => {
    const window = await desk.signIn("nina");
    await window.submit(await window.visit(reply), { text: "Until tomorrow" }, { button: "Save draft" });
    await window.submit(await window.visit("/"), {}, { form: "/sign-out" });

    const page = await (await desk.signIn("nina")).visit(reply);

    assert.equal(page.$("textarea").text().trim(), "Until tomorrow");
  });

  test("is saved by a preview too, and dropped by sending", async () => {
    const preview = await nina.submit(await nina.visit(reply), { text: "All of it" }, { button: "Preview" });
    assert.match(preview.$("main").text(), /saved as your draft/);
    assert.equal((await nina.visit(reply)).$("textarea").text().trim(), "All of it");

    await nina.submit(preview, {}, { button: "Send encrypted" });

    assert.equal((await db("drafts")).length, 0);
  });

  test("shows what others wrote since it was saved", async () => {
    await nina.submit(await nina.visit(reply), { text: "Half" }, { button: "Save draft" });
    await addNote(db, vault, { ticketId: cast.wifi, staffId: staff.ilse.id, text: "Wait for me" });

    const page = await nina.visit(reply);

    assert.match(page.$(".banner.turn").text(), /since you saved this draft/);
    assert.equal(page.$(".missed .written").text(), "Wait for me");
  });

  test("of nothing is none", async () => {
    const page = await nina.submit(await nina.visit(reply), { text: "  " }, { button: "Save draft" });

    assert.equal(page.$("[role=status]").text(), "There is no draft any more.");
    assert.equal((await db("drafts")).length, 0);
  });
});

suite("who writes now", () => {
  test("is shown to others on the ticket and in the form, and not to oneself", async () => {
    await nina.visit(reply);

    assert.match(
      (await ilse.visit(`/tickets/${cast.wifi}`)).$(".banner.turn").text(),
      /nina is writing an answer/,
    );
    assert.match((await ilse.visit(reply)).$(".banner.turn").text(), /nina is writing an answer too/);
    assert.equal((await nina.visit(`/tickets/${cast.wifi}`)).$(".banner.turn").length, 0);
  });

  test("ends with the answer or the draft", async () => {
    await nina.submit(await nina.visit(reply), { text: "Later" }, { button: "Save draft" });
    assert.equal((await ilse.visit(`/tickets/${cast.wifi}`)).$(".banner.turn").length, 0);

    await nina.submit(await nina.visit(reply), { text: "Now" }, { button: "Send encrypted" });
    assert.equal((await ilse.visit(`/tickets/${cast.wifi}`)).$(".banner.turn").length, 0);
  });

  test("is nobody where no answer can leave", async () => {
    await nina.visit(`/tickets/${cast.silent}/reply`);

    assert.equal((await ilse.visit(`/tickets/${cast.silent}`)).$(".banner.turn").length, 0);
  });
});

suite("a template answer", () => {
  const body = "Hello {{person}},\n\nTails {{tails_version}} on ticket {{ticket}}.\n\n{{me}}";

  test("is inserted at the end of what was typed, filled, and what is missing keeps it here", async () => {
    const id = await write(db, staff.ilse.id, { name: "Wi-Fi adapter", body });
    const form = await nina.visit(reply);

    const page = await nina.submit(form, { text: "First. ", template: id }, { button: "Insert" });
    const filled = `First.\n\nHello {{person}},\n\nTails 7.4 on ticket ${cast.wifi}.\n\nnina`;
    assert.equal(page.$("textarea").text().trim(), filled);
    assert.equal(page.$("[name=used]").attr("value"), id);

    const preview = await nina.submit(page, {}, { button: "Preview" });
    assert.equal(preview.$("article.ours mark.gap").text(), "{{person}}");
    assert.match(preview.$(".verdict").text(), /not filled: person/);

    const refused = await nina.submit(preview, {}, { button: "Send encrypted" });
    assert.equal(refused.status, 422);
    assert.equal(refused.$("#text-error").text(), "Fill in {{person}} before you send");
    assert.equal(refused.$("textarea").text().trim(), filled);
    assert.equal((await db("outbox_mails")).length, 0);

    const ready = filled.replace("{{person}}", "Mira");
    await nina.submit(refused, { text: ready }, { button: "Send encrypted" });
    assert.equal((await db("outbox_mails")).length, 1);
    assert.equal((await db("reply_templates").where({ id }).first()).used_count, 1);
  });

  test("names the known issue that the ticket waits for", async () => {
    const issue = "https://tracker.example.org/issues/14754";
    const id = await write(db, staff.ilse.id, { name: "Known", body: "It is known: {{issue_url}}" });
    await nina.submit(await nina.visit(`/tickets/${cast.printer}/wait-for-fix`), { issue });

    const form = await nina.visit(`/tickets/${cast.printer}/reply`);
    const page = await nina.submit(form, { template: id }, { button: "Insert" });

    assert.equal(page.$("textarea").text().trim(), `It is known: ${issue}`);
  });

  test("takes the name that the person's mail gives", async () => {
    const id = await write(db, staff.ilse.id, { name: "Printer", body: "Hello {{person}}" });

    const page = await nina.submit(
      await nina.visit(`/tickets/${cast.printer}/reply`),
      { template: id },
      { button: "Insert" },
    );

    assert.equal(page.$("textarea").text().trim(), "Hello Paul Example");
  });

  test("is offered by tags and language first, and found by words without losing what was typed", async () => {
    await write(db, staff.ilse.id, { name: "Scanner", tags: ["scanner"] }, { fr: "Bonjour du scanner" });
    await tagTicket(db, cast.lea, staff.nina.id, "Scanner");
    const form = await nina.visit(`/tickets/${cast.lea}/reply`);
    assert.deepEqual(
      form
        .$("optgroup")
        .map((_, group) => form.$(group).attr("label"))
        .get(),
      ["Fits the tags", "In another language"],
    );
    assert.equal(form.$("option").first().text(), "Scanner · Hardware");

    const found = await nina.submit(form, { text: "Typed", words: "adapter" }, { button: "Find" });
    assert.equal(found.status, 200);
    assert.equal(found.$("textarea").text().trim(), "Typed");
    assert.equal(found.$("option").length, 1);
    assert.match(found.$("option").text(), /Wi-Fi adapter · Hardware · English/);
    assert.equal(found.$("details.templates").attr("open"), "open");

    const none = await nina.submit(found, { words: "submarine" }, { button: "Find" });
    assert.match(none.$("details.templates").text(), /No template answer has all these words/);
    assert.equal(none.$("textarea").text().trim(), "Typed");
  });

  test("that is retired, unknown or no id is refused beside the field, and the text stays", async () => {
    const id = await write(db, staff.ilse.id, { name: "Old" });
    const form = await nina.visit(reply);
    await db("reply_templates").where({ id }).update({ retired_at: new Date() });

    for (const template of [id, "999999", "abc", ""]) {
      const refused = await nina.submit(form, { text: "Typed", template }, { button: "Insert" });
      assert.equal(refused.status, 422);
      assert.match(refused.$("#template-error").text(), /still there/);
      assert.equal(refused.$("textarea").text().trim(), "Typed");
    }
  });

  test("is not counted for forged ids, and the answer leaves nevertheless", async () => {
    const form = await nina.visit(reply);
    const body = new URLSearchParams({
      _csrf: form.$("[name=_csrf]").attr("value") ?? "",
      seen_message_id: form.$("[name=seen_message_id]").attr("value") ?? "",
      text: "Plain",
      act: "send",
      used: "999999",
    });
    body.append("used", "abc");

    const page = await nina.post(reply, body);

    assert.equal(new URL(page.url).pathname, `/tickets/${cast.wifi}`);
    assert.equal((await db("outbox_mails")).length, 1);
  });
});

suite("taking back", () => {
  test("makes an answer a draft again while it waits", async () => {
    const sent = await nina.submit(
      await nina.visit(reply),
      { text: "Too early" },
      { button: "Send encrypted" },
    );
    assert.match(sent.$("[role=status]").text(), /leaves in 20 seconds/);
    assert.match(sent.$("article.ours header").last().text(), /It leaves at \d\d:\d\d:\d\d UTC/);

    const back = await nina.submit(sent, {}, { button: "Take back" });

    assert.equal(new URL(back.url).pathname, reply);
    assert.equal(back.$("textarea").text().trim(), "Too early");
    assert.equal((await db("outbox_mails")).length, 0);
    const ticket = await nina.visit(`/tickets/${cast.wifi}`);
    assert.match(ticket.$(".event").last().text(), /nina took an answer back before it left/);
  });

  test("is for its writer, and in time", async () => {
    const sent = await nina.submit(
      await nina.visit(reply),
      { text: "It goes" },
      { button: "Send encrypted" },
    );
    const form = sent.$("form[action$=take-back]");
    const path = form.attr("action") ?? "";
    assert.equal((await ilse.visit(`/tickets/${cast.wifi}`)).$("form[action$=take-back]").length, 0);
    const hers = await ilse.visit(`/tickets/${cast.wifi}/tags`);
    const forged = await ilse.post(path, `_csrf=${hers.$("[name=_csrf]").attr("value")}`);
    assert.equal(forged.status, 403);
    assert.match(forged.$("main").text(), /Only who wrote an answer takes it back/);
    await db("outbox_mails").update({ not_before: new Date(Date.now() - 1000) });

    const late = await nina.submit(sent, {}, { form: path });

    assert.equal(late.status, 409);
    assert.match(late.$("main").text(), /It has left, or leaves right now/);
    assert.equal((await nina.visit(`/tickets/${cast.wifi}`)).$("form[action$=take-back]").length, 0);
    const elsewhere = path.replace(`/tickets/${cast.wifi}/`, `/tickets/${cast.lea}/`);
    const foreign = await nina.post(elsewhere, `_csrf=${sent.$("[name=_csrf]").attr("value")}`);
    assert.equal(foreign.status, 404);
  });
});

test("an answer to a ticket that was merged meanwhile comes back on the other ticket, with its text", async () => {
  const form = await nina.visit(`/tickets/${cast.printer}/reply`);
  const { printer: sourceId, lea: targetId } = cast;
  await mergeTickets(db, { sourceId, targetId, staffId: staff.ilse.id, twoAddressesAgreed: true });

  const changed = await nina.submit(form, { text: "For Paul" }, { button: "Send without encryption" });

  assert.equal(changed.status, 409);
  assert.match(changed.$(".banner.turn").text(), /merged since you opened this form/);
  assert.equal(changed.$("textarea").text().trim(), "For Paul");
  assert.equal(changed.$("form.card").attr("action"), `/tickets/${cast.lea}/reply`);
  assert.equal((await db("outbox_mails")).length, 0);
});
