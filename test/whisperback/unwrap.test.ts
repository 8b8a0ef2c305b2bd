import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { unwrap } from "#src/whisperback/unwrap.ts";

test("a link that was cut at 70 columns becomes whole", () => {
  const sample = new URL("../fixtures/whisperback/03-new-6.19-de-keyblock-prefill.txt", import.meta.url);
  const answer = parseReport(readFileSync(sample, "utf8")).questions[2]?.text ?? "";

  assert.match(
    unwrap(answer),
    /siehe https:\/\/example\.org\/ein\/sehr\/langer\/pfad\/der\/in\/siebzig\/zeichen\/nicht\/hineinpasst\.html$/,
  );
});

test("lines that were full are joined, short lines stay apart", () => {
  assert.equal(
    unwrap(
      "I wanted to stay connected for a one hour call. With Tails 7.2 the\nsame laptop on the same network stayed.\n\n1. one\n2. two",
    ),
    "I wanted to stay connected for a one hour call. With Tails 7.2 the same laptop on the same network stayed.\n\n1. one\n2. two",
  );
});

test("a word broken after its hyphen is joined without a blank", () => {
  const line = `${"x".repeat(50)} tails-additional-`;

  assert.equal(unwrap(`${line}\nsoftware-install`), `${line}software-install`);
});

test("unwrapping adds and removes nothing but line ends and blanks", () => {
  const squeeze = (text: string) => text.replaceAll(/[ \n]/g, "");
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 400 }),
      (text) => squeeze(unwrap(text)) === squeeze(text),
    ),
  );
});
