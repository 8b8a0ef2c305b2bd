import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { password, startDesk } from "#test/support/browser.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";
import { limit } from "#test/support/limits.ts";

suite("in a real browser", { skip: withoutChromium }, async () => {
  if (withoutChromium) return;
  const desk = await startDesk({ after });
  const chromium = await openChromium({ after });
  const { cookies } = await desk.signIn("adam");
  const id = desk.staff.nina.id;
  await desk
    .db("staff")
    .where({ name: "ilse" })
    .update({ disabled_at: new Date(), languages: ["de"] });
  await desk.db("alarms").insert({ kind: "silence", detail: "No mail has come for 3 days" });
  const pages: [path: string, session: typeof cookies | undefined][] = [
    ["/sign-in", undefined],
    ["/nowhere", undefined],
    ["/nowhere", cookies],
    ["/account", cookies],
    ["/staff", cookies],
    ["/staff/add", cookies],
    ["/staff", cookies],
    [`/staff/${id}`, cookies],
    ["/sign-in", undefined],
  ];

  test("axe finds nothing, in light and dark, wide and narrow; nobody must scroll sideways at 320 pixels", async () => {
    for (const [index, [path, session]] of pages.entries()) {
      // Each page in one look, each look on several pages.
      const look = index % 2 === 0 ? { width: 1280 } : { width: 360, dark: true };
      await assertSound(chromium, desk.origin, [path], session, [look]);
    }
  });

  test("signing in, making a mistake and signing out work without JavaScript", async () => {
    const page = await chromium.open(`${desk.origin}/account`);
    await page.getByLabel("Name").fill("nina");
    await page.getByLabel("Password").fill("wrong horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    assert.equal(
      await page.getByRole("alert").innerText(),
      "Please look at this again\nThe name or the password is wrong",
    );
    assert.equal(await page.getByLabel("Name").inputValue(), "nina");

    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Your account" }).waitFor();

    await page.getByLabel("French").check();
    await page.getByRole("button", { name: "Save the languages" }).click();
    assert.equal(await page.getByRole("status").innerText(), "Your languages are saved.");
    assert.ok(await page.getByLabel("French").isChecked());

    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await page.context().close();
  });

  test("a page with an error reads well too", async () => {
    const page = await chromium.open(`${desk.origin}/sign-in`);
    await page.getByRole("button", { name: "Sign in" }).click();
    const described = await page.getByLabel("Password").getAttribute("aria-describedby");
    assert.equal(await page.locator(`#${described}`).innerText(), "Write your password");
    await page.getByRole("alert").getByRole("link", { name: "Write your password" }).click();
    assert.match(page.url(), /#password$/);
    await page.context().close();
  });

  test("the skip link is the first thing that the keyboard reaches", async () => {
    const page = await chromium.open(`${desk.origin}/account`, { cookies });
    await page.keyboard.press("Tab");
    const link = page.getByRole("link", { name: "Skip to the content" });
    assert.ok(await link.isVisible());
    await page.keyboard.press("Enter");
    await page.waitForURL(/#main$/, { timeout: limit(10) });
    await page.context().close();
  });
});
