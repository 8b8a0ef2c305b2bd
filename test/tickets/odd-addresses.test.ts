import assert from "node:assert/strict";
import { test } from "node:test";
import type { Database } from "#src/database.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import type { Vault } from "#src/vault/vault.ts";
import { startDesk } from "#test/support/browser.ts";
import { mailDoor } from "#test/support/cast.ts";
import type { Ending } from "#test/support/postgres.ts";

const forms: [what: string, written: string, known: string, search: string][] = [
  [
    "in quotation marks",
    '"lea example"@example.net',
    '"lea example"@example.net',
    '"lea example"@example.net',
  ],
  ["with the root's dot", "lea@example.net.", "lea@example.net", "lea@example.net"],
  ["with a domain in ASCII", "lea@xn--bcher-kva.example", "lea@bücher.example", "lea@BÜCHER.example"],
  [
    "with a domain as people read it",
    "lea@bücher.example",
    "lea@bücher.example",
    "lea@xn--bcher-kva.example",
  ],
  ["with a detail", "lea+tails@example.net", "lea+tails@example.net", "LEA+tails@example.net"],
];
for (const [what, written, known, search] of forms) {
  test(`an address ${what} is one person in every path: mail, by hand, answer, person, search`, async (t) => {
    const { desk, window, deliver } = await start(t);
    const byMail = await deliver(written);
    const queue = "English";
    const form = await window.visit("/tickets/new");
    const option =
      form
        .$("#queue option")
        .filter((_, one) => form.$(one).text() === queue)
        .attr("value") ?? "";
    const told = {
      channel: "phone",
      subject: "It stops",
      text: "A grey screen.",
      address: written,
      queue: option,
    };
    const made = await window.submit(form, told);
    const byHand = new URL(made.url).pathname.split("/").at(-1) ?? "";
    assert.match(byHand, /^\d+$/, made.$(".error").text());

    const people = await desk.db("tickets").whereIn("id", [byMail, byHand]).distinct("person_id");
    const staffId = desk.staff.nina.id;
    const answer = { ticketId: byMail, staffId, text: "Try.", clearAgreed: true, seenMessageId: null };
    assert.equal(await replyToTicket(desk.db, desk.vault, answer), "queued");
    const page = await window.visit(`/tickets/${byMail}/person`);
    const refused = await window.submit(
      page,
      { to: "other", address: written, reason: "It is hers." },
      { button: "Change the person" },
    );
    const found = await window.visit(`/search?q=${encodeURIComponent(`from:${search}`)}`);

    assert.equal(people.length, 1);
    assert.deepEqual(await recipients(desk), [known]);
    assert.match(refused.$("#to-error, .error").text(), /the person of the ticket already/);
    for (const id of [byMail, byHand]) assert.equal(found.$(`h2 a[href="/tickets/${id}"]`).length, 1, id);
  });
}

test("dots and details in a local part make other people, as most servers take them", async (t) => {
  const { desk, deliver } = await start(t);

  for (const address of ["lea@example.net", "l.ea@example.net", "lea+x@example.net"]) await deliver(address);

  assert.equal((await desk.db("people")).length, 3);
});

async function start(t: Ending) {
  const desk = await startDesk(t);
  const door = await mailDoor(desk);
  const deliver = async (from: string): Promise<string> => {
    const lines = [
      `From: ${from}`,
      "To: desk@example.org",
      "Subject: q",
      "Date: Tue, 01 Dec 2026 08:00:00 +0000",
      `Message-ID: <${Math.random()}@example.net>`,
      "",
      "My stick does not start.",
      "",
    ];
    const { ticket_id } = await door(Buffer.from(lines.join("\r\n")));
    assert.ok(ticket_id, "the mail became no ticket");
    return ticket_id;
  };
  return { desk, window: await desk.signIn("nina"), deliver };
}

async function recipients({ db, vault }: { db: Database; vault: Vault }): Promise<string[]> {
  const rows = await db("outbox_mails")
    .join("vault_keys", "vault_keys.id", "outbox_mails.key_id")
    .select("sealed_envelope", "wrapped_key");
  return rows.map((row) => JSON.parse(vault.open(row.wrapped_key, "envelope", row.sealed_envelope)).to);
}
