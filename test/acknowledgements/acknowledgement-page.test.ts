import assert from "node:assert/strict";
import test, { after } from "node:test";
import { claimMails, rawMail } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { readSorting, receiveMail } from "#src/inbox/receive.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { changeSource, write } from "#test/reply-templates/cast.ts";
import { startDesk } from "#test/support/browser.ts";
import { deskSecretKey, fixtureMail } from "#test/support/intake.ts";
import { english, french, newMail } from "./cast.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const arrived = await write(db, staff.nina.id, { name: "It has arrived", body: english }, { fr: french });
const personal = await write(db, staff.nina.id, { name: "Personal", body: "Hello {{person}}, from {{me}}" });
const [ilse, adam, nina] = [await desk.signIn("ilse"), await desk.signIn("adam"), await desk.signIn("nina")];
const { id: queue } = await db("queues").where({ language: "en" }).first("id");
const path = `/queues/${queue}/acknowledgement`;
const keys = await openSecretKeys([deskSecretKey]);
let uid = 0;

async function deliver(raw: string | Buffer): Promise<string> {
  const mails = [{ uid: ++uid, raw: Buffer.from(raw), sizeBytes: raw.length }];
  await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, mails);
  for (const mail of await claimMails(db, 1, 60)) {
    const reading = await readMail(await rawMail(db, vault, mail), keys, "desk@example.org");
    await receiveMail(
      db,
      vault,
      mail,
      reading,
      await readSorting(db, vault, { name: "Help desk", address: "desk@example.org" }),
    );
  }
  return (await db("tickets").orderBy("id", "desc").first("id")).id;
}

test("a lead finds every queue, all of them off", async () => {
  const start = await ilse.visit("/");
  assert.equal(start.$('nav a[href="/acknowledgements"]').length, 1);

  const page = await ilse.visit("/acknowledgements");

  assert.equal(page.$("tbody tr").length, (await db("queues")).length);
  assert.equal(page.$(".chip.good").length, 0, "none is on");
  assert.equal((await nina.visit("/")).$('nav a[href="/acknowledgements"]').length, 0);
  for (const forbidden of ["/acknowledgements", path])
    assert.equal((await nina.visit(forbidden)).status, 403);
});

test("a lead looks at the answer in each language and turns it on; an admin turns it off", async () => {
  const form = await ilse.visit(path);
  const preview = await ilse.submit(form, { template: arrived }, { button: "Show in each language" });
  assert.deepEqual(
    preview
      .$("article h3")
      .map((_, title) => preview.$(title).text())
      .get(),
    ["English", "French"],
  );
  assert.match(preview.$("article").first().text(), /your message has arrived as 412\.\s+Help desk/);
  assert.match(
    preview.$("main").text(),
    /any other language gets the text in English: of the queues these are German, /,
  );
  assert.equal((await db("acknowledgement_settings")).length, 0, "looking turns nothing on");

  const on = await ilse.submit(preview, {}, { button: "Turn on with this answer" });
  assert.match(on.$("[role=status]").text(), /is acknowledged from now on/);
  assert.match(on.$(".chips").text(), /on\s+with It has arrived\s*since .*, ilse/);
  assert.equal((await db("acknowledgement_settings").first()).changed_by, staff.ilse.id);

  const off = await adam.submit(await adam.visit(path), {}, { button: "Turn off" });
  assert.match(off.$("[role=status]").text(), /is not acknowledged any more/);
  assert.match(off.$(".chips").text(), /off\s*since .*, adam/);
  await ilse.submit(await ilse.visit(path), {}, { button: "Turn on with this answer" });
});

test("the page lists what went and why others did not, and shows no address and no subject", async () => {
  const went = await deliver(newMail({ from: "lea@example.org", subject: "Zanzibar" }));
  const second = await deliver(newMail({ from: "lea@example.org", subject: "Zanzibar" }));
  const list = await deliver(newMail({ headers: ["List-Id: <tails.example.org>"], subject: "Zanzibar" }));

  const page = await ilse.visit(path);

  const cells = (caption: string) =>
    page
      .$(`table:has(caption:contains("${caption}")) tbody tr`)
      .map((_, row) => page.$(row).text().replace(/\s+/g, " ").trim())
      .get();
  assert.equal(cells("that went").length, 1);
  assert.match(cells("that went")[0] ?? "", new RegExp(`^#${went} .* English in the outbox$`));
  assert.match(
    cells("not acknowledged")[0] ?? "",
    new RegExp(`^#${list} .* mailing list \\(has list-id\\)$`),
  );
  assert.match(
    cells("not acknowledged")[1] ?? "",
    new RegExp(`^#${second} .* got one less than 7 days ago$`),
  );
  assert.doesNotMatch(page.html, /lea@|Zanzibar/);
});

test("the ticket shows that it went, that it is no answer, and that it is our turn", async () => {
  const id = await deliver(newMail());

  const page = await nina.visit(`/tickets/${id}`);

  const message = page.$("article.message.automatic");
  assert.equal(message.attr("aria-label"), "Automatic acknowledgement");
  assert.match(message.text(), /The desk itself\s+automatic acknowledgement, not an answer,/);
  assert.match(message.text(), new RegExp(`your message has arrived as ${id}`));
  assert.match(page.$(".chips").text(), /our turn/);
  assert.equal(page.$("form[action$=take-back]").length, 0);
  const outbox = await nina.visit("/outbox");
  assert.match(outbox.$("main").text(), /the desk itself/);
});

test("one that did not leave asks nobody to decide, on the ticket and in the outbox", async () => {
  const id = await deliver(newMail());
  await db("outbox_mails").where({ ticket_id: id }).update({ state: "failed", failure: "Refused: 550" });

  const ticket = await nina.visit(`/tickets/${id}`);
  assert.match(ticket.$("article.automatic").text(), /not sent\s+Refused: 550/);
  assert.equal(ticket.$('a[href$="/decide"]').length, 0);
  const { id: mail } = await db("outbox_mails").where({ ticket_id: id }).first("id");
  const decide = await nina.visit(`/outbox/${mail}/decide`);
  assert.match(decide.$("[role=status]").text(), /nothing to decide/);
});

test("an answer that asks for more is refused beside its field, and nothing changes", async () => {
  const before = await db("acknowledgement_settings");
  const preview = await ilse.visit(`${path}?template=${personal}`);
  assert.match(preview.$("article").text(), /does not go: asks for more/);
  assert.equal(preview.$('button:contains("with this answer")').length, 0);

  const token = preview.$("[name=_csrf]").first().attr("value") ?? "";
  const refused = await ilse.post(path, new URLSearchParams({ _csrf: token, template: personal }));

  assert.equal(refused.status, 422);
  const error = refused.$("#template-error").text();
  assert.match(
    error,
    /^English asks for \{\{person\}\}, \{\{me\}\}\. An acknowledgement fills \{\{ticket\}\}/,
  );
  assert.equal(refused.$("select#template").val(), personal, "what was chosen stays chosen");
  assert.deepEqual(await db("acknowledgement_settings"), before);
});

test("unknown and forged answers and queues are refused, and nothing changes", async () => {
  const before = await db("acknowledgement_settings");
  const token = (await ilse.visit(path)).$("[name=_csrf]").first().attr("value") ?? "";
  const post = (to: string, fields: Record<string, string>) =>
    ilse.post(to, new URLSearchParams({ _csrf: token, ...fields }));

  for (const template of ["999999", "abc", "99999999999999999999"]) {
    const refused = await post(path, { template });
    assert.equal(refused.status, 422, template);
    assert.match(refused.$("#template-error").text(), /There is no such answer/);
    assert.equal((await ilse.visit(`${path}?template=${template}`)).status, 422);
  }
  assert.equal((await post(path, {})).$("#template-error").text(), "Choose an answer");
  assert.equal((await ilse.visit(`${path}?template=1&template=2`)).status, 422);
  for (const id of ["999999", "abc", "99999999999999999999"]) {
    assert.equal((await ilse.visit(`/queues/${id}/acknowledgement`)).status, 404);
    assert.equal((await post(`/queues/${id}/acknowledgement`, { template: arrived })).status, 404);
    assert.equal((await post(`/queues/${id}/acknowledgement/off`, {})).status, 404);
  }
  assert.deepEqual(await db("acknowledgement_settings"), before);
});

test("a text that was changed waits in sight of the leads, and goes when one has approved it", async () => {
  await changeSource(db, staff.nina.id, arrived, "Hello, it came: {{ticket}}.");
  const id = await deliver(newMail());
  assert.match(
    (await nina.visit(`/tickets/${id}`)).$("article.automatic").text(),
    /your message has arrived as/,
  );

  const start = await ilse.visit("/");
  assert.match(start.$('a.tile[href="/acknowledgements"]').text(), /^1acknowledgements to approve$/);
  assert.equal((await nina.visit("/")).$('a.tile[href="/acknowledgements"]').length, 0);
  const all = await ilse.visit("/acknowledgements");
  assert.match(all.$(`tr:has(a[href="${path}"])`).text(), /newer text waits for approval/);
  const answer = await nina.visit(`/answers/${arrived}`);
  assert.match(answer.$("main").text(), /acknowledges mail[\s\S]*the text in English waits for a lead/);

  const page = await ilse.visit(path);
  assert.match(
    page.$("article").first().text(),
    /waits for approval[\s\S]*it came: 412[\s\S]*What goes in English until/,
  );
  assert.match(page.$("article").eq(1).text(), /approved/);
  const approved = await ilse.submit(page, {}, { button: "Approve these texts" });

  assert.match(approved.$("[role=status]").text(), /approved and leave from now on/);
  assert.doesNotMatch(approved.$("article").first().text(), /waits for approval/);
  assert.equal(approved.$('button:contains("Approve")').length, 0);
  const next = await deliver(newMail());
  assert.match((await nina.visit(`/tickets/${next}`)).$("article.automatic").text(), /it came: \d+/);
  assert.equal((await ilse.visit("/")).$('a.tile[href="/acknowledgements"]').length, 0);
});

test("a text that somebody changes while a lead looks is not approved", async () => {
  await changeSource(db, staff.nina.id, arrived, "Hello, it is here.");
  const page = await ilse.visit(path);
  await changeSource(db, staff.nina.id, arrived, "Hello, send me your password.");

  const refused = await ilse.submit(page, {}, { button: "Approve these texts" });

  assert.equal(refused.status, 422);
  assert.match(refused.$("#template-error").text(), /Somebody changed a text meanwhile/);
  assert.match(refused.$("article").first().text(), /send me your password/);
});

test("an answer that was changed so that it asks for more shows on the page that it does not go", async () => {
  await changeSource(db, staff.nina.id, arrived, "Hello {{person}}");

  const page = await ilse.visit(path);

  assert.match(page.$("article").first().text(), /does not go: asks for more/);
  assert.match(page.$("article").eq(1).text(), /out of date since/);
  assert.equal(page.$('button:contains("Approve")').length, 0);
});

test("a lead sets how many may leave in an hour; whoever writes no number is told so, and nothing changes", async () => {
  const page = await ilse.visit("/acknowledgements");
  assert.equal(page.$("#per_hour").val(), "20");
  assert.equal(page.$("#per_domain").val(), "5");
  assert.match(page.$("main").text(), /In the last hour \d+ acknowledgements? ha(s|ve) gone/);

  const refused = await ilse.submit(
    page,
    { per_hour: "many", per_domain: "2" },
    { button: "Save the limits" },
  );
  assert.equal(refused.status, 422);
  assert.match(refused.$("#per_hour-error").text(), /from 0 to 1000/);
  assert.equal((await db("acknowledgement_limits").first()).per_domain, 5);

  const saved = await ilse.submit(
    refused,
    { per_hour: "10", per_domain: "2" },
    { button: "Save the limits" },
  );
  assert.match(saved.$("[role=status]").text(), /hold from now on/);
  assert.match(saved.$("main").text(), /ilse/);
  const limits = await db("acknowledgement_limits").first("per_hour", "per_domain", "changed_by");
  assert.deepEqual(limits, { per_hour: 10, per_domain: 2, changed_by: staff.ilse.id });
  const token = saved.$("[name=_csrf]").first().attr("value") ?? "";
  const fields = new URLSearchParams({ _csrf: token, per_hour: "9", per_domain: "9" });
  assert.equal((await nina.post("/acknowledgements/limits", fields)).status, 403);
  await db("acknowledgement_limits").update({ per_hour: 1000, per_domain: 1000 });
});

test("many that did not go stand on several pages", async () => {
  const id = await deliver(fixtureMail("whisperback-french-base64-inside"));
  const tickets = await db("tickets").first("key_id", "queue_id", "channel", "sealed_subject", "language");
  for (let n = 0; n < 25; n += 1) {
    const [ticket] = await db("tickets")
      .insert({ ...tickets, our_turn_since: new Date() })
      .returning("id");
    const row = { queue_id: queue, ticket_id: ticket.id, template_id: arrived, reason: `Reason ${n}` };
    await db("acknowledgements").insert(row);
  }
  assert.ok(id);

  const first = await ilse.visit(path);
  const next = await ilse.visit(first.$("nav.paging a[rel=next]").attr("href") ?? "");

  assert.match(first.$("main").text(), /Reason 24[\s\S]*Reason 5(?!\d)/);
  assert.doesNotMatch(first.$("main").text(), /Reason 4(?!\d)/);
  assert.match(next.$("main").text(), /Reason 4(?!\d)/);
});
