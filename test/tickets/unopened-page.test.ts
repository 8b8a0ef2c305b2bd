import assert from "node:assert/strict";
import test, { after } from "node:test";
import { claimMails, rawMail } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { readSorting, receiveMail } from "#src/inbox/receive.ts";
import { keys } from "../mime/crypto-mails.ts";
import { type Page, startDesk } from "../support/browser.ts";
import { assertSound, openChromium, withoutChromium } from "../support/chromium.ts";
import { plainMail } from "../support/intake.ts";

const desk = await startDesk({ after });
const { db, vault } = desk;
const nina = await desk.signIn("nina");

test("the ticket says what was not read, where and why, and that clear text takes two", async () => {
  const ticketId = await received(withDamagedKey);

  const page = await nina.visit(`/tickets/${ticketId}`);

  assert.match(page.$(".banner.turn").text(), /Not all of this ticket could be read/);
  assert.match(header(page), /A key was not read \(text\): the key is damaged or of a kind/);
  assert.deepEqual(chips(page), ["not encrypted", "a key was not read", "not signed"]);
  assert.match(header(page), /none: whoever carried the mail could read it/, "no part of it was encrypted");
});

test("of a mail with a part that was not opened nobody says that all of it could be read on its way", async () => {
  const part = {
    sort: "OpenPGP message" as const,
    where: "secret.asc",
    why: "the encrypted part is damaged",
  };
  const ticketId = await received(plainMail(), [part, { ...part, sort: "S/MIME", where: "smime.p7m" }]);

  const page = await nina.visit(`/tickets/${ticketId}`);

  assert.deepEqual(chips(page), ["a part was not opened", "not signed"]);
  assert.match(header(page), /A part is encrypted and was not opened \(secret\.asc\): the encrypted part is/);
  assert.match(header(page), /with S\/MIME and was not opened \(smime\.p7m\)/);
  assert.doesNotMatch(header(page), /whoever carried the mail could read it/);
  assert.match(header(page), /what is shown stood in clear; a part of the mail is encrypted and was not/);
});

test("the form of an answer leads to the decision, which needs a reason, and can be undone", async () => {
  const ticketId = await received(withDamagedKey);
  const reply = await nina.visit(`/tickets/${ticketId}/reply`);
  assert.equal(reply.$("input[name=clear_agreed]").length, 0);
  assert.match(reply.$(".banner.bad").text(), /could not be read/);
  const path = `/tickets/${ticketId}/unopened`;
  assert.equal(reply.$(".banner.bad a").first().attr("href"), path);
  const asked = await nina.visit(`/tickets/${ticketId}/clear-text`);
  assert.equal(asked.$(`main a[href="${path}"]`).length, 1);

  for (const [fields, place] of [
    [{ as: "not ciphertext", reason: " " }, "#reason-error"],
    [{ reason: "Seen" }, "#as-error"],
  ] as const) {
    const refused = await nina.submit(await nina.visit(path), fields, { form: path });
    assert.equal(refused.status, 422);
    assert.equal(refused.$(place).length, 1);
  }
  assert.equal((await db("unopened_parts").whereNotNull("decided_at")).length, 0);

  const fields = { as: "not ciphertext", reason: "The log of an <installer>" };
  const decided = await nina.submit(await nina.visit(path), fields, { form: path });
  assert.equal(new URL(decided.url).pathname, `/tickets/${ticketId}`);
  assert.doesNotMatch(decided.$(".banner.turn").text(), /Not all of this ticket could be read/);
  assert.match(decided.$(".event").text(), /nina decided that what was not read here is not encrypted/);
  assert.equal((await nina.visit(`/tickets/${ticketId}/reply`)).$("input[name=clear_agreed]").length, 1);
  const after = await nina.visit(path);
  assert.match(after.$("main").text(), /nina decided so .*:\s*The log of an <installer>/s);
  assert.equal(after.$("textarea").length, 0);
  const late = await nina.submit(
    await nina.visit(`/tickets/${ticketId}`),
    {},
    { button: undoButton(decided) },
  );
  assert.match(late.$(".banner.turn").text(), /Not all of this ticket could be read/);
});

test("who decides too late is told so, and what they typed stays", async () => {
  const ticketId = await received(withDamagedKey);
  const path = `/tickets/${ticketId}/unopened`;
  const [mine, other] = [await nina.visit(path), await nina.visit(path)];
  const fields = { as: "does not encrypt", reason: "They said so" };
  await nina.submit(other, fields, { form: path });

  const refused = await nina.submit(mine, fields, { form: path });

  assert.equal(refused.status, 422);
  assert.match(refused.$("[role=alert]").text(), /nothing to decide here any more/);
});

test("the page of a ticket of which everything was read says so, and a merged one leads on", async () => {
  const ticketId = await received(plainMail());
  const page = await nina.visit(`/tickets/${ticketId}/unopened`);
  assert.match(page.$("main").text(), /Everything on this ticket could be read/);
});

test("the pages are looked at in a real browser", { skip: withoutChromium }, async (t) => {
  const long = `${"x".repeat(120)} ${"word ".repeat(80)}.asc`;
  const part = { sort: "OpenPGP message" as const, where: long, why: "the encrypted part is damaged or cut" };
  const ticketId = await received(withDamagedKey, [part]);
  const paths = [`/tickets/${ticketId}`, `/tickets/${ticketId}/unopened`, `/tickets/${ticketId}/reply`];
  const chromium = await openChromium(t);
  await assertSound(chromium, desk.origin, paths, nina.cookies);
  const folder = process.env.PICTURES;
  if (!folder) return;
  for (const [index, path] of paths.entries()) {
    for (const [width, dark] of [
      [1280, false],
      [360, true],
    ] as const) {
      const file = `${folder}/unopened-${index}-${width}.png`;
      await chromium.picture(desk.origin + path, file, { width, dark, cookies: nina.cookies });
    }
  }
});

const withDamagedKey = plainMail({
  text: "My key:\r\n\r\n-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nxjMEaw6LMhYJ\r\n-----END PGP PUBLIC KEY BLOCK-----",
});
let uid = 0;

/** The ticket that a mail becomes; `more`: what else of it was not read. */
async function received(
  raw: string,
  more: { sort: "OpenPGP message" | "S/MIME" | "key"; where: string; why: string }[] = [],
): Promise<string> {
  uid += 1;
  const bytes = Buffer.from(raw.replace(/^Message-ID:.*$/m, `Message-ID: <${uid}@example.org>`));
  await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, [
    { uid, raw: bytes, sizeBytes: raw.length },
  ]);
  const [kept] = await claimMails(db, 1, 60);
  assert.ok(kept);
  const reading = await readMail(await rawMail(db, vault, kept), keys, "desk@example.org");
  assert.ok(reading.ok);
  const whole = { ...reading, notRead: [...reading.notRead, ...more] };
  await receiveMail(db, vault, kept, whole, await readSorting(db, vault));
  return (await db("mails").where({ id: kept.id }).first("ticket_id")).ticket_id;
}

function header({ $ }: Page): string {
  return $("article > header").text();
}

function chips({ $ }: Page): string[] {
  return $("article > header .verdict .chip")
    .map((_, chip) => $(chip).text())
    .get();
}

function undoButton({ $ }: Page): string {
  return $(".event button").last().text().trim();
}
