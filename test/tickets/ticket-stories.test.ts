import assert from "node:assert/strict";
import test, { after } from "node:test";
import type { Page } from "playwright-core";
import { startDesk } from "#test/support/browser.ts";
import { confirmOffered, createCast } from "#test/support/cast.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";

const skip = withoutChromium;
const desk = await startDesk({ after });
const { db } = desk;
const cast = await createCast(desk);
await confirmOffered(desk, cast.wifi, desk.staff.nina.id);
const [nina, ilse] = [await desk.signIn("nina"), await desk.signIn("ilse")];

test("two people answer the same ticket: each sees the other, and no text is lost", { skip }, async (t) => {
  const chromium = await openChromium(t);
  const ticket = `${desk.origin}/tickets/${cast.wifi}`;
  const hers = await chromium.open(ticket, { cookies: ilse.cookies });
  const mine = await chromium.open(ticket, { cookies: nina.cookies });

  await mine.getByRole("link", { name: "Answer", exact: true }).click();
  await hers.reload();
  assert.equal(await hers.getByRole("heading", { name: "nina is writing an answer" }).count(), 1);
  await hers.getByRole("link", { name: "Answer", exact: true }).click();
  assert.equal(await hers.getByRole("heading", { name: "nina is writing an answer too" }).count(), 1);

  await hers.getByLabel("Your answer").fill("A USB adapter works.");
  await hers.getByRole("button", { name: "Send encrypted" }).click();
  assert.match(await hers.getByRole("status").innerText(), /leaves in 20 seconds/);
  await mine.getByLabel("Your answer").fill("Please try 7.3.1.");
  await mine.getByRole("button", { name: "Send encrypted" }).click();

  assert.equal(
    await mine.getByRole("heading", { name: "Somebody wrote since you opened this form" }).count(),
    1,
  );
  assert.match(await mine.locator(".missed").innerText(), /A USB adapter works\./);
  assert.equal(await mine.getByLabel("Your answer").inputValue(), "Please try 7.3.1.");
  assert.equal((await db("outbox_mails")).length, 1);
  await picture(mine, "two-people-1-missed");
  await picture(hers, "two-people-2-sent");

  await hers.getByRole("button", { name: "Take back" }).click();
  assert.equal(await hers.getByLabel("Your answer").inputValue(), "A USB adapter works.");
  assert.equal((await db("outbox_mails")).length, 0);
});

test("two tickets become one and two again, from the menu and the line of the history", {
  skip,
}, async (t) => {
  const chromium = await openChromium(t);
  const before = await stateOf(cast.silent);
  const page = await chromium.open(`${desk.origin}/tickets/${cast.silent}`, { cookies: nina.cookies });

  await page.getByText("More", { exact: true }).click();
  await page.getByRole("link", { name: "Merge…" }).click();
  await page.getByLabel("Other ticket").fill(`${desk.origin}/tickets/${cast.printer}`);
  await page.getByLabel("Other ticket").press("Enter");
  assert.equal(await page.getByRole("heading", { name: /^(This|The other) ticket/ }).count(), 2);
  await picture(page, "merge-1-look");
  await page.getByRole("button", { name: "Merge the two" }).click();

  assert.equal(await page.locator("article.message").count(), 2);
  await picture(page, "merge-2-one-ticket");
  await page.locator(".event").getByRole("link", { name: "Take apart…" }).click();
  await page.getByRole("button", { name: "Take it apart" }).click();

  assert.equal(await page.locator("article.message").count(), 1);
  await picture(page, "merge-3-taken-apart");
  assert.deepEqual(await stateOf(cast.silent), before);
});

test("axe finds nothing on these pages, and nobody must scroll sideways at 320 pixels", {
  skip,
}, async (t) => {
  const chromium = await openChromium(t);
  const forms = [
    "snooze",
    "wait-for-fix",
    "hand-over",
    "move",
    "tags",
    "priority",
    "facts",
    "link",
    "merge",
    "split",
    "forward",
  ];
  const pages = [
    ...["", "/reply", "/note", ...forms.map((form) => `/${form}`)].map(
      (path) => `/tickets/${cast.wifi}${path}`,
    ),
    ...["/tickets/new", "/mentions", "/help"],
  ];
  for (const [index, path] of pages.entries()) {
    const look = index % 2 === 0 ? { width: 1280 } : { width: 360, dark: true };
    await assertSound(chromium, desk.origin, [path], nina.cookies, [look]);
  }
});

async function picture(page: Page, name: string) {
  const folder = process.env.PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/story-${name}.png`, fullPage: true });
}

async function stateOf(id: string) {
  return {
    ticket: await db("tickets").where({ id }).first(),
    messages: await db("messages").where({ ticket_id: id }).orderBy("id"),
  };
}
