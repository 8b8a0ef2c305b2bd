import assert from "node:assert/strict";
import { test } from "node:test";
import { isOneSender } from "#src/mime/one-sender.ts";
import { parsed } from "./fixture.ts";

const encoded = (name: string) => `=?utf-8?B?${Buffer.from(name).toString("base64")}?=`;
const forms = (name: string) => [
  `From: ${encoded(name)} <mia@example.org>`,
  `From: ${name} <mia@example.org>`,
];

const honest: [string, string][] = [
  ["Persian with ZWNJ", "علی‌رضا نمونه"],
  ["Persian with ZWNJ before a space", "می‌ روم"],
  ["Hindi with ZWJ", "क्‍ष"],
  ["Sinhala with ZWJ", "ශ්‍රී"],
  ["an emoji of several", "Mia 👩‍💻"],
  ["an emoji with a skin colour", "👩🏽‍🚀 Mia"],
  ["Hebrew with a direction mark", "מיה\u200f!"],
  ["Arabic with a direction mark", "ميا\u200e!"],
];
for (const [what, name] of honest) {
  test(`${what} in a name is no disguise`, async () => {
    for (const from of forms(name)) {
      const mail = await parsed(`${from}\n\nhello`);

      assert.equal(mail.from[0]?.name, name);
      assert.equal(isOneSender(mail), true, from);
    }
  });
}

const disguised: [string, string][] = [
  ["a joiner between Latin letters", "Mi\u200da"],
  ["a joiner alone", "\u200c"],
  ["a joiner before a Latin letter", "میا\u200cx"],
  ["a zero width space between Persian letters", "علی\u200bرضا"],
  ["a direction mark among Latin letters", "Mia\u200f Example"],
  ["another address behind a joiner", "علی‌ nina@example.org"],
];
for (const [what, name] of disguised) {
  test(`${what} is not exactly one sender`, async () => {
    for (const from of forms(name)) assert.equal(isOneSender(await parsed(`${from}\n\nhello`)), false, from);
  });
}

test("what turns the direction is not in a name, and where it stands raw it is not exactly one sender", async () => {
  for (const name of ["علی\u202eرضا", "\u2067מיה\u2069"]) {
    const [inWords = "", raw = ""] = forms(name);

    assert.doesNotMatch(
      (await parsed(`${inWords}\n\nhello`)).from[0]?.name ?? "",
      /[\u202a-\u202e\u2066-\u2069]/,
    );
    assert.equal(isOneSender(await parsed(`${raw}\n\nhello`)), false);
  }
});

test("both forms of an international domain, and a quoted local part, are one sender", async () => {
  for (const from of [
    "Lea <lea@bücher.example>",
    "Lea <lea@xn--bcher-kva.example>",
    "LEA@XN--BCHER-KVA.example",
    '"lea example"@example.org',
    'Lea <"lea example"@example.org>',
  ])
    assert.equal(isOneSender(await parsed(`From: ${from}\n\nhello`)), true, from);
});
