import assert from "node:assert/strict";
import { test } from "node:test";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { startDesk } from "#test/support/browser.ts";
import { plainMail, startIntake } from "#test/support/intake.ts";

test("mail from before the desk keeps its date and waits since the desk opened the mailbox", async (t) => {
  const intake = await startIntake(t);
  const opened = new Date("2025-03-01T10:00:00Z");
  const raw = Buffer.from(plainMail());
  const found = { uid: 1, raw, sizeBytes: raw.length, receivedAt: opened };
  await keepMails(intake.db, intake.vault, { mailbox: "INBOX", uidvalidity: 1n }, [found]);

  await intake.read();

  const mailbox = await intake.db("mailboxes").first("created_at");
  const ticket = await intake.db("tickets").first("opened_at", "our_turn_since");
  assert.deepEqual(ticket, { opened_at: opened, our_turn_since: mailbox.created_at });
});

test("the start page shows how far a long mailbox has come in, and a lead chooses the order", async (t) => {
  const desk = await startDesk(t);
  await desk.db("mailboxes").insert({ name: "INBOX", waiting_mails: 38_200, backlog_mails: 50_000 });
  const [nina, ilse] = [await desk.signIn("nina"), await desk.signIn("ilse")];

  const page = await nina.visit("/");
  assert.equal(page.$(".backlog progress").attr("value"), "11800");
  assert.match(page.$(".backlog p").text(), /^11,800 of 50,000 fetched from the mail server\./);
  assert.equal(page.$('meta[http-equiv="refresh"]').length, 1);
  assert.equal(page.$(".backlog form").length, 0);
  assert.equal((await nina.post("/mailbox/order", "order=newest")).status, 403);

  const after = await ilse.submit(await ilse.visit("/"), {}, { button: "Fetch the newest first" });
  assert.equal((await desk.db("mailboxes").first("newest_first")).newest_first, true);
  assert.match(after.$(".backlog form").text(), /Fetch the oldest first\s+Now the newest comes first./);
});

test("an ordinary day has no bar", async (t) => {
  const desk = await startDesk(t);
  await desk.db("mailboxes").insert({ name: "INBOX", waiting_mails: 3, backlog_mails: 40 });

  const page = await (await desk.signIn("nina")).visit("/");

  assert.equal(page.$(".backlog").length, 0);
  assert.equal(page.$('meta[http-equiv="refresh"]').length, 0);
});
