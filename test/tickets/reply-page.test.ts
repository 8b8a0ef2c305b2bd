import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
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

test("an answer to somebody who gave a key leaves encrypted", async () => {
  const page = await nina.visit(encrypted);
  assert.match(page.$("aside").text(), /encrypted and signed/);
  assert.match(page.$("aside").text(), /A key came with this ticket/);

  const after = await nina.submit(page, { text }, { button: "Send encrypted" });

  assert.equal(new URL(after.url).pathname, `/tickets/${cast.wifi}`);
  assert.match(after.$("[role=status]").text(), /in the outbox/);
  assert.equal(after.$("article.ours .written").text(), text);
  const [mail] = await db("outbox_mails");
  assert.equal(mail.protection, "encrypted");
  assert.equal(mail.clear_agreed_by, null);
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
    await formOf(encrypted, { text, act: "send" }),
  );
  assert.equal(forged.status, 422);
  assert.equal((await db("outbox_mails")).length, 0);
});

test("a key that has expired takes no answer", async () => {
  const { public: expired } = await generateSecretKey("", "m.hollander@example.org", {
    createdAt: new Date("2020-01-01"),
    expiresInDays: 30,
  });
  const row = await db("offered_keys")
    .join("vault_keys", "vault_keys.id", "offered_keys.key_id")
    .where({ ticket_id: cast.wifi })
    .first("offered_keys.id", "wrapped_key", "sealed_key");
  const page = await nina.visit(encrypted);
  await db("offered_keys")
    .where({ id: row.id })
    .update({ sealed_key: vault.seal(row.wrapped_key, "public key", expired) });

  const refused = await nina.submit(page, { text }, { button: "Send encrypted" });

  assert.equal(refused.status, 422);
  assert.match(refused.$(".banner.bad").text(), /This key expired on 2020-01-31/);
  assert.equal(refused.$("textarea").text().trim(), text);
  assert.equal((await db("outbox_mails")).length, 0);
  await db("offered_keys").where({ id: row.id }).update({ sealed_key: row.sealed_key });
});

test("more than one key on the ticket is said, since the newest is taken", async () => {
  const first = await db("offered_keys").where({ ticket_id: cast.wifi }).first();
  const another = { ...first, id: undefined, fingerprint_hash: Buffer.from("another") };
  await db("offered_keys").insert(another);

  const page = await nina.visit(encrypted);

  assert.match(page.$("aside").text(), /2 keys came with this ticket: the newest is taken/);
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
