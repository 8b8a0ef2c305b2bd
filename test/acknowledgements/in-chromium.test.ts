import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import type { Page } from "playwright-core";
import { installStandardAnswers } from "#src/demo/install-standard-answers.ts";
import { claimMails, rawMail } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { readSorting, receiveMail } from "#src/inbox/receive.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { changeSource } from "#test/reply-templates/cast.ts";
import { startDesk } from "#test/support/browser.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";
import { deskSecretKey } from "#test/support/intake.ts";
import { newMail } from "./cast.ts";

suite("acknowledgements in a real browser", { skip: withoutChromium }, async () => {
  if (withoutChromium) return;
  const desk = await startDesk({ after });
  const { db, vault } = desk;
  await installStandardAnswers(db);
  const chromium = await openChromium({ after });
  const { cookies } = await desk.signIn("ilse");
  const { id: queue } = await db("queues").where({ language: "fr" }).first("id");
  const path = `/queues/${queue}/acknowledgement`;
  const picture = async (page: Page, name: string) => {
    const folder = process.env.PICTURES;
    if (folder) await page.screenshot({ path: `${folder}/acknowledgement-${name}.png`, fullPage: true });
  };
  const deliver = async (raw: string, uid: number) => {
    const mail = { uid, raw: Buffer.from(raw), sizeBytes: raw.length };
    await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, [mail]);
    const keys = await openSecretKeys([deskSecretKey]);
    for (const claimed of await claimMails(db, 1, 60)) {
      const reading = await readMail(await rawMail(db, vault, claimed), keys, "desk@example.org");
      await receiveMail(
        db,
        vault,
        claimed,
        reading,
        await readSorting(db, vault, { name: "Help desk", address: "desk@example.org" }),
      );
    }
  };

  test("a lead turns it on for a queue, mail comes, and the page and the ticket tell what went", async () => {
    const page = await chromium.open(desk.origin, { cookies });
    await page.getByRole("link", { name: "Acknowledgements" }).click();
    await page.getByRole("link", { name: "Change Français" }).click();

    await page.getByLabel("Answer").selectOption({ label: "Standard reply · First answer" });
    await page.getByRole("button", { name: "Show in each language" }).click();
    await page.getByText("What it says in French").click();
    assert.match(
      await page.getByRole("article", { name: "French" }).innerText(),
      /Merci de nous avoir écrit/,
    );
    await picture(page, "1-preview");
    await page.getByRole("button", { name: "Turn on with this answer" }).click();
    assert.match(await page.getByRole("status").innerText(), /Mail to Français is acknowledged from now on/);

    const text = "Bonjour, mon imprimante n'imprime plus depuis la dernière mise à jour du système.";
    await deliver(newMail({ from: "Léa <lea@example.org>", subject: "Imprimante", text }), 1);
    await deliver(
      newMail({ from: "lea@example.org", subject: "Encore", text: `${text} Encore une fois !` }),
      2,
    );
    await deliver(newMail({ subject: "Liste", text, headers: ["List-Id: <tails.example.org>"] }), 3);

    await page.goto(desk.origin + path);
    assert.match(await page.getByRole("table", { name: "Acknowledgements that went" }).innerText(), /French/);
    const kept = await page.getByRole("table", { name: "Mails that were not acknowledged" }).innerText();
    assert.match(kept, /mailing list[\s\S]*less than 7 days ago/);
    await picture(page, "2-queue");

    const { template_id: templateId } = await db("acknowledgement_settings")
      .where({ queue_id: queue })
      .first();
    await changeSource(db, desk.staff.nina.id, templateId, "Hello,\n\nit has come as {{ticket}}.");
    await page.reload();
    assert.match(await page.getByRole("article", { name: "English" }).innerText(), /waits for approval/);
    await page.getByText("What goes in English until this is approved").click();
    await picture(page, "4-waits");
    await page.goto(`${desk.origin}/acknowledgements`);
    assert.match(
      await page.getByRole("row", { name: /Français/ }).innerText(),
      /newer text waits for approval/,
    );
    await picture(page, "5-all");
    await page.setViewportSize({ width: 360, height: 800 });
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "5-all-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${desk.origin}/answers/${templateId}`);
    await picture(page, "6-answer");
    await page.goto(desk.origin);
    await picture(page, "7-start");
    await page.goto(desk.origin + path);
    await page.getByRole("button", { name: "Approve these texts" }).click();
    assert.match(await page.getByRole("status").innerText(), /approved and leave from now on/);

    await page.getByRole("table", { name: "Acknowledgements that went" }).getByRole("link").click();
    const message = page.getByRole("article", { name: "Automatic acknowledgement" });
    await message.getByText("What it says").click();
    assert.match(await message.innerText(), /not an answer[\s\S]*Merci de nous avoir écrit/);
    assert.match(await page.locator(".chips").first().innerText(), /our turn/);
    await picture(page, "3-ticket");
    await page.context().close();
  });

  test("axe finds nothing, and nobody must scroll sideways at 320 pixels", async () => {
    const { id: personal } = await db("reply_templates").where({ slug: "known-issue" }).first("id");
    const { ticket_id: ticket } = await db("acknowledgements").whereNotNull("message_id").first("ticket_id");
    const paths = [
      "/acknowledgements",
      "/",
      `/answers/${personal}`,
      path,
      `${path}?template=${personal}`,
      `/tickets/${ticket}`,
    ];
    for (const [index, address] of paths.entries()) {
      const look = index % 2 === 0 ? { width: 1280 } : { width: 360, dark: true };
      await assertSound(chromium, desk.origin, [address], cookies, [look]);
    }
  });
});
