import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { findStaff } from "#src/staff/staff.ts";
import { type Browser, type Page, startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const languages = async () => (await findStaff(desk.db, desk.staff.nina.id))?.languages;
const save = (browser: Browser, page: Page) =>
  browser.submit(page, { languages: "es" }, { button: "Save the languages" });

suite("a form that did not come from a page of ours", () => {
  test("is refused without a token, with another's token and with a changed one", async () => {
    const [nina, adam] = [await desk.signIn("nina"), await desk.signIn("adam")];
    const page = await nina.visit("/account");
    const token = String(page.$("[name=_csrf]").first().val());
    const others = String((await adam.visit("/account")).$("[name=_csrf]").first().val());

    for (const forged of [null, "", others, `${token}x`, token.slice(1), token.replace(/^./, "é")]) {
      const body = new URLSearchParams({ languages: "es" });
      if (forged !== null) body.set("_csrf", forged);
      const refused = await nina.post("/account/languages", body);
      assert.equal(refused.status, 403);
      assert.equal(refused.$("h1").text(), "This form is out of date");
    }
    const twice = await nina.post("/account/languages", `languages=es&_csrf=${token}&_csrf=${token}`);
    assert.equal(twice.status, 403);
    assert.deepEqual(await languages(), []);
  });

  test("is refused when the browser says that another site sent it", async () => {
    const nina = await desk.signIn("nina");
    const page = await nina.visit("/account");

    const foreign: Browser["headers"][] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": null, origin: "https://evil.example" },
      { "sec-fetch-site": null, origin: "null" },
      { "sec-fetch-site": null, origin: null },
    ];
    for (const headers of foreign) {
      nina.headers = headers;
      const refused = await save(nina, page);
      assert.equal(refused.status, 403, JSON.stringify(headers));
      assert.equal(refused.$("textarea").length, 0, "what another site wrote is not shown");
    }
    assert.deepEqual(await languages(), []);
  });

  test("is taken from a browser that sends no Fetch Metadata but our own origin", async () => {
    const nina = await desk.signIn("nina");
    const page = await nina.visit("/account");
    nina.headers = { "sec-fetch-site": null };

    assert.equal((await save(nina, page)).status, 200);

    assert.deepEqual(await languages(), ["es"]);
  });

  test("shows what was typed, for nobody's work to be lost, but no password", async () => {
    const nina = await desk.signIn("nina");
    const body = new URLSearchParams({
      text: "A long answer\nof two lines <b>",
      old_password: "secret words, a long sentence of them",
      _csrf: "old",
    });

    const refused = await nina.post("/account/password", body);
    assert.equal(refused.$("textarea").text().trim(), "A long answer\nof two lines <b>");
    assert.doesNotMatch(refused.html, /secret words/);

    await desk.db("sessions").delete();
    const signedOut = await nina.post("/account/password", body);
    assert.equal(signedOut.status, 403);
    assert.equal(signedOut.$("h1").text(), "You are signed out");
    assert.equal(signedOut.$("textarea").text().trim(), "A long answer\nof two lines <b>");
    assert.doesNotMatch(signedOut.html, /secret words/);

    // A cross-site form comes without the cookie, so that everybody looks signed out to it.
    nina.headers = { "sec-fetch-site": "cross-site" };
    const foreign = await nina.post("/account/password", body);
    assert.equal(foreign.$("textarea").length, 0);
  });

  test("is refused at signing in too", async () => {
    const refused = await desk
      .browser()
      .post("/sign-in", new URLSearchParams({ name: "nina", password: "x" }));
    assert.equal(refused.status, 403);
  });
});
