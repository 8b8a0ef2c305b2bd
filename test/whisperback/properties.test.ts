import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linesThatMatter } from "#src/logs/lines-that-matter.ts";
import { redact } from "#src/logs/redact.ts";
import { tokensOfLog } from "#src/logs/tokens-of-log.ts";
import { usefulnessOrder } from "#src/logs/usefulness-order.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { recogniseReport } from "#src/whisperback/recognise-report.ts";
import { unwrap } from "#src/whisperback/unwrap.ts";
import {
  answer,
  cmdline,
  fewSections,
  journal,
  makeReport,
  manufacturer,
  sectionsText,
  titles,
} from "./make-report.ts";

const runs = { numRuns: 300 };

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "Subject: x",
      "From: a@example.org",
      "OpenPGP-Key: included below",
      'Tails-Version: NAME="Tails"',
      'VERSION="7.4"',
      "Bug-specific details: y",
      "Bug-specific app: fsck",
      `======= content of ${cmdline} =======`,
      `===== content of ${cmdline} =====`,
      `======= content of ${manufacturer} =======`,
      `======= content of ${journal} =======`,
      "======= content of /usr/local/sbin/tails-block-device-info =======",
      ">  === content of /a ===",
      "WARNING: not opening file /a, because it is owned by b instead of c",
      "-----BEGIN PGP PUBLIC KEY BLOCK-----",
      "-----END PGP PUBLIC KEY BLOCK-----",
      ...titles.map((title) => answer(title, "z")),
      "\uD800",
      "\0",
      "\r\n",
      "\n\n",
    ),
  },
);
const almostReport = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("\n"));

function readEverything(text: string): void {
  const report = parseReport(text);
  linesThatMatter(report.sections);
  tokensOfLog(report.sections);
  usefulnessOrder(report.sections);
  redact(text);
  unwrap(text);
  recogniseReport({ subject: text, encrypted: true, cleartext: text });
  assert.ok(JSON.stringify(report).isWellFormed());
  assert.ok(!JSON.stringify(report).includes("\\u0000"));
}

test("no text makes the parser throw, and what it gives is well-formed and without NUL", () => {
  fc.assert(fc.property(almostReport, readEverything), runs);
  fc.assert(fc.property(fc.string({ unit: "binary" }), readEverything), runs);
});

test("no bytes make the parser throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      readEverything(Buffer.from(bytes).toString("utf8"));
      readEverything(Buffer.from(bytes).toString("latin1"));
    }),
    runs,
  );
});

test("no values but text go in, and lone surrogates come out replaced", () => {
  const report = parseReport("Subject: \uDC00\n\n\uD800");

  assert.equal(report.message, "\uFFFD");
});

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/);
const line = fc
  .string({ unit: "grapheme", maxLength: 60 })
  .map((text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\uFEFF]/gu, "").trim());
const paragraph = fc.array(line, { minLength: 1, maxLength: 6 }).map((lines) => lines.join("\n").trim());
const hex = (digits: number) =>
  fc.integer({ min: 0, max: 16 ** digits - 1 }).map((value) => value.toString(16).padStart(digits, "0"));
const device = fc.record({
  class: hex(4),
  name: word,
  vendor: hex(4),
  device: hex(4),
  revision: fc.option(hex(2)),
});

test("what is planted in a report is found again", () => {
  const planted = fc.record({
    version: fc.tuple(fc.integer({ min: 6, max: 40 }), fc.nat(30)).map((parts) => parts.join(".")),
    local: word,
    domain: word,
    model: fc.tuple(word, word).map((words) => words.join(" ").concat(" 5")),
    ram: fc.integer({ min: 1, max: 999_999 }),
    devices: fc.array(device, { maxLength: 20 }),
    answers: fc.tuple(paragraph, paragraph, paragraph),
    log: fc.array(
      line.map((text) => `Nov 04 amnesia: ${text}`.trim()),
      { minLength: 1, maxLength: 10 },
    ),
  });

  fc.assert(
    fc.property(planted, (plant) => {
      const lspci = plant.devices.map(
        (each, index) =>
          `00:${index.toString(16).padStart(2, "0")}.0 Some class [${each.class}]: ${each.name} [x] [${each.vendor}:${each.device}]${each.revision === null ? "" : ` (rev ${each.revision})`}`,
      );
      const report = parseReport(
        makeReport({
          from: `Somebody <${plant.local}@${plant.domain}.org>`,
          version: plant.version,
          text: titles.map((title, index) => answer(title, plant.answers[index] ?? "")).join(""),
          sections: [
            ...fewSections.slice(0, 2),
            ["/usr/sbin/dmidecode -s system-product-name", plant.model],
            ["/usr/bin/lspci -nn", lspci.join("\n")],
            ["/usr/bin/free --mega --wide", `  total used\nMem:   ${plant.ram}   1   2   3`],
            [journal, plant.log.join("\n")],
          ],
        }),
      );

      assert.equal(report.tailsVersion.value, plant.version);
      assert.equal(report.contact.value?.address, `${plant.local}@${plant.domain}.org`);
      assert.equal(report.facts.model, plant.model);
      assert.equal(report.facts.ramMb, plant.ram);
      assert.deepEqual(
        (report.facts.pciDevices ?? []).map(({ class: number, vendor, device, revision }) => ({
          number,
          vendor,
          device,
          revision,
        })),
        plant.devices.map(({ class: number, vendor, device, revision }) => ({
          number,
          vendor,
          device,
          revision,
        })),
      );
      assert.deepEqual(
        report.questions.map(({ text }) => text),
        plant.answers.map((text) => text),
      );
      assert.equal(report.sections.at(-1)?.text, plant.log.join("\n"));
    }),
    runs,
  );
});

test("markers, headers and whole reports pasted into the text do not cut it", () => {
  const pastedPiece = fc.oneof(
    line,
    fc.constantFrom(
      sectionsText([
        [cmdline, "FSUUID=dead-beef"],
        [manufacturer, "Pasted"],
      ]),
      sectionsText([[journal, "x"]]),
      sectionsText([["/usr/bin/lspci -nn", "00:00.0 a [0000]: b [aaaa:bbbb]"]]),
      `\n===== output of command ${manufacturer} =====\nPasted\n`,
      "Subject: pasted\nFrom: victim@example.org",
      'Tails-Version: NAME="Tails"\nVERSION="1.0"',
      "Bug-specific app: pasted",
      "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nx\n-----END PGP PUBLIC KEY BLOCK-----",
    ),
  );

  fc.assert(
    fc.property(fc.array(pastedPiece, { maxLength: 8 }), (pieces) => {
      const pasted = `mine\n${pieces.join("\n")}\nend`;
      const text = answer(titles[0], "first") + answer(titles[1], pasted);
      const report = parseReport(
        makeReport({ from: "nina@example.org", version: "7.4", text, sections: fewSections }),
      );

      assert.equal(report.questions[1]?.text, pasted);
      assert.equal(report.facts.manufacturer, "Examplecorp");
      assert.equal(report.facts.stickId, "2f3b-1c9d");
      assert.equal(report.facts.pciDevices, null);
      assert.equal(report.contact.value?.address, "nina@example.org");
      assert.equal(report.tailsVersion.value, "7.4");
      assert.equal(report.appPrefill, null);
    }),
    runs,
  );
});
