import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "#src/whisperback/normalise.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { recogniseReport } from "#src/whisperback/recognise-report.ts";
import { answer, cmdline, fewSections, journal, makeReport, manufacturer, titles } from "./make-report.ts";

const armored = (text: string) =>
  `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${text}\n-----END PGP PUBLIC KEY BLOCK-----`;

test("rule 1: a report has an id, encryption and a Subject line, all three", () => {
  const whole = { subject: "Bug report: a1b2c3", encrypted: true, cleartext: "Subject: x\n" };

  assert.deepEqual(recogniseReport(whole), { kind: "report", id: "a1b2c3" });
  assert.equal(recogniseReport({ ...whole, subject: "Hello" }).kind, "mail");
  assert.equal(recogniseReport({ ...whole, encrypted: false }).kind, "mail");
  assert.equal(recogniseReport({ ...whole, cleartext: "Re your report" }).kind, "mail");
});

test("rule 1: what only looks like a report says what is missing", () => {
  const mail = recogniseReport({
    subject: "Re: Bug report: a1b2c3",
    encrypted: true,
    cleartext: "About the report",
  });

  assert.deepEqual(mail, {
    kind: "mail",
    id: "a1b2c3",
    hint: "The Subject has the id of a report, but the text is not a report.",
  });
});

test("rule 2: CRLF, NUL, byte order mark, lone surrogates and replaced bytes are made harmless", () => {
  const text = makeReport({ version: "7.4", text: answer(titles[0], "a\0b"), sections: fewSections });
  const report = parseReport(`\uFEFF${text.replaceAll("\n", "\r\n")}\uD800`);

  assert.equal(report.summary.value, "It does not work");
  assert.equal(report.questions[0]?.text, "ab");
  assert.equal(report.facts.manufacturer, "Examplecorp");
  assert.ok(report.sections.at(-1)?.text.isWellFormed());
  assert.deepEqual(report.warnings, ["Some characters could not be read."]);
});

test("rule 3: headers count once and in order, and the first other line ends them", () => {
  const twice = parseReport("Subject: one\nSubject: two\nFrom: a@example.org\n\ntext");
  const disordered = parseReport("Subject: one\nTails-Version: 5.12 - 20230418\nFrom: a@example.org\n\ntext");

  assert.equal(twice.summary.value, "one");
  assert.equal(twice.contact.state, "absent");
  assert.equal(twice.message, "Subject: two\nFrom: a@example.org\n\ntext");
  assert.deepEqual(twice.warnings, ["A line stands among the headers that does not belong there."]);
  assert.equal(disordered.contact.state, "absent");
  assert.equal(disordered.tailsVersion.value, "5.12");
});

test("rule 3: the old version block and the error texts in its place are read", () => {
  const old = parseReport(
    `Subject: x\nTails-Version: 4.0~rc1 - 20191001\n${"a1".repeat(20)}\nlive-build: 1\nlive-boot: 2\nlive-config: 3\n\n\nhello`,
  );
  const failed = parseReport("Subject: x\nTails-Version: /etc/os-release file not found\n\nhello");

  assert.equal(old.tailsVersion.value, "4.0~rc1");
  assert.equal(old.message, "hello");
  assert.deepEqual(failed.tailsVersion, {
    state: "unreadable",
    value: null,
    raw: "/etc/os-release file not found",
  });
  assert.equal(failed.message, "hello");
});

test("rule 3: details of a program's error run on to the first question, or to the sections", () => {
  const prefill = ["Bug-specific app: tps_frontend", "Bug-specific details: one", "", "two"];
  const asked = parseReport(
    makeReport({ version: "7.4", prefill, text: answer(titles[2], "clicked"), sections: fewSections }),
  );
  const silent = parseReport(makeReport({ version: "7.4", prefill, sections: fewSections }));

  assert.equal(asked.appPrefill?.details, "one\n\ntwo");
  assert.equal(asked.questions[2]?.text, "clicked");
  assert.equal(silent.appPrefill?.details, "one\n\ntwo");
  assert.equal(silent.userText, "");
  assert.equal(silent.facts.manufacturer, "Examplecorp");
});

test("rule 3: Tails 5.20 had details alone", () => {
  const report = parseReport(
    makeReport({ version: "5.20", prefill: ["Bug-specific details: broken"], text: answer(titles[0], "x") }),
  );

  assert.deepEqual(report.appPrefill, { app: null, summary: null, details: "broken" });
});

test("rule 4: a marker counts only when it is a whole line", () => {
  const log = `Nov 04 amnesia x: ======= content of /etc/shadow =======\n ======= content of /a =======\n======= content of /b ======\n====== content of /c ======`;
  const report = parseReport(makeReport({ sections: [...fewSections.slice(0, 2), [journal, log]] }));

  assert.equal(report.sections.length, 3);
  assert.equal(report.sections[2]?.text, log);
});

test("rule 4: before Tails 3.0 the sections begin with the maker, and boot options stand in the middle", () => {
  const five = (verb: string, key: string, text: string) => `\n===== ${verb} ${key} =====\n${text}\n`;
  const report = parseReport(
    `Subject: x\nTails-Version: 2.6 - 20160920\n\n\n${five("content of", "/bin/lsmod", "pasted")}\nmy text\n` +
      five("output of command", manufacturer, "Oldcorp") +
      five("output of command", journal, "log") +
      five("content of", cmdline, "quiet") +
      five("output of command", "/usr/bin/lspci", "00:1b.0 Audio device: Fictron"),
  );

  assert.deepEqual(
    report.sections.map(({ kind }) => kind),
    ["manufacturer", "journal", "cmdline", "pci"],
  );
  assert.match(report.message, /pasted\n\nmy text$/);
  assert.deepEqual(report.warnings, []);
});

test("rule 4: without the usual first section the first marker counts, with a warning", () => {
  const report = parseReport(
    makeReport({
      sections: [
        ["/bin/lsmod", "i915"],
        [journal, "log"],
      ],
    }),
  );

  assert.equal(report.sections.length, 2);
  assert.deepEqual(report.warnings, [
    "The usual first section is missing; the sections may begin elsewhere.",
  ]);
});

test("rule 4: of a section that comes twice the first counts, and nothing is lost", () => {
  const sections: [string, string][] = [
    ...fewSections.slice(0, 2),
    ["/usr/bin/lscpu", "Model name: One"],
    ["/usr/bin/lscpu", "Model name: Two"],
    [journal, "log"],
  ];
  const report = parseReport(makeReport({ version: "7.4", sections }));

  assert.equal(report.facts.cpu, "One");
  assert.equal(report.sections[3]?.kind, "repeated");
  assert.deepEqual(report.warnings, ["A section comes twice; the first one counts."]);
});

test("rule 4: a missing journal means a truncated report from Tails 3.0 on, and not before", () => {
  const recent = parseReport(makeReport({ version: "7.4", sections: fewSections.slice(0, 2) }));
  const noSections = parseReport(makeReport({ version: "7.4" }));
  const old = parseReport(
    `Subject: x\nTails-Version: 1.8 - 20151215\n\n\nhi\n\n===== output of command ${manufacturer} =====\nOldcorp\n`,
  );

  assert.deepEqual(recent.warnings, ["The report was truncated: the journal is missing."]);
  assert.deepEqual(noSections.warnings, []);
  assert.deepEqual(old.warnings, []);
});

test("rule 4: the owner warning without a marker of Tails 3.6 to 3.8 is a section of its own", () => {
  const warning =
    "WARNING: not opening file /var/log/live-persist, because it is owned by amnesia instead of root";
  const report = parseReport(
    `Subject: x\nTails-Version: 3.6 - 20180313\n\nhi\n\n===== content of ${cmdline} =====\nquiet\n\n===== output of command ${manufacturer} =====\nOldcorp\n${warning}\n\n===== output of command ${journal} =====\nlog\n`,
  );

  assert.deepEqual(
    report.sections.map(({ key, state }) => [key, state]),
    [
      [cmdline, "present"],
      [manufacturer, "present"],
      ["/var/log/live-persist", "not opened"],
      [journal, "present"],
    ],
  );
  assert.equal(report.facts.manufacturer, "Oldcorp");
});

test("rule 5: only exact titles with exact dashes divide the text, each once and in order", () => {
  const text =
    answer(titles[0], `first\n\n${titles[1]}\n---\n\n${titles[2]} \n${"-".repeat(42)}`) +
    answer(titles[1], `second\n\n${answer(titles[0], "again").trimEnd()}`) +
    answer(titles[2], "third");
  const report = parseReport(makeReport({ version: "7.4", text }));

  assert.match(report.questions[0]?.text ?? "", /^first\n/);
  assert.match(report.questions[1]?.text ?? "", /^second\n[\s\S]*again$/);
  assert.equal(report.questions[2]?.text, "third");
});

test("rule 5: without titles the whole text is the message", () => {
  const report = parseReport(
    makeReport({ version: "7.4", text: "What happened?\n--------------\n\nnothing" }),
  );

  assert.equal(report.message, "What happened?\n--------------\n\nnothing");
  assert.deepEqual(
    report.questions.map(({ state }) => state),
    ["absent", "absent", "absent"],
  );
});

test("rule 6: a key block is cut out of the text only when it is announced", () => {
  const block = armored("mDME");
  const announced = parseReport(
    makeReport({
      key: "included below",
      version: "7.4",
      text: answer(titles[0], `mine:\n${armored("older")}`),
      keyBlock: block,
    }),
  );
  const pasted = parseReport(makeReport({ version: "7.4", text: answer(titles[0], block) }));
  const missing = parseReport(makeReport({ key: "included below", version: "7.4" }));

  assert.deepEqual(announced.key.value, { kind: "block", value: block });
  assert.equal(announced.questions[0]?.text, `mine:\n${armored("older")}`);
  assert.equal(pasted.key.state, "absent");
  assert.equal(pasted.questions[0]?.text, block);
  assert.equal(missing.key.state, "unreadable");
  assert.deepEqual(missing.warnings, ["A key block is announced, but there is none."]);
});

test("rule 6: several blocks in the key field are one key", () => {
  const keyBlock = `${armored("one")}\n\n${armored("two")}\n${armored("three")}`;
  const report = parseReport(
    makeReport({ key: "included below", version: "7.4", text: answer(titles[0], "x"), keyBlock }),
  );

  assert.equal(report.key.value?.value, keyBlock);
  assert.equal(report.questions[0]?.text, "x");
});

test("rule 7: what cannot be read is unreadable, not absent", () => {
  const report = parseReport(
    makeReport({
      from: "call me",
      key: "somewhere",
      version: "",
      sections: [...fewSections, ["/usr/local/sbin/tails-block-device-info", "{cut"]],
    }),
  );

  assert.deepEqual(report.contact, { state: "unreadable", value: null, raw: "call me" });
  assert.equal(report.key.state, "unreadable");
  assert.equal(report.tailsVersion.state, "unreadable");
  assert.equal(report.sections.at(-1)?.state, "unreadable");
  assert.equal(report.facts.persistentStorage, null);
});

test("rule 9: titles carry no control and no bidi characters", () => {
  const report = parseReport(
    makeReport({
      subject: "a\u202Eb\u0007c\u2066d\u200Fe",
      sections: [...fewSections, ["/x\u202Ey\u001B", "z"]],
    }),
  );

  assert.equal(report.summary.value, "abcde");
  assert.equal(report.sections.at(-1)?.title, "/xy");
});

test("rule 12: the stick is told by the boot options, else by its system partition", () => {
  const disk = JSON.stringify({
    blockdevices: [
      {
        name: "/dev/sda",
        size: "14G",
        tran: "usb",
        children: [{ partlabel: "Tails", fstype: "vfat", uuid: "AAAA-BBBB", size: "2.5G" }],
      },
    ],
  });
  const sections: [string, string][] = [
    [cmdline, "quiet"],
    ...fewSections.slice(1),
    ["/usr/local/sbin/tails-block-device-info", disk],
  ];
  const { facts } = parseReport(makeReport({ version: "7.4", sections }));

  assert.equal(facts.stickId, "aaaa-bbbb");
  assert.equal(facts.persistentStorage, false);
  assert.deepEqual(facts.systemPartition, { size: "2.5G", resized: false });
  assert.deepEqual(facts.disk, { size: "14G", transport: "usb" });
});

test("rule 14: too many sections, too long lines and too long texts are capped with a warning", () => {
  const many = Array.from({ length: limits.sections + 5 }, (_, index): [string, string] => [
    `/k${index}`,
    "x",
  ]);
  const sections = parseReport(makeReport({ sections: [...fewSections.slice(0, 2), ...many] }));
  const line = parseReport(makeReport({ text: "y".repeat(limits.line * 3), sections: fewSections }));
  const text = parseReport(makeReport({ text: "word\n".repeat(limits.userText), sections: fewSections }));

  assert.equal(sections.sections.length, limits.sections);
  assert.match(sections.warnings.join(), /too many sections/);
  assert.equal(line.message.length, limits.line);
  assert.deepEqual(line.warnings, ["Very long lines were cut."]);
  assert.ok(text.message.length <= limits.userText);
  assert.match(text.warnings.join(), /text is too long/);
  assert.equal(text.facts.manufacturer, "Examplecorp");
});
