import assert from "node:assert/strict";
import test, { after } from "node:test";
import { tagTicket } from "#src/tickets/tag.ts";
import { routes } from "#src/web/routes.ts";
import { write } from "#test/reply-templates/cast.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;
const cast = await createCast(desk);
const template = await write(db, staff.nina.id, { name: "Another cable" }, { fr: "Un autre câble" });
await tagTicket(db, cast.wifi, staff.nina.id, "Wi-Fi");
const adam = await desk.signIn("adam");

/** The pages of one ticket have a test of their own; who signs out can forge nothing after it. */
const apart = /^POST \/(tickets|mentions|sign-|account\/(password|sign-out))/;
const ids: Record<string, string> = {
  staff: staff.nina.id,
  "set-aside": cast.setAside,
  answers: template,
};
const fields = [
  ...["name", "language", "languages", "hours", "to", "template", "after", "into", "description", "note"],
  ...["match", "field", "how", "value", "queue", "tag", "priority", "owner", "stops", "act", "decision"],
  ...[
    "category",
    "tags",
    "body",
    "seen",
    "made_from",
    "role",
    "password",
    "reason",
    "fingerprint",
    "address",
  ],
];
const odd = ["", "\0", "-1", "9223372036854775808", "😀\u202e{{", "x".repeat(3000)];

test("no form that somebody forges makes a page beside the tickets fail", async () => {
  const form = await adam.visit("/queues");
  const token = form.$("[name=_csrf]").attr("value") ?? "";
  const posts = Object.keys(routes).filter((route) => route.startsWith("POST ") && !apart.test(route));
  assert.ok(posts.length > 20);

  for (const route of posts) {
    const [, room = ""] = route.replace("POST ", "").split("/");
    const path = route
      .replace("POST ", "")
      .replace(/:id\b/, ids[room] ?? "1")
      .replace(/:\w+/g, "1");
    for (const sent of forgeries(token)) {
      const page = await adam.post(path, sent);
      assert.ok(page.status < 500, `${route} with ${sent.toString().slice(0, 200)}: ${page.status}`);
      assert.notEqual(new URL(page.url).pathname, "/sign-in", `${route} ended the session`);
    }
  }
  assert.doesNotMatch(desk.log(), /"err"/);
});

/** Nothing, each odd value in every field once and twice, and fields that look like objects. */
function forgeries(_csrf: string): URLSearchParams[] {
  const nested = Object.fromEntries(fields.map((field) => [`${field}[a]`, "1"]));
  const bodies = odd.flatMap((value) => {
    const pairs = fields.map((field) => [field, value]);
    return [pairs, [...pairs, ...pairs]];
  });
  return [{ _csrf }, { _csrf, ...nested }, ...bodies.map((pairs) => [["_csrf", _csrf], ...pairs])].map(
    (body) => new URLSearchParams(body),
  );
}
