import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { recogniseReport } from "#src/whisperback/recognise-report.ts";
import {
  answer,
  cmdline,
  fewSections,
  journal,
  makeReport,
  manufacturer,
  sectionsText,
  titles,
  versionBlock,
} from "./make-report.ts";

test("trap 1: Subject lines of the journal are not headers", () => {
  const log = "Subject: A start job for unit gdm.service\nFrom: evil@example.org\nDefined-By: systemd";
  const report = parseReport(
    makeReport({ subject: "", version: "7.4", sections: [...fewSections.slice(0, 2), [journal, log]] }),
  );

  assert.deepEqual(report.summary, { state: "present", value: "" });
  assert.equal(report.contact.state, "absent");
  assert.equal(report.sections.at(-1)?.text, log);
});

test("trap 2: a second From line in the text does not replace the address field", () => {
  const report = parseReport(
    makeReport({
      from: "nina@example.org",
      version: "7.4",
      text: answer(titles[0], "From: victim@example.org"),
    }),
  );

  assert.equal(report.contact.value?.address, "nina@example.org");
  assert.equal(report.questions[0]?.text, "From: victim@example.org");
});

test("trap 3: with Headers unticked an empty line stands there, and a program's lines may follow", () => {
  const report = parseReport(
    makeReport({
      prefill: ["Bug-specific app: fsck", "Bug-specific summary: Failed to repair"],
      text: answer(titles[1], "It broke"),
    }),
  );

  assert.equal(report.tailsVersion.state, "absent");
  assert.deepEqual(report.appPrefill, { app: "fsck", summary: "Failed to repair", details: null });
  assert.equal(report.questions[1]?.text, "It broke");
  assert.deepEqual(report.warnings, []);
});

test("trap 3: a Subject and empty lines alone are a valid report", () => {
  const report = parseReport("Subject: help\n\n\n\n");

  assert.equal(report.format, "new");
  assert.equal(report.summary.value, "help");
  assert.equal(report.userText, "");
  assert.deepEqual(report.warnings, []);
});

test("trap 4: a whole report pasted into the text does not cut it", () => {
  const pasted = `Look at this:\nTails-Version: NAME="Tails"\nVERSION="6.0"\n${sectionsText([
    [cmdline, "FSUUID=dead-beef"],
    [manufacturer, "Pasted Inc."],
    [journal, "old"],
  ])}\nand that was it`;
  const report = parseReport(
    makeReport({ version: "7.4", text: answer(titles[0], pasted), sections: fewSections }),
  );

  assert.equal(report.questions[0]?.text, pasted);
  assert.equal(report.facts.manufacturer, "Examplecorp");
  assert.equal(report.facts.stickId, "2f3b-1c9d");
  assert.equal(report.tailsVersion.value, "7.4");
  assert.equal(report.sections.length, 3);
});

test("trap 5: unbalanced quotes in the version block do no harm", () => {
  const report = parseReport(
    'Subject: x\nTails-Version: NAME="Tails\nHOME_URL="https://[URL REMOVED]\nVERSION="7.0~rc1"\nBUG="\n\ntext',
  );

  assert.equal(report.tailsVersion.value, "7.0~rc1");
  assert.equal(report.message, "text");
});

test("trap 6: comment lines of dmidecode are skipped", () => {
  const report = parseReport(
    makeReport({
      sections: [
        [cmdline, "quiet"],
        [manufacturer, "# SMBIOS is not there\n#\nExamplecorp"],
      ],
    }),
  );

  assert.equal(report.facts.manufacturer, "Examplecorp");
});

test("trap 7: a report saved by hand is read, with the text around it", () => {
  const mail = `Dear help desk,\nit does not start.\n\n${versionBlock("7.4")}\n\nThank you!\n${sectionsText(fewSections)}`;
  const report = parseReport(mail);

  assert.equal(report.format, "hand-saved");
  assert.equal(report.summary.state, "absent");
  assert.equal(report.tailsVersion.value, "7.4");
  assert.equal(report.message, "Dear help desk,\nit does not start.\n\nThank you!");
  assert.equal(report.facts.manufacturer, "Examplecorp");
  assert.equal(recogniseReport({ subject: "Help", encrypted: false, cleartext: mail }).kind, "hand-saved");
});

test("trap 7: the version is found below the sections too", () => {
  const report = parseReport(`Hello\n${sectionsText(fewSections)}\n${versionBlock("7.4")}\n`);

  assert.equal(report.tailsVersion.value, "7.4");
});

test("trap 8: the version first installed is not the running version", () => {
  const release = "/lib/live/mount/rootfs/filesystem.squashfs/etc/os-release";
  const report = parseReport(
    makeReport({ version: "7.4", sections: [...fewSections, [release, 'NAME="Tails"\nVERSION="6.4"']] }),
  );
  const withoutHeaders = parseReport(
    makeReport({ sections: [...fewSections, [release, 'NAME="Tails"\nVERSION="6.4"']] }),
  );

  assert.equal(report.tailsVersion.value, "7.4");
  assert.equal(report.installedVersion.value, "6.4");
  assert.equal(withoutHeaders.tailsVersion.state, "absent");
});

test("trap 9: an unknown section is kept", () => {
  const report = parseReport(
    makeReport({ sections: [...fewSections, ["/usr/bin/later --than now", "some\nthing"]] }),
  );
  const [section] = report.sections.filter(({ kind }) => kind === "other");

  assert.deepEqual(section, {
    key: "/usr/bin/later --than now",
    title: "/usr/bin/later --than now",
    kind: "other",
    state: "present",
    text: "some\nthing",
    lineCount: 2,
    entries: [],
  });
});
