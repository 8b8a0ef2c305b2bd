import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";
import { openChromium, withoutChromium } from "#test/support/chromium.ts";

suite("a hand-over in a real browser", { skip: withoutChromium }, async () => {
  if (withoutChromium) return;
  const desk = await startDesk({ after });
  const cast = await createCast(desk);
  const chromium = await openChromium({ after });
  const [nina, ilse] = [await desk.signIn("nina"), await desk.signIn("ilse")];
  const ticket = `${desk.origin}/tickets/${cast.wifi}`;
  const picture = async (page: Page, name: string) => {
    const folder = process.env.PICTURES;
    if (folder) await page.screenshot({ path: `${folder}/hand-over-${name}.png`, fullPage: true });
  };

  test("nina takes a ticket and hands it to ilse with a note; ilse finds it, reads the note and follows it on", async () => {
    const mine = await chromium.open(ticket, { cookies: nina.cookies });
    await mine.getByRole("button", { name: "Take", exact: true }).click();
    await mine.getByText("More", { exact: true }).click();
    await mine.getByRole("link", { name: "Hand over…" }).click();

    await mine.getByLabel(/^Note/).fill("@ilse knows this Wi-Fi card.");
    await mine.getByRole("button", { name: "Hand it over" }).click();
    assert.equal(await mine.locator("#to-error").count(), 1, "nobody was chosen");
    assert.equal(await mine.getByLabel(/^Note/).inputValue(), "@ilse knows this Wi-Fi card.");
    await picture(mine, "1-form");
    await mine.getByLabel(/^To/).selectOption({ label: "ilse" });
    await mine.getByRole("button", { name: "Hand it over" }).click();

    assert.equal(await mine.getByRole("status").innerText(), "The ticket has a new owner.");
    assert.match(await mine.locator(".event").last().innerText(), /nina handed it over to ilse, from nina/);
    await picture(mine, "2-given");

    const hers = await chromium.open(desk.origin, { cookies: ilse.cookies });
    assert.match(await hers.locator("main").innerText(), /You are called\s+by nina on ticket/);
    await hers.getByRole("link", { name: /^Mine/ }).click();
    await hers.locator("main tbody a").first().click();
    assert.equal(hers.url(), ticket);
    assert.match(await hers.locator(".chips").first().innerText(), /yours/);
    assert.match(await hers.getByRole("article", { name: "Internal note" }).innerText(), /@ilse knows this/);
    await picture(hers, "3-taken-on");

    await mine.locator(".event").getByRole("button", { name: /^Undo/ }).last().click();
    assert.match(await mine.locator(".chips").first().innerText(), /yours/, "given back within ten minutes");
  });
});
