import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { password, startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });

suite("signing in", () => {
  test("takes a person to the page they asked for", async () => {
    const browser = desk.browser();

    const form = await browser.visit("/account");
    const page = await browser.submit(form, { name: " Nina ", password });

    assert.equal(new URL(page.url).pathname, "/account");
    assert.equal(page.$("h1").text(), "Your account");
  });
});
