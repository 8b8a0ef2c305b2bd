import assert from "node:assert/strict";
import { test } from "node:test";
import { findMarkers } from "#src/logs/split-sections.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { assertLinear, processorTime } from "#test/support/processor-time.ts";
import { answer, cmdline, fewSections, journal, makeReport, manufacturer, titles } from "./make-report.ts";

const megabyte = 1024 * 1024;

function journalOf(length: number): string {
  const lines = Array.from(
    { length: 1000 },
    (_, index) =>
      `Nov 04 10:${10 + (index % 50)}:01 amnesia kernel: usb 2-2: something with number ${index} happened`,
  ).join("\n");
  return `${lines}\n`.repeat(Math.ceil(length / lines.length)).trimEnd();
}

test("a report of 20 MB is read whole", async (context) => {
  const log = journalOf(20 * megabyte);
  const text = makeReport({
    version: "7.4",
    text: answer(titles[0], "It works"),
    sections: [...fewSections.slice(0, 2), [journal, log]],
  });
  const before = process.memoryUsage();

  let report = parseReport("");
  const took = await processorTime(() => {
    report = parseReport(text);
  });

  const after = process.memoryUsage();
  context.diagnostic(
    `${(text.length / 1e6).toFixed(1)} MB in ${took.toFixed(0)} ms, heap +${((after.heapUsed - before.heapUsed) / 1e6).toFixed(1)} MB`,
  );
  assert.equal(report.questions[0]?.text, "It works");
  assert.equal(report.facts.manufacturer, "Examplecorp");
  assert.equal(report.sections.at(-1)?.text.length, log.length);
  assert.equal(report.sections.at(-1)?.lineCount, log.split("\n").length);
  assert.deepEqual(report.warnings, []);
});

const hostile: Record<string, (length: number) => string> = {
  "of one long line": (length) => `Subject: ${"a".repeat(length)}`,
  "of line ends": (length) => `Subject: x${"\n".repeat(length)}`,
  "of line ends that a carriage return stands before": (length) => `Subject: x${"\r\n".repeat(length / 2)}`,
  "of equals signs": (length) => `Subject: x\n${"=".repeat(length)}`,
  "of markers": (length) =>
    `Subject: x\n${`======= content of ${cmdline} =======\n======= content of ${manufacturer} =======\n`.repeat(length / 100)}`,
  "of beginnings of markers": (length) => `Subject: x\n${"======= content of \n".repeat(length / 20)}`,
  "of different markers": (length) =>
    `Subject: x\n${Array.from({ length: length / 40 }, (_, index) => `======= content of /k${index} =======`).join("\n")}`,
  "of key block beginnings": (length) =>
    `Subject: x\nOpenPGP-Key: included below\n\n${"-----BEGIN PGP PUBLIC KEY BLOCK-----\n".repeat(length / 37)}`,
  "of key block ends": (length) =>
    `Subject: x\nOpenPGP-Key: included below\n\n${"-----END PGP PUBLIC KEY BLOCK-----\n".repeat(length / 35)}`,
  "of titles": (length) => `Subject: x\n\n${answer(titles[1], "x").repeat(length / 50)}`,
  "of underlined lines": (length) => `Subject: x\n\n${answer("title", "x").repeat(length / 15)}`,
  "of addresses": (length) => `Subject: x\nFrom: ${"a@b.org ".repeat(length / 8)}\n`,
  "of blanks": (length) => `Subject: x\n\n${" ".repeat(length)}\n${" ".repeat(90_000)}x`,
  "of PCI lines without an end": (length) =>
    makeReport({
      sections: [
        ...fewSections.slice(0, 2),
        ["/usr/bin/lspci -nn", `00:00.0 a ${" [0300]: b".repeat(length / 600)}`],
      ],
    }),
  "of directory entries": (length) =>
    makeReport({
      sections: [
        ...fewSections.slice(0, 2),
        ["/run/x", ">  === content of /a ===\n> b\n".repeat(length / 28)],
      ],
    }),
  "of owner warnings": (length) =>
    `Subject: x\n\n===== content of ${cmdline} =====\n${"WARNING: not opening file /a, because it is owned by b instead of c\n".repeat(length / 68)}`,
  "of COREBOOT": (length) =>
    makeReport({
      sections: [...fewSections.slice(0, 2), [journal, `${"COREBOOT ".repeat(length / 600)}\n`.repeat(5)]],
    }),
  "of COREBOOT lines": (length) =>
    makeReport({
      sections: [...fewSections.slice(0, 2), [journal, "kernel: secure COREBOOT\n".repeat(length / 24)]],
    }),
  "of brackets as JSON": (length) =>
    makeReport({
      sections: [...fewSections.slice(0, 2), ["/usr/local/sbin/tails-block-device-info", "[".repeat(length)]],
    }),
};

for (const [name, make] of Object.entries(hostile)) {
  test(`the time for a report ${name} grows with its length, not with the square`, async () => {
    const size = 5 * megabyte;
    const [whole, eighth] = [make(size), make(size / 8)];

    await assertLinear(size, (asked) => parseReport(asked === size ? whole : eighth));
  });
}

test("a marker line is looked at once", () => {
  const markers = findMarkers("======= content of /a =======\n".repeat(1000));

  assert.equal(markers.length, 1000);
  assert.equal(markers.at(-1)?.at, 999 * 30);
});
