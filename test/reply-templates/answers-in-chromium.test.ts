import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { installStandardAnswers } from "#src/demo/install-standard-answers.ts";
import { startDesk } from "#test/support/browser.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";
import { changeSource } from "./cast.ts";

suite("the answers in a real browser", { skip: withoutChromium }, async () => {
  if (withoutChromium) return;
  const desk = await startDesk({ after });
  const chromium = await openChromium({ after });
  const { cookies } = await desk.signIn("ilse");
  await installStandardAnswers(desk.db);
  const id = (await desk.db("reply_templates").where({ slug: "known-issue" }).first("id")).id;
  await changeSource(
    desk.db,
    desk.staff.nina.id,
    id,
    "Hello,\n\nplease see {{issue_url}}\n\nThank you,\n{{desk}}",
  );
  const paths = [
    "/answers",
    "/answers?show=retired",
    "/answers/new",
    `/answers/${id}`,
    `/answers/${id}/edit`,
    `/answers/${id}/edit?language=fr`,
    `/answers/${id}/history`,
    `/answers/${id}/history/1`,
  ];

  test("axe finds nothing, and nobody must scroll sideways at 320 pixels", async () => {
    for (const [index, path] of paths.entries()) {
      const look = index % 2 === 0 ? { width: 1280 } : { width: 360, dark: true };
      await assertSound(chromium, desk.origin, [path], cookies, [look]);
    }
  });

  test("a translation that is out of date is found, edited and up to date, without JavaScript", async () => {
    const page = await chromium.open(`${desk.origin}/answers?show=out-of-date`, { cookies });
    await page.getByRole("link", { name: "Known issue, feedback wanted" }).click();
    assert.match(await page.getByRole("article", { name: "French" }).innerText(), /out of date since/);

    await page.getByRole("link", { name: "Edit French" }).click();
    assert.match(
      await page.getByText("What changed in the source").innerText(),
      /since this translation was made/,
    );
    await page.getByLabel("French").fill("Bonjour,\n\nvoir {{issue_url}} {{bureau}}");
    await page.getByRole("button", { name: "Save French" }).click();
    await page
      .getByRole("alert")
      .getByRole("link", { name: /There is no placeholder {{bureau}}/ })
      .click();
    assert.match(page.url(), /#body$/);

    await page.getByLabel("French").fill("Bonjour,\n\nvoir {{issue_url}}\n\nMerci,\n{{desk}}");
    await page.getByRole("button", { name: "Save French" }).click();
    assert.equal(await page.getByRole("status").innerText(), "The text is saved.");
    assert.match(await page.getByRole("article", { name: "French" }).innerText(), /up to date/);
    await page.context().close();
  });

  if (process.env.PICTURES) {
    test("pictures, to be looked at", async () => {
      for (const [index, path] of paths.entries()) {
        for (const look of [{ width: 1280 }, { width: 360, dark: true }]) {
          const file = `${process.env.PICTURES}/answers-${index}-${look.width}.png`;
          await chromium.picture(desk.origin + path, file, { ...look, cookies });
        }
      }
    });
  }
});
