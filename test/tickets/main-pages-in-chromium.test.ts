import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";
import { openChromium, withoutChromium } from "#test/support/chromium.ts";

suite("the main pages in a real browser", { skip: withoutChromium }, async () => {
  if (withoutChromium) return;
  const desk = await startDesk({ after });
  const cast = await createCast(desk);
  const chromium = await openChromium({ after });
  const { cookies } = await desk.signIn("adam");
  const paths = [
    "/",
    "/tickets",
    "/tickets?status=resolved",
    `/tickets/${cast.wifi}`,
    `/tickets/${cast.lea}`,
    `/tickets/${cast.silent}`,
    `/tickets/${cast.printer}`,
    `/tickets/${cast.wifi}/reply`,
    `/tickets/${cast.lea}/reply`,
    `/tickets/${cast.silent}/reply`,
    `/tickets/${cast.wifi}/note`,
    `/tickets/${cast.wifi}/take`,
    `/tickets/${cast.wifi}/close`,
    "/set-aside",
    `/set-aside/${cast.setAside}/discard`,
    "/outbox",
    "/our-keys",
  ];

  for (const look of [{ width: 1280 }, { width: 360, dark: true }]) {
    test(`axe finds nothing, ${JSON.stringify(look)}`, async () => {
      for (const path of paths) {
        assert.deepEqual(await chromium.axe(desk.origin + path, { ...look, cookies }), [], path);
      }
    });
  }

  test("nobody must scroll sideways at 320 pixels", async () => {
    for (const path of paths) {
      assert.equal(await chromium.overflow(desk.origin + path, { width: 320, cookies }), 0, path);
    }
  });
});
