import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createTestDatabase } from "#test/support/postgres.ts";

const { db } = await createTestDatabase({ after });

for (const [url, address, number] of [
  [
    "https://gitlab.tails.boum.org/tails/tails/-/issues/12",
    "gitlab.tails.boum.org/tails/tails/-/issues/12",
    "12",
  ],
  [
    "http://GitLab.tails.boum.org/Tails/tails/-/issues/12/",
    "gitlab.tails.boum.org/tails/tails/-/issues/12",
    "12",
  ],
  ["https://gitlab.example.org/a/b/-/issues/12?tab=2#note_5", "gitlab.example.org/a/b/-/issues/12", "12"],
  ["https://redmine.example.org/issues/0012#change-77", "redmine.example.org/issues/0012", "12"],
  ["https://github.com/a/b2/issues/9/linked#issuecomment-99", "github.com/a/b2/issues/9/linked", "9"],
  ["https://tracker.example.org/browse/TAILS-345", "tracker.example.org/browse/tails-345", "345"],
  [
    "https://tracker.example.org/issue/TAILS-12/slug-of-2-things",
    "tracker.example.org/issue/tails-12/slug-of-2-things",
    "12",
  ],
  ["https://forum.example.org/issues/12-wifi-6", "forum.example.org/issues/12-wifi-6", "12"],
  [
    "https://bugs.example.org/cgi-bin/bugreport.cgi?bug=1012;msg=5#20",
    "bugs.example.org/cgi-bin/bugreport.cgi?bug=1012;msg=5",
    "1012",
  ],
  [
    "https://bugs.example.org/show_bug.cgi?id=7&comment=3",
    "bugs.example.org/show_bug.cgi?id=7&comment=3",
    "7",
  ],
  ["https://tracker.example.org/#/issues/31", "tracker.example.org/#/issues/31", "31"],
  ["https://bugs.example.org/#1012", "bugs.example.org/#1012", "1012"],
  ["http://192.0.2.7:8080/issues/3", "192.0.2.7:8080/issues/3", "3"],
  ["https://12.example.org/", "12.example.org", null],
  ["https://example.org/known-issues/#wifi2", "example.org/known-issues/#wifi2", null],
  ["https://example.org/news/7.4", "example.org/news/7.4", null],
  ["https://example.org/issues/1234567890123456", "example.org/issues/1234567890123456", null],
  ["ftp://example.org/12", null, null],
  [null, null, null],
] as const) {
  test(`of ${url} the number is ${number}`, async () => {
    const { rows } = await db.raw("select address, number from (select (read_issue(?)).*) read", [url]);

    assert.deepEqual(rows, [{ address, number }]);
  });
}

test("the number follows the address by itself, and cannot be another one", async () => {
  const keyId = await db("vault_keys")
    .insert({ wrapped_key: Buffer.from("key") })
    .returning("id");
  const [ticket] = await db("tickets")
    .insert({
      queue_id: 1,
      channel: "mail",
      key_id: keyId[0].id,
      sealed_subject: Buffer.from("subject"),
      our_turn_since: new Date(),
      issue_url: "https://tracker.example.org/issues/12#note_5",
    })
    .returning("id");
  const issue = () => db("tickets").where(ticket).first("issue_address", "issue_number");
  assert.deepEqual(await issue(), { issue_address: "tracker.example.org/issues/12", issue_number: "12" });

  await db("tickets").where(ticket).update({ issue_url: "https://tracker.example.org/issues/13" });
  await db("tickets").where(ticket).update({ issue_number: 99, issue_address: "elsewhere" });
  assert.deepEqual(await issue(), { issue_address: "tracker.example.org/issues/13", issue_number: "13" });

  await db("tickets").where(ticket).update({ issue_url: null });
  assert.deepEqual(await issue(), { issue_address: null, issue_number: null });
});
