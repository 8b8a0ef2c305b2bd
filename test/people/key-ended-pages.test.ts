import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { enums, generateKey, revokeKey } from "openpgp";
import { startDesk } from "#test/support/browser.ts";
import { confirmOffered, mailDoor } from "#test/support/cast.ts";
import { openChromium, withoutChromium } from "#test/support/chromium.ts";
import { fixtures, plainMail } from "#test/support/intake.ts";

const desk = await startDesk({ after });
const deliver = await mailDoor(desk);
const nina = await desk.signIn("nina");
const address = "lea.secret@example.org";
const { privateKey, publicKey } = await generateKey({ userIDs: [{ email: address }], format: "object" });
const ticketId = await mailWith(publicKey.armor());
await confirmOffered(desk, ticketId, desk.staff.nina.id);
const before = { start: await nina.visit("/"), ticket: await nina.visit(`/tickets/${ticketId}`) };
const revoked = await revokeKey({
  key: privateKey,
  reasonForRevocation: { flag: enums.reasonForRevocation.keyCompromised, string: "A word of hers" },
  format: "object",
});
const later = await mailWith(revoked.publicKey.armor());
const namelessKey = readFileSync(join(fixtures, "keys/without-user-id.asc"), "utf8");
const nameless = await mailWith(namelessKey, "anonymous@example.org");

test("the start page says whose key was ended by its owner, with the address masked, until another one is confirmed", async () => {
  assert.doesNotMatch(before.start.$("main").text(), /Keys that their owners ended/);

  const { $, html } = await nina.visit("/");

  const card = $("section.card").filter((_, one) => $(one).text().includes("Keys that their owners ended"));
  assert.equal(card.find("a").text(), "l•••@example.org");
  assert.match(card.find("a").attr("href") ?? "", /^\/keys\/\d+$/);
  assert.doesNotMatch(html, /lea\.secret|A word of hers/);
});

test("each ticket of the person says it, and the one where it came tells it in its history", async () => {
  assert.doesNotMatch(before.ticket.$("main").text(), /owner ended/);
  for (const id of [ticketId, later]) {
    const page = await nina.visit(`/tickets/${id}`);
    assert.match(page.$(".banner.bad").text(), /The owner ended the key of this person/);
  }
  const { $ } = await nina.visit(`/tickets/${later}`);
  assert.match($(".event").text(), /The owner revoked the confirmed key of this person/);
});

test("the form of an answer says why nothing can leave, and suggests nothing", async () => {
  const { $ } = await nina.visit(`/tickets/${ticketId}/reply`);
  const banner = $(".banner.bad").text();
  assert.match(banner, /This key was revoked by its owner on [-0-9]+: somebody else may have it/);
  assert.match(banner, /Ask for a new key/);
  assert.equal($("input[name=use_key]").length, 0);
  assert.doesNotMatch($("main").text(), /other key came/);
});

test("a key without a name is told as one, can be compared and confirmed, and is used then", async () => {
  const reply = await nina.visit(`/tickets/${nameless}/reply`);
  assert.match(reply.$(".key").text(), /no name stands on it/);
  const compare = await nina.visit(reply.$(".key a[href*='/offered/']").attr("href") ?? "");
  assert.match(compare.$(".banner.turn").text(), /No name stands on this key/);
  assert.match(compare.$(".facts").first().text(), /Names\s*none/);

  const fingerprint = "522F 6DBA ED76 E358 B972 22E9 646C 3DEB 9DE4 38BC";
  const done = await nina.submit(compare, { fingerprint }, { button: "Use this key" });

  assert.match(done.$("[role=status]").text(), /The key is confirmed/);
  assert.match(done.$("main").text(), /Send encrypted/);
});

test("the pages are looked at in a real browser", { skip: withoutChromium }, async (t) => {
  const chromium = await openChromium(t);
  for (const [index, path] of ["/", `/tickets/${later}`].entries()) {
    for (const [width, dark] of [
      [1280, false],
      [360, true],
    ] as const) {
      const look = { width, dark, cookies: nina.cookies };
      assert.deepEqual(await chromium.axe(desk.origin + path, look), []);
      assert.equal(await chromium.overflow(desk.origin + path, look), 0);
      const folder = process.env.PICTURES;
      if (folder) await chromium.picture(desk.origin + path, `${folder}/ended-${index}-${width}.png`, look);
    }
  }
});

async function mailWith(armored: string, from = address): Promise<string> {
  const raw = plainMail({ from, text: `Hello, my key:\r\n\r\n${armored}` });
  const { ticket_id } = await deliver(Buffer.from(raw));
  assert.ok(ticket_id);
  return ticket_id;
}
