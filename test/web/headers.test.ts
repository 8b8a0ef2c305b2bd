import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, suite } from "node:test";
import { startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });

suite("headers", () => {
  test("of every page allow no script, no frame, nothing from outside and no copy", async () => {
    const nina = await desk.signIn("nina");
    for (const page of [
      await nina.visit("/account"),
      await nina.visit("/nowhere"),
      await nina.visit("/staff"),
    ]) {
      const header = (name: string) => page.headers.get(name);
      assert.equal(
        header("content-security-policy"),
        "default-src 'none';style-src 'self';img-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
      );
      assert.equal(header("referrer-policy"), "same-origin");
      assert.equal(header("cache-control"), "no-store");
      assert.equal(header("x-content-type-options"), "nosniff");
      assert.equal(header("x-frame-options"), "DENY");
      assert.equal(header("cross-origin-opener-policy"), "same-origin");
      assert.equal(header("cross-origin-resource-policy"), "same-origin");
      assert.equal(header("strict-transport-security"), null, "over http (an onion address) there is none");
      assert.equal(header("x-powered-by"), null);
    }
  });

  test("let browsers keep the stylesheet, whose address changes with it", async () => {
    const page = await desk.browser().visit("/sign-in");
    const address = page.$("link[rel=stylesheet]").attr("href") ?? "";
    assert.match(address, /^\/public\/desk\.css\?v=[0-9a-f]{12}$/);

    const sheet = await desk.browser().visit(address);

    assert.equal(sheet.status, 200);
    assert.match(sheet.headers.get("content-type") ?? "", /^text\/css/);
    assert.match(sheet.headers.get("cache-control") ?? "", /immutable/);
    assert.equal(sheet.headers.getSetCookie().length, 0);
    for (const path of [
      "/public/",
      "/public/none.css",
      "/public/../package.json",
      "/public/%2e%2e/package.json",
    ]) {
      assert.equal((await desk.browser().visit(path)).status, 404, path);
    }
  });
});

test("no view has a script, a style of its own or an address outside", () => {
  const folder = join(import.meta.dirname, "../../views");
  const views = globSync("**/*.njk", { cwd: folder });
  assert.ok(views.length > 15);
  for (const view of views) {
    const text = readFileSync(join(folder, view), "utf8");
    assert.doesNotMatch(text, /<script|<style|\sstyle=|\son\w+=|javascript:/i, view);
    assert.doesNotMatch(text, /(?:src|href|action)="(?:https?:)?\/\//i, view);
    assert.doesNotMatch(text, /\|\s*safe\b/, `${view} takes something for safe`);
  }
});
