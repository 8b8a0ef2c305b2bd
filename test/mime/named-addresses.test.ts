import assert from "node:assert/strict";
import test from "node:test";
import { asksElsewhere, namedAddresses } from "#src/mime/named-addresses.ts";
import { parsed } from "./fixture.ts";

const ours = "support@example.org";
const nina = "Nina <nina@example.org>";

const asked: [what: string, headers: string[], elsewhere: string[], shown?: string[]][] = [
  ["several addresses", ["Reply-To: a@example.com, B <b@example.com>"], ["a@example.com", "b@example.com"]],
  ["several, the sender among them", ["Reply-To: a@example.com, nina@example.org"], ["a@example.com"]],
  ["a group", ["Reply-To: friends: a@example.com, b@example.com;"], ["a@example.com", "b@example.com"]],
  ["semicolons", ["Reply-To: a@example.com; b@example.com"], ["a@example.com", "b@example.com"]],
  [
    "the same address under another name",
    ["Reply-To: Omar <nina@example.org>"],
    [],
    ["Reply-To, another name"],
  ],
  ["the same address and name", ["Reply-To: Nina <NINA@Example.org>"], []],
  ["no closing bracket", ["Reply-To: Lea <a@example.com"], ["a@example.com"]],
  ["spaces in it", ["Reply-To: a @ example.com"], ["a@example.com"]],
  ["mailto", ["Reply-To: <mailto:a@example.com>"], ["a@example.com"]],
  ["a comma in the name", ["Reply-To: Example, Lea <a@example.com>"], ["a@example.com"]],
  ["a comment", ["Reply-To: a@example.com (at home)"], ["a@example.com"]],
  ["two headers", ["Reply-To: a@example.com", "Reply-To: b@example.com"], ["a@example.com", "b@example.com"]],
  ["an empty one first", ["Reply-To: ", "Reply-To: b@example.com"], ["b@example.com"]],
  ["this desk", ["Reply-To: Help <Support@Example.ORG>"], []],
  ["this desk with a detail", ["Reply-To: support+42@example.org"], []],
  [
    "the list that passed it on",
    ["List-Post: <mailto:help@lists.example.net>", "Reply-To: help@lists.example.net"],
    ["help@lists.example.net"],
    ["Reply-To, a mailing list"],
  ],
  ["the true sender, as groups write it", ["X-Original-Sender: a@example.com"], ["a@example.com"]],
  [
    "both forms of an international domain",
    ["Reply-To: a@bücher.example, a@xn--bcher-kva.example"],
    ["a@bücher.example"],
  ],
  ["a quoted local part", ['Reply-To: "lea example"@example.com'], ['"lea example"@example.com']],
];
for (const [what, headers, elsewhere, shown = elsewhere.map(() => "Reply-To")] of asked) {
  test(`Reply-To: ${what}`, async () => {
    const named = await namedIn([`From: ${nina}`, ...headers]);

    assert.deepEqual(
      asksElsewhere(named).map(({ address }) => address),
      elsewhere,
    );
    if (!what.startsWith("the true"))
      assert.deepEqual(
        named.map(({ where }) => where),
        shown,
      );
  });
}

for (const value of ["call me on 555", "<>", "a@b@example.com", "=?utf-8?Q?=3Ca=40example.com=3E?="]) {
  test(`Reply-To “${value}” is told as one that cannot be read`, async () => {
    const mail = await parsed(mailWith([`From: ${nina}`, `Reply-To: ${value}`]));

    assert.match(mail.warnings.join(), /Reply-To names no readable address: ask where the answer shall go/);
  });
}

test("what stands inside the encryption is named first, and the other one outside as well", async () => {
  const outer = await parsed(mailWith([`From: ${nina}`, "Reply-To: outside@example.com"]));
  const inner = await parsed(mailWith([`From: ${nina}`, "Reply-To: inside@example.com"]));

  const named = namedAddresses(outer, { inner, text: "", attached: [] }, ours);

  assert.deepEqual(
    named.map(({ address }) => address),
    ["inside@example.com", "outside@example.com"],
  );
});

async function namedIn(headers: string[]) {
  return namedAddresses(await parsed(mailWith(headers)), { inner: null, text: "Hello.", attached: [] }, ours);
}

function mailWith(headers: string[]): string {
  return [...headers, "To: support@example.org", "Subject: x", "", "Hello.", ""].join("\r\n");
}
