import assert from "node:assert/strict";
import test, { after } from "node:test";
import { installStandardAnswers } from "#src/demo/install-standard-answers.ts";
import { startDesk } from "#test/support/browser.ts";
import { confirmOffered, createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;
const cast = await createCast(desk);
await confirmOffered(desk, cast.wifi, staff.nina.id);
await installStandardAnswers(db);
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");
const path = `/tickets/${cast.wifi}/clear-text`;
const text = "Hello,\n\nplease send us a new key.";

test("from the form of an answer one comes to the page that asks a second person, with what was typed", async () => {
  const form = await nina.visit(`/tickets/${cast.wifi}/reply`);

  const page = await nina.submit(form, { text }, { button: "Without encryption…" });

  assert.equal(new URL(page.url).pathname, path);
  assert.equal(page.$("#text").text().trim(), text);
  assert.match(page.$("main").text(), /Clear text leaves only when two of us agree/);
});

test("the ready answer that asks for a key stands in the form when it is asked for", async () => {
  const page = await nina.visit(`${path}?answer=no-openpgp-key`);
  assert.match(page.$("#text").text(), /send us your public key as an attachment/);
  const unknown = await nina.visit(`${path}?answer=../../etc`);
  assert.equal(unknown.status, 200);
});

test("without a text, a reason, or with something left open it is refused beside the field, and nothing is asked", async () => {
  const wrong: [Record<string, string>, string, RegExp][] = [
    [{ text: " ", reason: "Because" }, "#text-error", /Write the answer/],
    [{ text, reason: " " }, "#reason-error", /Say why it has to leave in clear/],
    [{ text: "Hello {{person}}", reason: "Because" }, "#text-error", /Fill in what stands in/],
    [{ text, reason: "x".repeat(2001) }, "#reason-error", /2,000 characters/],
  ];
  for (const [fields, place, reason] of wrong) {
    const refused = await nina.submit(await nina.visit(path), fields, { button: "Ask a second person" });
    assert.equal(refused.status, 422);
    assert.match(refused.$(place).text(), reason);
    assert.equal(refused.$("#text").text().trim(), fields.text?.trim());
  }
  assert.equal((await db("clear_requests")).length, 0);
});

test("who asked cannot agree, another one can after a tick, and the ticket tells all of it", async () => {
  const asked = await nina.submit(
    await nina.visit(path),
    { text, reason: "Their key has expired" },
    { button: "Ask a second person" },
  );
  assert.match(asked.$("[role=status]").text(), /Another one of the staff has to agree/);
  assert.match(asked.$(".banner.turn").text(), /nina asks for clear text/);
  const { id } = await db("clear_requests").first("id");

  const outbox = await ilse.visit("/outbox");
  assert.equal(outbox.$(`a[href='${path}/${id}']`).length, 1, "it waits in the outbox for everybody to see");
  const own = await nina.visit(`${path}/${id}`);
  assert.match(own.$("aside").text(), /You asked for it: another one of the staff has to agree/);
  assert.equal(own.$("#agreed").length, 0);
  const token = own.$("[name=_csrf]").attr("value") ?? "";
  const seen = String((await db("messages").max("id as id").first())?.id);
  const forged = await nina.post(
    `${path}/${id}`,
    new URLSearchParams({ _csrf: token, agreed: "yes", seen_message_id: seen }),
  );
  assert.equal(forged.status, 422);
  assert.match(forged.$(".summary").text(), /You asked for it yourself/);

  const hers = await ilse.visit(`${path}/${id}`);
  assert.equal(hers.$("article.ours .written").text(), text);
  assert.match(hers.$("aside").text(), /Their key has expired/);
  const unticked = await ilse.submit(hers, {}, { button: "Agree and send in clear" });
  assert.equal(unticked.status, 422);
  assert.match(unticked.$("#agreed-error").text(), /Tick the box/);
  assert.equal((await db("outbox_mails")).length, 0);

  const agreed = await ilse.submit(unticked, { agreed: "yes" }, { button: "Agree and send in clear" });
  assert.match(agreed.$("[role=status]").text(), /answer of nina is in the outbox and leaves in clear/);
  const [mail] = await db("outbox_mails");
  assert.deepEqual(
    [mail.protection, mail.clear_agreed_by, mail.clear_request_id],
    ["clear", staff.ilse.id, id],
  );
  const ticket = await nina.visit(`/tickets/${cast.wifi}`);
  assert.match(ticket.$("main").text(), /ilse agreed to send an answer without encryption/);
  assert.equal(ticket.$(".banner.turn").length, 0);
});

test("an agreement can be withdrawn until it has left, by anybody, once", async () => {
  const { id } = await db("clear_requests").first("id");

  const after = await nina.submit(await nina.visit(`${path}/${id}`), {}, { button: "Withdraw it" });

  assert.match(after.$("[role=status]").text(), /It is withdrawn/);
  assert.match(after.$("main").text(), /nina withdrew that an answer leaves without encryption/);
  assert.equal((await nina.visit(`${path}/${id}`)).$("button:contains('Withdraw it')").length, 0);
});

test("to a person who never encrypted the page leads back to the usual form, and odd ids are not found", async () => {
  assert.match((await nina.visit(`/tickets/${cast.lea}/clear-text`)).$("main").text(), /the usual form/);
  const nobody = await nina.submit(
    await nina.visit(`/tickets/${cast.silent}/clear-text`),
    { text, reason: "Because" },
    { button: "Ask a second person" },
  );
  assert.equal(nobody.status, 422);
  assert.match(nobody.$(".summary").text(), /the person gave no address/);
  const { id } = await db("clear_requests").first("id");
  for (const wrong of [`${path}/x`, `${path}/999999`, `/tickets/${cast.lea}/clear-text/${id}`])
    assert.equal((await nina.visit(wrong)).status, 404, wrong);
  assert.doesNotMatch(desk.log(), /"err"/);
});
