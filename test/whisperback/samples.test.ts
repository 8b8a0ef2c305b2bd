import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseReport } from "#src/whisperback/parse-report.ts";
import type { Report } from "#src/whisperback/report.ts";

const folder = new URL("../fixtures/whisperback/", import.meta.url);
type Expected = Record<string, unknown> & {
  bytes: number;
  key: { kind: string; value?: string } | null;
  language: string;
};
const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<
  string,
  Expected
>;

const read: Record<string, (report: Report) => unknown> = {
  format: (report) => report.format,
  subject: (report) => report.summary.value,
  email: (report) => report.contact.value?.address ?? null,
  tails_version: (report) => report.tailsVersion.value,
  install_version: (report) => report.installedVersion.value,
  answered: (report) =>
    report.format === "new"
      ? report.questions.flatMap(({ state }, index) => (state === "answered" ? [index] : []))
      : report.oldAnswers.filter(({ state }) => state === "answered").map(({ name }) => name),
  prefill: ({ appPrefill }) => appPrefill && { app: appPrefill.app, summary: appPrefill.summary },
  manufacturer: (report) => report.facts.manufacturer,
  product: (report) => report.facts.model,
  ram_mb: (report) => report.facts.ramMb,
  fsuuid: (report) => report.facts.stickId,
  boot_medium: (report) => report.facts.bootMedium,
  persistence: (report) => report.facts.persistentStorage,
};

for (const [name, fields] of Object.entries(expected)) {
  test(`${name} is read as expected`, () => {
    const bytes = readFileSync(new URL(name, folder));

    const report = parseReport(bytes.toString("utf8"));

    assert.equal(bytes.length, fields.bytes, "the fixture is byte-exact");
    for (const [field, readField] of Object.entries(read)) {
      if (field in fields) assert.deepEqual(readField(report), fields[field], field);
    }
    assert.equal(report.key.value?.kind ?? null, fields.key?.kind ?? null);
    if (fields.key?.value) assert.equal(report.key.value?.value, fields.key.value);
    if (report.languageHint) assert.equal(report.languageHint.language, fields.language);
    assert.deepEqual(report.warnings, []);
  });
}

const sample = (name: string) => parseReport(readFileSync(new URL(name, folder), "utf8"));

test("devices are read with class, name, numbers and revision, also when the name has brackets", () => {
  const { pciDevices, usbDevices } = sample("01-new-7.4-en-no-contact.txt").facts;

  assert.equal(pciDevices?.length, 6);
  assert.deepEqual(pciDevices?.[1], {
    slot: "00:02.0",
    class: "0300",
    className: "VGA compatible controller",
    name: "Intel Corporation TigerLake-LP GT2 [Iris Xe Graphics]",
    vendor: "8086",
    device: "9a49",
    revision: "01",
  });
  assert.equal(pciDevices?.[5]?.revision, null);
  assert.deepEqual(
    usbDevices?.map(({ vendor, product }) => `${vendor}:${product}`),
    ["fa17:0003", "0951:ffff"],
  );
});

test("devices of before Tails 3.7 have no numbers, and that is not an error", () => {
  const { pciDevices, usbDevices } = sample("05-old-3.6-en-email.txt").facts;

  assert.deepEqual(pciDevices?.[0], {
    slot: "00:02.0",
    class: null,
    className: "VGA compatible controller",
    name: "Fictron Semiconductor Graphics 520",
    vendor: null,
    device: null,
    revision: "07",
  });
  assert.equal(usbDevices, null);
});

test("the key block of a report is handed on whole and is not in the person's text", () => {
  const report = sample("03-new-6.19-de-keyblock-prefill.txt");

  assert.match(
    report.key.value?.value ?? "",
    /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME[\s\S]*=vCXn\n-----END PGP PUBLIC KEY BLOCK-----$/,
  );
  assert.doesNotMatch(report.userText, /PGP/);
  assert.match(report.questions[2]?.text ?? "", /hineinpasst\.html$/);
});

test("the details of a program's error keep their empty line and end at the first question", () => {
  const { appPrefill } = sample("03-new-6.19-de-keyblock-prefill.txt");

  assert.equal(
    appPrefill?.details,
    "Das Aktivieren ist fehlgeschlagen.\n\nProzess tps-activate beendet mit Status 1",
  );
});

test("a directory has its files as entries", () => {
  const section = sample("03-new-6.19-de-keyblock-prefill.txt").sections.find(
    ({ kind }) => kind === "apt-sources",
  );

  assert.deepEqual(section?.entries, [
    {
      path: "/live/persistence/TailsData_unlocked/apt-sources.list.d/example.list",
      state: "present",
      text: "deb [signed-by=/etc/apt/keyrings/example.gpg] tor+https://[URL REMOVED] bookworm main\n# Kommentar",
    },
  ]);
});

test("every section of the samples is of a known kind", () => {
  for (const name of Object.keys(expected)) {
    assert.deepEqual(
      sample(name).sections.filter(({ kind }) => kind === "other" || kind === "repeated"),
      [],
    );
  }
});

test("sections say whether they are present, empty, absent or not opened", () => {
  const states = (name: string) => sample(name).sections.map(({ kind, state }) => [kind, state].join(" "));

  assert.ok(states("04-old-5.12-es-email-keyurl.txt").includes("persistence-features not opened"));
  assert.ok(states("04-old-5.12-es-email-keyurl.txt").includes("early-boot-log absent"));
  assert.ok(states("01-new-7.4-en-no-contact.txt").includes("persistence-profiles empty"));
});

test("the language hint comes from the headings first, then from df", () => {
  assert.deepEqual(sample("04-old-5.12-es-email-keyurl.txt").languageHint, {
    language: "es",
    from: "headings",
  });
  assert.deepEqual(sample("02-new-6.1-fr-email-fingerprint.txt").languageHint, {
    language: "fr",
    from: "df",
  });
  assert.equal(sample("05-old-3.6-en-email.txt").languageHint, null);
});
