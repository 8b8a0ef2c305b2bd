import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import type { Page } from "playwright-core";
import { endShift, startShift } from "#src/shifts/shift.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";

suite("a morning shift in a real browser", { skip: withoutChromium }, async () => {
  if (withoutChromium) return;
  const desk = await startDesk({ after });
  const { db, vault, staff } = desk;
  const cast = await createCast(desk);
  const chromium = await openChromium({ after });
  const picture = async (page: Page, name: string) => {
    const folder = process.env.PICTURES;
    if (folder) await page.screenshot({ path: `${folder}/morning-shift-${name}.png`, fullPage: true });
  };
  const nina = await desk.signIn("nina");

  test("nina reads the note, takes the oldest and two more, and hands over", async () => {
    await startShift(db, staff.ilse.id);
    await endShift(db, vault, staff.ilse.id, "Many Wi-Fi reports since 7.4.\nThe French one waits too long.");
    await db("staff")
      .where({ name: "nina" })
      .update({ languages: ["fr"] });
    await db("tickets")
      .where({ id: cast.lea })
      .update({ our_turn_since: db.raw("now() - interval '3 days'") });
    const page = await chromium.open(desk.origin, { cookies: nina.cookies });
    const click = (name: string) => page.getByRole("button", { name, exact: true }).click();

    await click("Start my shift");
    assert.match(await page.locator("aside").innerText(), /The French one waits too long/);
    await picture(page, "1-start");
    await click("Take the oldest");
    assert.equal(new URL(page.url()).pathname, `/tickets/${cast.lea}`);

    await page.goto(`${desk.origin}/tickets`);
    await page.getByLabel(`Choose ticket ${cast.wifi}`).check();
    await page.getByLabel(`Choose ticket ${cast.printer}`).check();
    await page.getByLabel(`Choose ticket ${cast.lea}`).check();
    await page.getByText("Change several tickets").click();
    await click("Preview");
    assert.match(await page.locator("main").innerText(), /2 tickets would become yours[\s\S]*nina has it/);
    await picture(page, "2-preview");
    await click("Take 2 tickets");
    assert.match(await page.getByRole("status").innerText(), /^2 tickets are yours now/);

    await page.goto(desk.origin);
    await page.getByRole("link", { name: "End my shift…" }).click();
    await click("End my shift");
    assert.match(await page.getByRole("alert").innerText(), /Write what the next shift must know/);
    await page.getByLabel("Note for the next shift").fill("I have three tickets, none is answered yet.");
    await click("End my shift");
    assert.match(await page.locator("aside").innerText(), /I have three tickets/);
    await picture(page, "3-end");
  });

  test("when everybody has an answer, the page says that nothing is unanswered", async () => {
    await db("tickets").update({ status: "waiting_for_user", our_turn_since: null });
    const page = await chromium.open(desk.origin, { width: 360, dark: true, cookies: nina.cookies });

    assert.equal(await page.getByRole("heading", { name: "Nothing is unanswered" }).count(), 1);
    await picture(page, "4-nothing");
  });

  test("axe finds nothing on these pages, and nobody scrolls sideways at 320 pixels", async () => {
    const adam = await desk.signIn("adam");
    const paths = ["/", "/shift/end", "/shift/notes", "/tickets?status=any", "/queues", "/queues/1/change"];
    const rules = ["/tags", "/sorting-rules", "/sorting-rules/add", "/sorting-rules/try"];
    for (const [index, path] of [...paths, ...rules].entries()) {
      const look = index % 2 === 0 ? { width: 1280 } : { width: 360, dark: true };
      await assertSound(chromium, desk.origin, [path], adam.cookies, [look]);
    }
  });
});
