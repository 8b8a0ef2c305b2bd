import assert from "node:assert/strict";
import { after, test } from "node:test";
import { plainMail } from "#test/support/intake.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, staff } = desk;
const [ticket = "", other = ""] = await desk.tickets(plainMail(), plainMail({ from: "lea@example.org" }));
const now = new Date();

const wrong: [what: string, constraint: string, change: Record<string, unknown>][] = [
  [
    "a closed ticket that does not say when and by whom",
    "closed_is_complete",
    { status: "resolved", our_turn_since: null },
  ],
  [
    "a closed ticket that says when and not by whom",
    "closed_is_complete",
    { status: "spam", our_turn_since: null, closed_at: now },
  ],
  ["an open ticket that says who closed it", "closed_is_complete", { closed_at: now, closed_by: staff.nina }],
  ["a snoozed ticket without an end", "snoozed_has_an_end", { status: "snoozed", our_turn_since: null }],
  ["an end for what is not snoozed", "snoozed_has_an_end", { snoozed_until: now }],
  ["our turn without a start", "our_turn_has_a_start", { our_turn_since: null }],
  ["a start of our turn while the user has theirs", "our_turn_has_a_start", { status: "waiting_for_user" }],
  ["a status that nobody knows", "status_known", { status: "done", our_turn_since: null }],
  ["a priority that nobody knows", "priority_known", { priority: "panic" }],
  ["somebody who writes for ever", "writing_has_an_end", { writing_by: staff.nina }],
  ["a merged ticket that is open", "merged_is_closed_and_empty", { merged_into: other }],
  ["a ticket that is merged into itself", "merged_is_closed_and_empty", { merged_into: ticket }],
  ["a last version of two lines", "last_version_is_a_line", { last_version_that_worked: "7.3\n7.2" }],
  ["an issue whose address is a script", "issue_is_an_address", { issue_url: "javascript:alert(1)" }],
];

for (const [what, constraint, change] of wrong) {
  test(`the database itself refuses ${what}`, async () => {
    const before = await db("tickets").where({ id: ticket }).first();

    await assert.rejects(db("tickets").where({ id: ticket }).update(change), {
      constraint: `tickets_${constraint}`,
    });

    assert.deepEqual(await db("tickets").where({ id: ticket }).first(), before);
  });
}

test("the database itself refuses an acknowledgement that neither went nor says why", async () => {
  const { queue_id } = await db("tickets").where({ id: ticket }).first("queue_id");
  const [template] = await db("reply_templates")
    .insert({ slug: "arrived", name: "Arrived", category: "First answer", source_language: "en" })
    .returning("id");
  const row = { queue_id, ticket_id: ticket, template_id: template.id };

  await assert.rejects(db("acknowledgements").insert(row), {
    constraint: "acknowledgements_went_or_says_why",
  });
  await db("acknowledgements").insert({ ...row, reason: "It is a WhisperBack report" });
  await assert.rejects(db("acknowledgements").insert({ ...row, reason: "Once more" }), {
    constraint: "acknowledgements_once_a_ticket",
  });
});
