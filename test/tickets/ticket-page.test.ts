import assert from "node:assert/strict";
import test, { after } from "node:test";
import { addNote } from "#src/tickets/note.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { startDesk } from "#test/support/browser.ts";
import { confirmOffered, createCast, mailDoor, report } from "#test/support/cast.ts";
import { statementsOf } from "#test/support/count-statements.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const cast = await createCast(desk);
await confirmOffered(desk, cast.wifi, desk.staff.nina.id);
const nina = await desk.signIn("nina");

test("shows a report: who speaks, what protected it, the facts, and the lines of its logs that matter", async () => {
  const { $ } = await nina.visit(`/tickets/${cast.wifi}`);

  assert.equal($("h1").text(), "RTL8822CE loses Wi-Fi after upgrade to 7.4 (worked in 7.3.1)");
  const message = $("article.message").first();
  assert.equal(message.find("header b").text(), "A user");
  assert.deepEqual(
    message
      .find(".verdict .chip")
      .map((_, chip) => $(chip).text())
      .get(),
    ["encrypted", "not signed"],
  );
  assert.equal(message.find("h3").first().text(), "What were you trying to achieve?");
  assert.match(message.find(".written").text(), /The link drops every couple of minutes/);
  assert.match(factsOf($("aside dl").first().text()), /Tails 7\.4 first 6\.10/);
  assert.match(factsOf($("aside dl").first().text()), /Secure Boot not known/);
  assert.match($(".lines").text(), /firmware failed to leave lps state/);
});

test("the facts of a report stand beside it in the order of use, and not known is not no", async () => {
  const { $ } = await nina.visit(`/tickets/${cast.wifi}`);
  const facts = $("aside dl").first();
  const values = new Map(
    facts
      .find("dt")
      .map((_, name) => [[$(name).text(), factsOf($(name).next("dd").text())]])
      .get() as unknown as [string, string][],
  );

  assert.match(values.get("Tails") ?? "", /^7\.4 first 6\.10$/);
  assert.match(values.get("Computer") ?? "", /LENOVO 81W1/);
  assert.match(values.get("Graphics") ?? "", /Picasso.*1002:15d8 rev c2/);
  assert.match(values.get("Wi-Fi") ?? "", /RTL8822CE.*10ec:c822/);
  assert.equal(values.get("RAM"), "7.3 GB");
  assert.match(values.get("Boot") ?? "", /USB image, by usb/);
  assert.equal(values.get("Persistent"), "yes");
  assert.equal(values.get("Virtual"), "no");
  assert.equal(values.get("Secure Boot"), "not known");
  assert.match(values.get("Id") ?? "", /^wb:[0-9a-f]{32}$/);
  const unknown = facts
    .find("dd.unknown")
    .map((_, value) => $(value).text())
    .get();
  assert.deepEqual(unknown, ["not known"]);
});

test("a report without words says so, and its subject is no summary", async () => {
  const { $ } = await nina.visit(`/tickets/${cast.silent}`);

  assert.equal($("h1 .unknown").text(), "No summary");
  assert.equal($("article .unknown").text(), "No text: this report brought its logs only.");
  assert.match(factsOf($("aside dl").last().text()), /Address none given/);
});

test("hides the address until somebody asks for it, and writes down who did", async () => {
  const page = await nina.visit(`/tickets/${cast.wifi}`);
  assert.doesNotMatch(page.html, /m\.hollander@/);
  assert.match(page.$("aside").text(), /m•••@example\.org/);
  assert.match(page.$("aside").text(), /Not proven: anybody can write any address into a report/);

  const shown = await nina.submit(page, {}, { form: `/tickets/${cast.wifi}/address` });

  assert.equal(shown.$(".secret").text(), "m.hollander@example.org");
  const story = await nina.visit(`/tickets/${cast.wifi}`);
  assert.match(story.$(".event").text(), /nina looked at the address/);
});

test("asking for an address that nobody gave writes nothing down", async () => {
  const page = await nina.visit(`/tickets/${cast.silent}/address`);

  assert.match(page.$("main").text(), /No address is known/);
  assert.equal(await events(cast.silent, "address_shown"), 0);
});

test("a mail is shown as text, whatever it holds, and its sender's address is masked", async () => {
  const page = await nina.visit(`/tickets/${cast.printer}`);

  assert.match(page.html, /&lt;script&gt;alert\(1\)/);
  assert.equal(page.$("script").length, 0);
  assert.doesNotMatch(page.html, /paul@example/);
  assert.match(page.$("article .verdict").text(), /not encrypted/);
});

test("an attachment is there to be saved and never to be shown", async () => {
  const page = await nina.visit(`/tickets/${cast.printer}`);

  const file = await nina.visit(page.$(".files a").attr("href") ?? "");

  assert.equal(file.headers.get("content-type"), "application/octet-stream");
  assert.match(file.headers.get("content-disposition") ?? "", /^attachment; filename="?page\.html"?$/);
  assert.equal(file.headers.get("x-content-type-options"), "nosniff");
  assert.equal(file.headers.get("content-security-policy"), "sandbox; default-src 'none'");
  assert.match(file.html, /document\.domain/);
});

test("an attachment of another ticket is not found here", async () => {
  const page = await nina.visit(`/tickets/${cast.printer}`);
  const href = page.$(".files a").attr("href") ?? "";

  const file = await nina.visit(href.replace(`/tickets/${cast.printer}/`, `/tickets/${cast.lea}/`));

  assert.equal(file.status, 404);
});

test("what is no id is a page 404, on every page of a ticket", async () => {
  const rests = [
    "",
    "/reply",
    "/note",
    "/take",
    "/give-back",
    "/close",
    "/reopen",
    "/address",
    "/logs/1",
    "/logs/1/0",
    "/attachments/1",
  ];
  for (const id of ["abc", "0", "-1", "999999999999999999999", "9223372036854775807", "1%00", "1.5"]) {
    for (const rest of rests) {
      const page = await nina.visit(`/tickets/${id}${rest}`);
      assert.equal(page.status, 404, `/tickets/${id}${rest}`);
    }
  }
  for (const rest of [
    "/attachments/abc",
    "/attachments/999999999999999999999",
    "/logs/abc",
    "/logs/abc/0",
    "/logs/1/x",
  ]) {
    assert.equal((await nina.visit(`/tickets/${cast.printer}${rest}`)).status, 404, rest);
  }
  assert.doesNotMatch(desk.log(), /"err"/);
});

test("our answers, notes and what happened look different from what the person wrote", async () => {
  await addNote(db, vault, { ticketId: cast.wifi, staffId: staff.ilse.id, text: "Same device as #3" });
  await replyToTicket(db, vault, {
    ticketId: cast.wifi,
    staffId: staff.nina.id,
    text: "Thank you",
    clearAgreed: false,
    seenMessageId: null,
  });

  const { $ } = await nina.visit(`/tickets/${cast.wifi}`);

  assert.match($("article.note").text(), /ilse\s+internal note/);
  assert.match($("article.ours .verdict").text(), /in the outbox/);
  assert.match($(".chips").text(), /waiting for the user/);
});

test("each state of an answer is told, and those in trouble lead to a decision", async () => {
  const told = async (change: Record<string, unknown>) => {
    await db("outbox_mails")
      .where({ ticket_id: cast.wifi })
      .update({ failure: null, bounced_at: null, ...change });
    const { $ } = await nina.visit(`/tickets/${cast.wifi}`);
    const decide = $("article.ours header a").length > 0 ? " → decide" : "";
    return $("article.ours .verdict").text().trim() + decide;
  };

  assert.equal(await told({ state: "accepted" }), "sent encrypted and signed");
  assert.equal(await told({ state: "failed", failure: "Refused: 550" }), "not sent → decide");
  assert.equal(await told({ state: "unknown", failure: "Broke" }), "may have left, or not → decide");
  assert.equal(
    await told({ state: "accepted", bounced_at: new Date() }),
    "came back: not delivered → decide",
  );
  assert.equal(await told({ state: "withdrawn" }), "given up, not sent");
  assert.equal(await told({ state: "queued", failure: "Later" }), "in the outbox, to be tried again");
});

test("the same report sent again is marked, and its logs are a link away", async () => {
  await (await mailDoor(desk))(await report("claire.vasseur@example.org"));

  const { $ } = await nina.visit(`/tickets/${cast.lea}`);
  const again = $("article.message").last();
  const logs = await nina.visit(again.find(".files a").attr("href") ?? "");

  assert.match(again.find(".verdict").text(), /sent again\s+author not proven/);
  assert.equal(logs.status, 200);
});

test("other tickets of the same person and of the same stick stand beside it", async () => {
  const deliver = await mailDoor(desk);
  const wetherly = await deliver(await report("sam.wetherly@example.com"));
  await db("tickets")
    .where({ id: cast.silent })
    .update({
      person_id: db("tickets").select("person_id").where({ id: wetherly.ticket_id }),
      stick_hash: db("tickets").select("stick_hash").where({ id: wetherly.ticket_id }),
    });

  const { $ } = await nina.visit(`/tickets/${wetherly.ticket_id}`);

  assert.match($("aside").text(), /Same person: 1 other ticket/);
  assert.equal($(`aside a[href='/tickets/${cast.silent}']`).length, 2);
});

test("a section of the logs has numbered lines that can be linked to", async () => {
  const ticket = await nina.visit(`/tickets/${cast.wifi}`);
  const href = ticket.$(".lines a").last().attr("href") ?? "";

  const log = await nina.visit(href);

  const line = href.split("#")[1] ?? "";
  assert.match(line, /^journal-L\d+$/);
  assert.equal(log.$("h1").text(), "Journal");
  assert.equal(log.$(`#${line}`).length, 1);
  assert.ok(
    ticket
      .$(".lines code")
      .last()
      .text()
      .startsWith(log.$(`#${line} bdi`).text().slice(0, 60)),
  );
});

test("a line of the logs that a note names is a link to it, and one that is not there is text", async () => {
  const note =
    "See #journal-L120 and #boot-log-2-L1, not #journal-L999999, #nothing-L1 or x#journal-L0; @ilse";
  await nina.submit(await nina.visit(`/tickets/${cast.wifi}/note`), { text: note });

  const page = await nina.visit(`/tickets/${cast.wifi}`);
  const text = page.$("article.note .written").last();
  assert.equal(text.text(), note);
  assert.equal(text.find("b").text(), "@ilse");
  const links = text.find("a");
  assert.deepEqual(links.map((_, link) => page.$(link).text()).get(), ["#journal-L120"]);
  const log = await nina.visit(links.first().attr("href") ?? "");
  assert.equal(log.$("h1").text(), "Journal");
  assert.equal(log.$("#journal-L120").length, 1);
  assert.match(log.$(".head").text(), /A line can be named in a note: #journal-L1$/m);
});

test("a long log comes in pages of 2,000 lines, and the next page goes on counting", async () => {
  const row = await db("reports")
    .join("messages", "messages.id", "reports.message_id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where("messages.ticket_id", cast.silent)
    .first("message_id", "sealed_logs", "wrapped_key");
  const sections = JSON.parse(vault.open(row.wrapped_key, "logs", row.sealed_logs));
  sections[0].text = Array.from({ length: 4500 }, (_, index) => `entry ${index + 1}`).join("\n");
  const sealed_logs = vault.seal(row.wrapped_key, "logs", JSON.stringify(sections));
  await db("reports").where({ message_id: row.message_id }).update({ sealed_logs });
  const path = `/tickets/${cast.silent}/logs/${row.message_id}/0`;

  const first = await nina.visit(path);
  const last = await nina.visit(`${path}?page=3`);

  assert.equal(first.$(".log span").length, 2000);
  assert.equal(first.$("a[rel=next]").attr("href"), `${path}?page=2`);
  assert.match(last.$("[id$=-L4500]").text(), /entry 4500/);
  assert.equal(last.$("a[rel=next]").length, 0);
  assert.equal((await nina.visit(`${path}?page=4`)).status, 404);
  assert.equal((await nina.visit(`${path}?page=-1`)).$("[id$=-L1]").length, 1);
});

test("a list leads to the newest message of a long ticket, below the older ones", async () => {
  for (const text of ["First note", "Second note"]) {
    await addNote(db, vault, { ticketId: cast.printer, staffId: desk.staff.nina.id, text });
  }
  const list = await nina.visit("/tickets");
  const href = list.$(`tbody a[href^="/tickets/${cast.printer}"]`).attr("href") ?? "";
  assert.equal(href, `/tickets/${cast.printer}#newest`);
  const short = await db("tickets").where("message_count", "<", 3).whereNotNull("our_turn_since").first("id");
  assert.equal(list.$(`tbody a[href="/tickets/${short.id}"]`).length, 1, "a short one is seen whole");

  const page = await nina.visit(href);
  assert.match(page.$("#newest").next("article").text(), /my printer is not found/);
  assert.match(page.$(".story").text(), /To the newest of 3 messages/);
});

test("needs 13 statements at most, also a moment after somebody changed it", async () => {
  const statements = await statementsOf(() => nina.visit(`/tickets/${cast.wifi}`));

  assert.ok(statements.length <= 13, `${statements.length}: ${statements.join("\n")}`);
});

async function events(ticketId: string, action: string): Promise<number> {
  const row = await db("ticket_events").where({ ticket_id: ticketId, action }).count().first();
  return Number(row?.count);
}

function factsOf(text: string): string {
  return text.replace(/\s+/g, " ");
}
