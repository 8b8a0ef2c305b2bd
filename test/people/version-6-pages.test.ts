import assert from "node:assert/strict";
import test, { after } from "node:test";
import { generateKey } from "openpgp";
import { inGroups } from "#src/people/fingerprint.ts";
import { startDesk } from "#test/support/browser.ts";
import { mailDoor } from "#test/support/cast.ts";
import { openChromium, withoutChromium } from "#test/support/chromium.ts";
import { plainMail } from "#test/support/intake.ts";

const desk = await startDesk({ after });
const deliver = await mailDoor(desk);
const nina = await desk.signIn("nina");
const { publicKey } = await generateKey({
  userIDs: [{ name: "Lea", email: "lea.secret@example.org" }],
  config: { v6Keys: true },
  format: "object",
});
const fingerprint = inGroups(publicKey.getFingerprint().toUpperCase());
const { ticket_id } = await deliver(
  Buffer.from(plainMail({ from: "lea.secret@example.org", text: `My key:\r\n\r\n${publicKey.armor()}` })),
);

test("a fingerprint of 64 digits is shown whole, compared and confirmed, and told by a ticket and the keys of the person", async () => {
  const reply = await nina.visit(`/tickets/${ticket_id}/reply`);
  assert.ok(reply.$(".key").text().includes(fingerprint));
  const path = reply.$(".key a[href*='/offered/']").attr("href") ?? "";
  const compare = await nina.visit(path);
  assert.ok(compare.$(".fingerprint").text().includes(fingerprint));
  const wrong = await nina.submit(compare, { fingerprint: fingerprint.slice(0, 49) }, { button: "Compare" });
  assert.match(wrong.$("main").text(), /has 64 digits, and this has 40/);
  const right = await nina.submit(compare, { fingerprint: `0x${fingerprint}` }, { button: "Compare" });
  assert.match(right.$("main").text(), /The fingerprints are the same/);
});

test("its pages fit narrow and wide windows, light and dark", { skip: withoutChromium }, async (t) => {
  const chromium = await openChromium(t);
  const reply = await nina.visit(`/tickets/${ticket_id}/reply`);
  const compare = reply.$(".key a[href*='/offered/']").attr("href") ?? "";
  const paths = [`/tickets/${ticket_id}/reply`, compare];
  for (const [index, path] of paths.entries()) {
    for (const [width, dark] of [
      [1280, false],
      [360, true],
    ] as const) {
      const look = { width, dark, cookies: nina.cookies };
      assert.deepEqual(await chromium.axe(desk.origin + path, look), []);
      assert.equal(await chromium.overflow(desk.origin + path, look), 0);
      const folder = process.env.PICTURES;
      const picture = `${folder}/v6-${index}-${width}${dark ? "-dark" : ""}.png`;
      if (folder) await chromium.picture(desk.origin + path, picture, look);
    }
  }
});
