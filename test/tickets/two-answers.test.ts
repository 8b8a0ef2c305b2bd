import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readTwoAnswers } from "#src/tickets/two-answers.ts";
import { assertLinear } from "#test/support/processor-time.ts";

const told: [text: string, version: string | null, workaround: string | null][] = [
  [
    "> 1. Did an older version of Tails work better on this computer? Which one?\n> 2. Have you found a way around the problem?\n\n1. Yes, 7.2 was fine.\n2. I use a USB adapter\nfrom another shop.\n\nBest wishes",
    "7.2",
    "I use a USB adapter\nfrom another shop.",
  ],
  ["1) 6.19 worked\n\n2) no", "6.19", null],
  ["1. Non, jamais\n2. Non", null, null],
  ["1: Mit 7.3.1 lief alles.\n2: nomodeset hilft", "7.3.1", "nomodeset hilft"],
  ["The Wi-Fi worked in 7.3.1 and is gone now.", "7.3.1", null],
  ["RTL8822CE loses Wi-Fi after upgrade to 7.4 (worked in 7.3.1)", "7.3.1", null],
  ["Avec la 6.1 tout fonctionnait.", "6.1", null],
  ["Con la versión 7.2 funcionaba.", "7.2", null],
  ["Con la 7.0 funzionava bene.", "7.0", null],
  ["Na 7.1 funcionava.", "7.1", null],
  ["It never worked in 7.3.1.", null, null],
  ["7.4 did not work, nothing worked.", null, null],
  ["I upgraded to 7.4 and my address is 10.0.0.1.", null, null],
  ["> it worked in 6.0\nI do not know.", null, null],
  [
    "It stops.\n\nWorkaround that I found: a cheap USB Wi-Fi adapter is\nstable.\n\nThank you",
    null,
    "a cheap USB Wi-Fi adapter is\nstable.",
  ],
  ["Contournement : démarrer avec nomodeset", null, "démarrer avec nomodeset"],
  ["Workaround: none", null, null],
  ["", null, null],
];

for (const [text, version, workaround] of told) {
  test(`the two answers of ${JSON.stringify(text.slice(0, 60))} are ${version} and ${JSON.stringify(workaround)}`, () => {
    assert.deepEqual(readTwoAnswers(text), { version, workaround });
  });
}

test("no text makes it throw, and a version is one line of 40 characters at most", () => {
  const word = fc.constantFrom(
    "1.",
    "2.",
    "7.3",
    "worked",
    "\n",
    "\n\n",
    ">",
    "Workaround:",
    "lief",
    "nicht",
    " ",
    "é",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(word).map((words) => words.join(" ")),
      ),
      (text) => {
        const { version } = readTwoAnswers(text);
        if (version !== null) assert.match(version, /^\d[^\n]{0,39}$/);
      },
    ),
  );
});

test("takes no longer than a text is long, up to a megabyte of anything", async () => {
  for (const piece of [
    "1.\n",
    "worked ",
    "7.3 ",
    "workaround ",
    "1. a\n2. ",
    "\n\n",
    "1.1.",
    "> ",
    "Workaround:",
  ]) {
    const work = (size: number) => readTwoAnswers(piece.repeat(Math.ceil(size / piece.length)));
    await assertLinear(1_000_000, work, JSON.stringify(piece));
  }
});
