import assert from "node:assert/strict";
import test, { after } from "node:test";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { inGroups } from "#src/people/fingerprint.ts";
import { startDesk } from "#test/support/browser.ts";
import { mailDoor } from "#test/support/cast.ts";
import { plainMail } from "#test/support/intake.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;
const deliver = await mailDoor(desk);
const nina = await desk.signIn("nina");
const empty = await nina.visit("/keys");
const address = "lea.secret@example.org";
const lea = await generateSecretKey("Lea Lang", address);
const other = await generateSecretKey("Lea Lang", "somebody@example.net");
const ticketId = await mailWith(lea.public);
const { person_id: personId } = await db("tickets").where({ id: ticketId }).first("person_id");
const person = `/keys/${personId}`;

test("the list says that it is empty, and then who gave a key, with the address masked", async () => {
  assert.match(empty.$(".empty").text(), /Nobody has given a key yet/);

  const { $, html } = await nina.visit("/keys");

  const row = $("tbody tr").first();
  assert.match(row.text(), /l•••@example\.org/);
  assert.match(row.text(), /none\s*1 key/);
  assert.doesNotMatch(html, /lea\.secret/);
});

test("a person's page shows what came and where, and that nothing is confirmed", async () => {
  const { $, html } = await nina.visit(person);

  assert.match($("main").text(), /No key is confirmed/);
  const card = $("section.card").first();
  assert.equal(card.find(".fingerprint").text(), inGroups(lea.fingerprint));
  assert.match(card.text(), /first key/);
  assert.match(card.text(), /Lea Lang <l•••@example\.org>/);
  assert.match(card.text(), /Curve25519/);
  assert.match(card.text(), new RegExp(`in the text, of a mail on ticket #${ticketId}`));
  assert.doesNotMatch(html, /lea\.secret/);
});

test("a fingerprint that is wrong is refused beside its field, each in its own words, and confirms nothing", async () => {
  const wrong: [string, RegExp][] = [
    [inGroups(other.fingerprint), /This is the fingerprint of another key\. Do not use the key below/],
    [lea.fingerprint.slice(-16), /has 40 digits, and this has 16: compare the whole of it/],
    [`${lea.fingerprint}A`, /has 40 digits, and this has 41/],
    ["my cat", /digits 0 to 9 and the letters A to F alone/],
    ["x".repeat(301), /A fingerprint is shorter than this/],
  ];
  for (const [fingerprint, reason] of wrong) {
    for (const button of ["Compare", "Use this key"]) {
      const page = await nina.visit(await comparePath());
      const refused = await nina.submit(page, { fingerprint }, { button });
      assert.equal(refused.status, 422, fingerprint);
      assert.match(refused.$("#fingerprint-error").text(), reason);
    }
  }
  const page = await nina.visit(await comparePath());
  const nothing = await nina.submit(page, {}, { button: "Compare" });
  assert.match(nothing.$("#fingerprint-error").text(), /Type or paste the fingerprint/);
  assert.equal((await db("pinned_keys")).length, 0);
});

test("the same fingerprint, however it is written, is told, and changes nothing yet", async () => {
  for (const fingerprint of [
    inGroups(lea.fingerprint),
    lea.fingerprint.toLowerCase(),
    `0x${lea.fingerprint}`,
    `OPENPGP4FPR:${lea.fingerprint}`,
    ` ${lea.fingerprint.match(/../g)?.join(":")} `,
  ]) {
    const page = await nina.visit(await comparePath());
    const same = await nina.submit(page, { fingerprint }, { button: "Compare" });
    assert.match(same.$(".banner.good").text(), /The fingerprints are the same/, fingerprint);
  }
  assert.equal((await db("pinned_keys")).length, 0);
});

test("a key that was compared is confirmed, with who and when, told in the ticket's history", async () => {
  const page = await nina.visit(`${await comparePath()}?ticket=${ticketId}`);

  const after = await nina.submit(page, { fingerprint: lea.fingerprint }, { button: "Use this key" });

  assert.equal(new URL(after.url).pathname, `/tickets/${ticketId}/reply`);
  assert.match(after.$("[role=status]").text(), /The key is confirmed/);
  const [row] = await db("pinned_keys");
  assert.deepEqual([row.pinned_by, row.compared, row.ticket_id], [staff.nina.id, true, ticketId]);
  const shown = await nina.visit(person);
  assert.match(shown.$("section.card").first().text(), /confirmed fingerprint compared/);
  assert.match(shown.$("section.card").first().text(), /Confirmed by nina/);
  const ticket = await nina.visit(`/tickets/${ticketId}`);
  assert.match(ticket.$(".event").text(), /nina compared the key of this person and confirmed it/);
});

test("another key is confirmed only after the warning, and the old one is kept for old signatures", async () => {
  await mailWith(other.public);
  const page = await nina.visit(await comparePath());
  assert.match(page.$(".banner.bad").text(), /Another key than the confirmed one/);
  assert.match(page.$("main").text(), /no name on it is this person's address/);

  const refused = await nina.submit(page, {}, { button: "Use this key" });
  assert.equal(refused.status, 422);
  assert.match(refused.$("#warned-error").text(), /Tick the box when you are sure/);

  await nina.submit(refused, { warned: "yes" }, { button: "Use this key" });
  const rows = await db("pinned_keys").orderBy("id");
  assert.deepEqual(
    rows.map(({ ended_how }) => ended_how),
    ["replaced", null],
  );
  const shown = await nina.visit(person);
  assert.match(shown.$("main").text(), /replaced: checks old signatures only/);
});

test("a key is taken out of use with a reason, and nothing leaves in clear because of that", async () => {
  const { id } = await db("pinned_keys").whereNull("ended_at").first("id");
  const page = await nina.visit(`${person}/${id}/unpin`);
  const refused = await nina.submit(page, { reason: " " });
  assert.equal(refused.status, 422);
  assert.equal(refused.$("#reason-error").text(), "Say why this key is to be used no more");

  const after = await nina.submit(refused, { reason: "It was <b>never</b> theirs" });

  assert.match(after.$("main").text(), /used no more/);
  assert.match(after.$(".written").text(), /It was <b>never<\/b> theirs/);
  const form = await nina.visit(`/tickets/${ticketId}/reply`);
  assert.equal(form.$("#clear_agreed").length, 0);
  const gone = await nina.visit(`${person}/${id}/unpin`);
  assert.equal(gone.status, 404);
});

test("an offered key is refused with a reason and suggested no more, also when it comes again", async () => {
  const path = await comparePath(other.fingerprint);
  const page = await nina.visit(path);
  const refused = await nina.submit(page, { reason: "" }, { button: "Refuse this key" });
  assert.equal(refused.$("#reason-error").text(), "Say why this is not the key of this person");

  await nina.submit(refused, { reason: "Somebody else's" }, { button: "Refuse this key" });
  await mailWith(other.public);

  const reply = await nina.visit(`/tickets/${ticketId}/reply`);
  assert.doesNotMatch(reply.$("section.key").text(), new RegExp(inGroups(other.fingerprint)));
  assert.match((await nina.visit(person)).$("main").text(), /refused by nina/);
});

test("a public key is saved by a button, and the ticket's history says who has it", async () => {
  const { id } = await db("pinned_keys").orderBy("id").first("id");
  const page = await nina.visit(person);

  const saved = await nina.submit(page, {}, { form: `${person}/${id}/save` });

  assert.match(saved.html, /BEGIN PGP PUBLIC KEY BLOCK/);
  assert.match(saved.headers.get("content-disposition") ?? "", /attachment/);
  const actions = await db("ticket_events").pluck("action");
  assert.ok(actions.includes("key_saved"));
});

test("ids that are none, of somebody else, or gone are not found", async () => {
  const paths = [
    "/keys/x",
    "/keys/999999",
    `${person}/offered/999999`,
    `${person}/offered/x`,
    `${person}/1x/unpin`,
  ];
  for (const path of paths) assert.equal((await nina.visit(path)).status, 404, path);
  const forged = await nina.visit(await comparePath());
  const token = forged.$("[name=_csrf]").attr("value") ?? "";
  const odd: Record<string, string>[] = [
    { act: "x" },
    {},
    { act: "refuse" },
    { act: "confirm", ticket: "1 or 1=1" },
  ];
  for (const fields of odd) {
    const page = await nina.post(await comparePath(), new URLSearchParams({ ...fields, _csrf: token }));
    assert.ok([200, 422].includes(page.status), `${JSON.stringify(fields)} ${page.status}`);
  }
  assert.doesNotMatch(desk.log(), /"err"/);
});

test("who is signed out sees no key", async () => {
  const nobody = desk.browser();
  for (const path of ["/keys", person]) assert.match((await nobody.visit(path)).url, /sign-in/);
});

async function mailWith(key: string): Promise<string> {
  const raw = plainMail({ from: address, text: `Hello, my printer is gone.\r\n\r\n${key}` });
  const { ticket_id } = await deliver(Buffer.from(raw));
  assert.ok(ticket_id);
  return ticket_id;
}

/** Of the newest card that can be compared, or of the one with this fingerprint. */
async function comparePath(fingerprint?: string): Promise<string> {
  const { $ } = await nina.visit(person);
  const cards = $("section.card").filter(
    (_, card) => !fingerprint || $(card).text().includes(inGroups(fingerprint)),
  );
  const path = cards.find("a[href*='/offered/']").first().attr("href");
  assert.ok(path);
  return path;
}
