import assert from "node:assert/strict";
import { test } from "node:test";
import { forwardedSenders } from "#src/mime/forwarded-senders.ts";

const forms: [program: string, text: string][] = [
  [
    "Thunderbird",
    "-------- Forwarded Message --------\nSubject: x\nDate: Mon\nFrom: Omar Example <omar@example.net>\nTo: lea@example.org\n\nText",
  ],
  [
    "Gmail",
    "---------- Forwarded message ---------\nFrom: Omar Example <omar@example.net>\nDate: Mon, 30 Nov\nSubject: x\n",
  ],
  [
    "Apple Mail, quoted",
    "> Begin forwarded message:\n> \n> From: Omar Example <omar@example.net>\n> Subject: x\n",
  ],
  [
    "Outlook, with mailto",
    "-----Original Message-----\nFrom: Omar Example [mailto:omar@example.net]\nSent: Monday\n",
  ],
  ["Outlook, bold", "*From:* Omar Example <omar@example.net>\n*Sent:* Monday\n"],
  ["German", "Anfang der weitergeleiteten Nachricht:\nVon: Omar Example <omar@example.net>\nBetreff: x\n"],
  ["French", "De : Omar Example <omar@example.net>\nEnvoyé : lundi\n"],
  ["Russian", "От: Omar Example <omar@example.net>\nТема: x\n"],
  ["Chinese", "发件人：Omar Example <omar@example.net>\n主题：x\n"],
  ["Arabic", "من: Omar Example <omar@example.net>\nالموضوع: x\n"],
];

for (const [program, text] of forms) {
  test(`who wrote a forwarded mail is found as ${program} tells it`, () => {
    assert.deepEqual(forwardedSenders(text), [{ name: "Omar Example", address: "omar@example.net" }]);
  });
}

test("a line that names an address and stands alone is no forwarded mail", () => {
  assert.deepEqual(forwardedSenders("I wrote\n\nFrom: omar@example.net\n\nand more"), []);
  assert.deepEqual(forwardedSenders("On Monday Omar <omar@example.net> wrote:\n> Subject: x"), []);
});

test("a long text is looked at up to 200,000 characters, and for five senders at most", () => {
  const block = (name: string) => `From: ${name}@example.net\nSubject: x\n\n`;

  assert.deepEqual(forwardedSenders(`${"a".repeat(200_000)}\n${block("omar")}`), []);
  assert.equal(forwardedSenders(Array.from({ length: 9 }, (_, n) => block(`omar${n}`)).join("")).length, 5);
});
