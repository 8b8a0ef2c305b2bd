import assert from "node:assert/strict";
import test, { after } from "node:test";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { publishOurKeys } from "#src/outbox/publish-our-keys.ts";
import { startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const nina = await desk.signIn("nina");

const empty = await nina.visit("/our-keys");
const now = await generateSecretKey("Help desk", "desk@example.org", { expiresInDays: 40 });
const old = await generateSecretKey("Old desk", "desk@example.org", {
  createdAt: new Date("2024-01-01"),
  expiresInDays: 365,
});
await publishOurKeys(desk.db, await openSecretKeys([now.secret, old.secret]));

test("before the worker has started it says whom to ask", () => {
  assert.equal(empty.$(".empty h2").text(), "No key is known yet");
});

test("shows which key signs, which end soon or have ended, and their fingerprints in groups", async () => {
  const page = await nina.visit("/our-keys");
  const [first, second] = page
    .$("section.card")
    .map((_, card) => page.$(card).text().replace(/\s+/g, " "))
    .get();

  assert.match(first ?? "", /signs our answers ends soon/);
  assert.match(first ?? "", new RegExp(now.fingerprint.match(/.{4}/g)?.join(" ") ?? "none"));
  assert.match(first ?? "", /Help desk <desk@example\.org>/);
  assert.match(second ?? "", /opens mail only expired/);
});

test("gives the public half alone", async () => {
  const page = await nina.visit("/our-keys");

  const file = await nina.visit(page.$("section a").first().attr("href") ?? "");

  assert.match(file.html, /BEGIN PGP PUBLIC KEY BLOCK/);
  assert.doesNotMatch(file.html, /PRIVATE/);
  assert.match(file.headers.get("content-disposition") ?? "", new RegExp(`${now.fingerprint}\\.asc`));
  assert.equal((await nina.visit("/our-keys/nothing")).status, 404);
  assert.equal((await nina.visit(`/our-keys/${"A".repeat(40)}`)).status, 404);
});
