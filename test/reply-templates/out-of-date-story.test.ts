import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";
import { openChromium, withoutChromium } from "#test/support/chromium.ts";
import { write } from "./cast.ts";

suite("a template that is out of date, in a real browser", { skip: withoutChromium }, async () => {
  if (withoutChromium) return;
  const desk = await startDesk({ after });
  const { db, staff } = desk;
  const cast = await createCast(desk);
  const chromium = await openChromium({ after });
  const { cookies } = await desk.signIn("nina");
  const [french, german] = ["Bonjour, essayez un autre câble.", "Hallo, bitte probiere ein anderes Kabel."];
  const body = "Hello, please try another cable.";
  const id = await write(db, staff.nina.id, { name: "Another cable", body }, { fr: french, de: german });
  const picture = async (page: Page, name: string) => {
    const folder = process.env.PICTURES;
    if (folder) await page.screenshot({ path: `${folder}/out-of-date-${name}.png`, fullPage: true });
  };
  const verdicts = async (page: Page) =>
    await Promise.all(
      ["French", "German"].map((name) => page.getByRole("article", { name }).locator(".verdict").innerText()),
    );

  test("the source changes; the other languages say so until somebody edits one and confirms the other", async () => {
    const page = await chromium.open(`${desk.origin}/answers/${id}`, { cookies });
    assert.deepEqual(await verdicts(page), ["up to date", "up to date"]);

    await page.getByRole("link", { name: "Edit the source" }).click();
    await page.getByLabel("English").fill("Hello, please try another cable and another USB port.");
    await page.getByRole("button", { name: "Save English" }).click();
    for (const verdict of await verdicts(page)) assert.match(verdict, /^out of date since \d+ \w+ \d{4}$/);
    await picture(page, "1-template");

    await page.goto(`${desk.origin}/tickets/${cast.lea}/reply`);
    await page.getByText("Template answers", { exact: true }).click();
    const option = await page.getByLabel("Template answer", { exact: true }).locator("option").innerText();
    assert.match(option, /^Another cable · Hardware · out of date since \d+ \w+ \d{4}$/);
    await page.getByRole("button", { name: "Insert" }).click();
    assert.match(
      await page.getByRole("status").innerText(),
      /out of date since .* compare it with its source/,
    );
    assert.equal(await page.getByLabel("Your answer").inputValue(), french, "nobody is kept from using it");
    await picture(page, "2-answer-form");

    await page.getByRole("link", { name: "its source" }).click();
    await page.getByRole("button", { name: "German still fits" }).click();
    assert.match(await page.getByRole("status").innerText(), /The translation is up to date/);
    const [stillFrench, confirmed] = await verdicts(page);
    assert.match(stillFrench ?? "", /^out of date since/);
    assert.equal(confirmed, "up to date");

    await page.getByRole("link", { name: "Edit French" }).click();
    await page.getByLabel("French").fill("Bonjour, essayez un autre câble et un autre port USB.");
    await page.getByRole("button", { name: "Save French" }).click();
    assert.deepEqual(await verdicts(page), ["up to date", "up to date"]);
    await picture(page, "3-up-to-date");

    await page.goto(`${desk.origin}/tickets/${cast.lea}/reply`);
    assert.doesNotMatch(await page.locator("main").innerHTML(), /out of date/);
    await page.getByText("Template answers", { exact: true }).click();
    await page.getByRole("button", { name: "Insert" }).click();
    assert.match(await page.getByLabel("Your answer").inputValue(), /et un autre port USB/);
  });
});
