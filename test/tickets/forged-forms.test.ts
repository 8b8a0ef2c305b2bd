import assert from "node:assert/strict";
import test, { after } from "node:test";
import { routes } from "#src/web/routes.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const cast = await createCast(desk);
const nina = await desk.signIn("nina");

const fields = [
  ...[
    "for",
    "date",
    "to",
    "note",
    "queue",
    "name",
    "tag",
    "priority",
    "version",
    "workaround",
    "other",
    "into",
  ],
  ...[
    "act",
    "message",
    "text",
    "seen_message_id",
    "words",
    "template",
    "used",
    "channel",
    "subject",
    "address",
  ],
  ...["ticket", "as", "two_addresses", "clear_agreed", "use_key", "reason", "agreed"],
];
const odd = [
  "",
  "\0",
  "-1",
  "9223372036854775808",
  "😀\u202e",
  "x".repeat(3000),
  "merge",
  "insert",
  "find",
  "preview",
  "ask",
];

test("no form that somebody forges makes a page of tickets fail", async () => {
  const form = await nina.visit(`/tickets/${cast.wifi}/tags`);
  const token = form.$("[name=_csrf]").attr("value") ?? "";
  const paths = Object.keys(routes).filter((route) => /^POST \/(tickets|mentions)/.test(route));
  assert.ok(paths.length > 20);

  for (const route of paths) {
    const path = route.replace("POST ", "").replace(":id", cast.wifi).replace(/:\w+/g, "1");
    const bodies = [
      {},
      ...odd.map((value) => Object.fromEntries(fields.map((field) => [field, value]))),
      Object.fromEntries(
        fields.flatMap((field) => [
          [`${field}[a]`, "1"],
          [field, "1"],
        ]),
      ),
    ];
    for (const body of bodies) {
      const once = new URLSearchParams({ ...body, _csrf: token });
      const twice = new URLSearchParams([...once, ...Object.entries(body)]);
      for (const sent of [once, twice]) {
        const page = await nina.post(path, sent);
        assert.ok(page.status < 500, `${route} with ${sent.toString().slice(0, 200)}: ${page.status}`);
      }
    }
  }
  assert.doesNotMatch(desk.log(), /"err"/);
});
