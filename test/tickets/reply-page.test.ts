import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { addNote } from "#src/tickets/note.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const cast = await createCast(desk);
const nina = await desk.signIn("nina");
const encrypted = `/tickets/${cast.wifi}/reply`;
const clear = `/tickets/${cast.lea}/reply`;
const text = "Thank you.\n\nA USB adapter works.";

beforeEach(async () => {
  await db("outbox_mails").delete();
});

test("a key that came with a report is used in one step: look at it, tick the box, send", async () => {
  const page = await nina.visit(encrypted);
  assert.match(
    page.$("aside").text(),
    /after your tick A key came for this person, and nobody has confirmed/,
  );
  const shown = page.$("section.key");
  assert.match(shown.find(".fingerprint").text(), /^([0-9A-F]{4} ){9}[0-9A-F]{4}$/);
  assert.match(shown.text(), /m•••@example\.org/);
  assert.match(shown.text(), /in the report, of a mail on ticket/);
  assert.doesNotMatch(page.html, /m\.hollander/);

  const refused = await nina.submit(page, { text }, { button: "Send encrypted" });
  assert.equal(refused.status, 422);
  assert.equal(
    refused.$("#use_key-error").text(),
    "Look at the key, and tick the box to use it for this person",
  );
  assert.equal(refused.$("textarea").text().trim(), text);
  assert.equal((await db("pinned_keys")).length, 0);
  assert.equal((await db("outbox_mails")).length, 0);

  const id = refused.$("#use_key").attr("value") ?? "";
  const after = await nina.submit(refused, { use_key: id }, { button: "Send encrypted" });
  assert.equal(new URL(after.url).pathname, `/tickets/${cast.wifi}`);
  assert.match(after.$("[role=status]").text(), /in the outbox/);
  assert.equal(after.$("article.ours .written").text(), text);
  assert.match(after.$(".event").text(), /nina confirmed the key of this person/);
  const [pinned] = await db("pinned_keys");
  assert.equal(pinned.pinned_by, staff.nina.id);
  assert.equal(pinned.ticket_id, cast.wifi);
  const [mail] = await db("outbox_mails");
  assert.equal(mail.protection, "encrypted");
  assert.equal(mail.clear_agreed_by, null);
});

test("an answer to somebody whose key was confirmed leaves encrypted, without another question", async () => {
  const page = await nina.visit(encrypted);
  assert.match(page.$("aside").text(), /Encryptyes The key of this person was confirmed/);
  assert.match(page.$("aside").text(), /Signyes With the key of this desk/);
  assert.equal(page.$("#use_key").length, 0);

  await nina.submit(page, { text }, { button: "Send encrypted" });

  const [mail] = await db("outbox_mails");
  assert.equal(mail.protection, "encrypted");
});

test("nothing of the report stands in the form", async () => {
  const page = await nina.visit(encrypted);

  assert.equal(page.$("textarea").text().trim(), "");
});

test("without a key it leaves in clear only after the box, which says what the provider sees", async () => {
  const page = await nina.visit(clear);
  const box = page.$("#clear_agreed-hint").text();
  assert.match(box, /that this desk \(desk@example\.org\) wrote to this address/);
  assert.match(box, /the subject “An answer to your message”, and the whole text/);

  const refused = await nina.submit(page, { text }, { button: "Send without encryption" });
  assert.equal(refused.status, 422);
  assert.equal(
    refused.$("#clear_agreed-error").text(),
    "Tick the box to send this answer without encryption",
  );
  assert.equal(refused.$("textarea").text().trim(), text);
  assert.equal((await db("outbox_mails")).length, 0);

  await nina.submit(refused, { clear_agreed: "yes" }, { button: "Send without encryption" });
  const [mail] = await db("outbox_mails");
  assert.equal(mail.protection, "clear");
  assert.equal(mail.clear_agreed_by, staff.nina.id);
});

test("a forged box sends nothing in clear to somebody who encrypts", async () => {
  const { person_id } = await db("tickets").where({ id: cast.lea }).first("person_id");
  const page = await nina.visit(clear);
  await db("people").where({ id: person_id }).update({ wrote_encrypted_at: new Date() });

  const refused = await nina.submit(
    page,
    { text, clear_agreed: "yes" },
    { button: "Send without encryption" },
  );

  assert.equal(refused.status, 422);
  assert.match(refused.$(".banner.bad").text(), /No answer can leave/);
  assert.equal(refused.$("textarea").text().trim(), text);
  assert.equal((await db("outbox_mails")).length, 0);
  await db("people").where({ id: person_id }).update({ wrote_encrypted_at: null });
});

test("the preview shows the answer as it will leave, and keeps what was typed", async () => {
  const page = await nina.visit(clear);

  const preview = await nina.submit(
    page,
    { text: "Hello <b>you</b>", clear_agreed: "yes" },
    { button: "Preview" },
  );

  assert.equal(preview.status, 200);
  assert.equal(preview.$("article.ours .written").text(), "Hello <b>you</b>");
  assert.match(preview.$("article.ours dl").text(), /An answer to your message/);
  assert.equal(preview.$("textarea").text().trim(), "Hello <b>you</b>");
  assert.equal(preview.$("#clear_agreed").attr("checked"), "checked");
  assert.equal((await db("outbox_mails")).length, 0);
});

test("an empty answer is refused beside its field", async () => {
  const page = await nina.visit(encrypted);

  const refused = await nina.submit(page, { text: " \n " }, { button: "Send encrypted" });

  assert.equal(refused.status, 422);
  assert.equal(refused.$("#text-error").text(), "Write an answer");
});

test("when somebody wrote in between, it comes back with what is new above and the typed text in place", async () => {
  const page = await nina.visit(encrypted);
  await addNote(db, vault, { ticketId: cast.wifi, staffId: staff.ilse.id, text: "I am on it" });

  const changed = await nina.submit(page, { text: "Late answer" }, { button: "Send encrypted" });

  assert.equal(changed.status, 409);
  assert.equal(changed.$(".missed .written").text(), "I am on it");
  assert.equal(changed.$("textarea").text().trim(), "Late answer");
  assert.equal((await db("outbox_mails")).length, 0);

  const sent = await nina.submit(changed, {}, { button: "Send encrypted" });
  assert.equal(new URL(sent.url).pathname, `/tickets/${cast.wifi}`);
  assert.equal((await db("outbox_mails")).length, 1);
});

test("a preview does not hide that somebody wrote in between", async () => {
  const page = await nina.visit(encrypted);
  await addNote(db, vault, {
    ticketId: cast.wifi,
    staffId: staff.ilse.id,
    text: "Seen only below the preview",
  });

  const preview = await nina.submit(page, { text }, { button: "Preview" });

  assert.equal(preview.$(".missed .written").text(), "Seen only below the preview");
});

test("to a person without an address it says so, and what to do", async () => {
  const page = await nina.visit(`/tickets/${cast.silent}/reply`);

  assert.match(page.$(".banner.bad").text(), /This person gave no address/);
  assert.equal(page.$("textarea").length, 0);
  const forged = await nina.post(
    `/tickets/${cast.silent}/reply`,
    await formOf(encrypted, { text, act: "send", person: "" }),
  );
  assert.equal(forged.status, 422);
  assert.equal((await db("outbox_mails")).length, 0);
});

test("a confirmed key that has expired takes no answer, and the form says what can be done", async () => {
  const row = await db("pinned_keys")
    .join("vault_keys", "vault_keys.id", "pinned_keys.key_id")
    .first("pinned_keys.id", "wrapped_key", "sealed_facts");
  const facts = JSON.parse(vault.open(row.wrapped_key, "key facts", row.sealed_facts));
  const expired = JSON.stringify({ ...facts, encryptsUntil: "2020-01-31T00:00:00.000Z" });
  const page = await nina.visit(encrypted);
  await db("pinned_keys")
    .where({ id: row.id })
    .update({ sealed_facts: vault.seal(row.wrapped_key, "key facts", expired) });

  const refused = await nina.submit(page, { text }, { button: "Send encrypted" });

  assert.equal(refused.status, 422);
  assert.match(refused.$(".banner.bad").text(), /This key expired on 2020-01-31/);
  assert.equal(
    refused.$(".banner.bad a:contains('Ask for a new key')").attr("href"),
    `/tickets/${cast.wifi}/clear-text?answer=no-openpgp-key`,
  );
  assert.equal(refused.$("textarea").text().trim(), text);
  assert.equal((await db("outbox_mails")).length, 0);
  await db("pinned_keys").where({ id: row.id }).update({ sealed_facts: row.sealed_facts });
});

test("forged fields change nothing and keep the text", async () => {
  const forged: Record<string, string>[] = [
    { act: "x" },
    { seen_message_id: "x" },
    { seen_message_id: "" },
    { seen_message_id: "9".repeat(30) },
  ];
  for (const fields of forged) {
    const page = await nina.post(
      encrypted,
      await formOf(encrypted, { text: "kept", act: "send", ...fields }),
    );
    assert.equal(page.status, 422, JSON.stringify(fields));
    assert.equal(page.$("textarea").text().trim(), "kept");
  }
  assert.equal((await db("outbox_mails")).length, 0);
  assert.doesNotMatch(desk.log(), /"err"/);
});

async function formOf(path: string, fields: Record<string, string>): Promise<URLSearchParams> {
  const { $ } = await nina.visit(path);
  const form = $("main form").first();
  const typed = Object.fromEntries(form.serializeArray().map(({ name, value }) => [name, value]));
  return new URLSearchParams({ ...typed, ...fields });
}
