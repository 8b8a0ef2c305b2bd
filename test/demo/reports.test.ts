import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { demoConversations } from "#src/demo/reports/conversations.ts";
import { demoReports, layOutReport } from "#src/demo/reports/demo-reports.ts";
import { findRelease } from "#src/demo/reports/releases.ts";
import type { Language, ToldReport } from "#src/demo/reports/told-report.ts";
import { KEY_BLOCK_PLACE, whisperbackText } from "#src/demo/reports/whisperback-text.ts";
import { wrapText } from "#src/demo/reports/wrap-text.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";
import type { Report } from "#src/whisperback/report.ts";

const block = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc$&\n-----END PGP PUBLIC KEY BLOCK-----";
const reports = demoReports();
const bodies = reports.map(({ body }) => body);
const titles = [
  "What were you trying to achieve?",
  "What happened instead?",
  "What did you do that triggered this error?",
];

test("has 60 reports in six languages, 48 with the three questions and 12 with the four headings", () => {
  const perLanguage = Object.groupBy(reports, ({ language }) => language);
  const counts = Object.entries(perLanguage).map(([language, list]) => [language, list.length]);

  assert.equal(reports.length, 60);
  assert.deepEqual(Object.fromEntries(counts), { en: 24, fr: 10, de: 8, es: 8, it: 5, pt: 5 });
  assert.equal(bodies.filter((body) => isOld(body)).length, 12);
});

test("says the same in each run", () => {
  assert.deepEqual(demoReports(), reports);
});

test("begins each report with its pseudo-headers in their order", () => {
  for (const { body, address, wantsKey } of reports) {
    const front = body.split("\n").slice(0, 4).join("\n");
    const form =
      /^Subject: .*\n(From: .+\n)?(OpenPGP-Key: .+\n)?(Tails-Version: (NAME="Tails"$|5\.[0-9.]+ - [0-9]{8}$)|$)/m;

    const [, from, key] = form.exec(front) ?? assert.fail(front);

    assert.equal(from?.includes(address ?? "nobody"), address === null ? undefined : true);
    assert.equal(key === "OpenPGP-Key: included below\n", wantsKey);
  }
});

test("underlines each title with as many dashes as it has letters, and wraps the answers at 70", () => {
  for (const body of bodies) {
    const lines = userLines(body);
    const underlined = lines.flatMap((line, index) =>
      /^-{9,}$/.test(line) ? [[lines[index - 1], line]] : [],
    );

    for (const [title = "", dashes] of underlined) {
      assert.equal(dashes, "-".repeat(title.length));
      if (!isOld(body)) assert.ok(titles.includes(title), title);
    }
    assert.ok(lines.every((line) => line.length <= 70));
  }
});

test("leaves out the title of an empty answer from 7.3.1 on, and prints all three before", () => {
  const curt = bodies.find((body) => body.startsWith("Subject: wifi gone"));
  const earlier = bodies.find((body) => body.includes("Tails-Version: 5.22 - "));

  assert.deepEqual(titlesIn(curt), [titles[1]]);
  assert.deepEqual(titlesIn(earlier), titles);
});

test("writes an empty line and a marker before each section, boot options first and the journal last", () => {
  for (const body of bodies.filter((one) => one.includes("======="))) {
    const lines = body.split("\n");
    const markers = lines.flatMap((line, index) => (line.includes("=======") ? [{ line, index }] : []));

    for (const { line, index } of markers) {
      assert.match(line, /^={7} content of \S.* ={7}$/);
      assert.equal(lines[index - 1], "");
    }
    const keys = markers.map(({ line }) => line.slice(19, -8));
    assert.deepEqual(keys.slice(0, 2), ["/proc/cmdline", "/usr/sbin/dmidecode -s system-manufacturer"]);
    assert.equal(keys.at(-1), "/bin/journalctl --catalog --no-pager");
    assert.equal(new Set(keys).size, keys.length);
    assert.ok(body.endsWith("\n\n") && !body.endsWith("\n\n\n"));
  }
});

test("lays the text out like the samples, to the byte", () => {
  const common = {
    ageHours: 1,
    machine: "thinkpadE14",
    trouble: "nothing",
    journalLines: 1,
    summary: "",
  } as const;
  const frontOf = (told: ToldReport, language: Language) => {
    const section = { key: "/proc/cmdline", content: "" };
    const parts = { told, language, release: findRelease(told.release), sections: [section], journal: [] };
    return layoutOf(whisperbackText(parts));
  };

  const twoAnswers = frontOf(
    { ...common, release: "7.4", questions: answersOf("01-new-7.4-en-no-contact.txt") },
    "en",
  );
  const emptyAnswer = frontOf(
    { ...common, release: "6.1", questions: answersOf("02-new-6.1-fr-email-fingerprint.txt") },
    "fr",
  );
  const nothing = {
    ...common,
    summary: "it dont work",
    release: "7.4",
    withoutHeaders: true,
    withoutDebugging: true,
  } as const;
  const fourHeadings = frontOf(
    {
      ...common,
      release: "5.12",
      headings: [
        "Navegador Tor",
        "1. Inicio Tails y me conecto a Tor con un puente obfs4.\n2. Abro el Navegador Tor y entro en cualquier página.",
        "La página no carga nunca y después de varios minutos aparece «tiempo de espera agotado». En la versión anterior funcionaba.",
        "Que la página se abra.",
      ],
    },
    "es",
  );

  assert.equal(twoAnswers, layoutOf(sample("01-new-7.4-en-no-contact.txt")));
  assert.equal(emptyAnswer, layoutOf(sample("02-new-6.1-fr-email-fingerprint.txt")));
  assert.equal(fourHeadings, layoutOf(sample("04-old-5.12-es-email-keyurl.txt")));
  assert.equal(
    whisperbackText({
      told: nothing,
      language: "en",
      release: findRelease("7.4"),
      sections: [],
      journal: [],
    }),
    sample("10-new-en-empty-opt-out.txt"),
  );
});

test("takes two leading dashes from a line of a section, and marks the catalog as each release does", () => {
  const silent = bodies.find((body) => body.startsWith("Subject: No sound")) ?? "";
  const early = bodies.find((body) => body.includes('VERSION="6.8"')) ?? "";
  const sectionLines = bodies.flatMap((body) =>
    body.slice(body.indexOf("content of /proc/cmdline")).split("\n"),
  );

  assert.ok(silent.includes("cards =======\n- no soundcards ---\n"));
  assert.match(silent, /\nSubject: A start job .+\nDefined-By: systemd\n/);
  assert.match(early, /\n░░ Subject: A start job .+\n░░ Defined-By: systemd\n/);
  assert.ok(!sectionLines.some((line) => line.startsWith("--")));
});

test("nests the files of a folder", () => {
  const sources = "/live/persistence/TailsData_unlocked/apt-sources.list.d";
  const body = bodies.find((one) => one.includes("signal.list")) ?? "";

  const nested = `======= content of ${sources} =======\n\n>  === content of ${sources}/signal.list ===\n> deb `;
  assert.ok(body.includes(nested));
});

test("puts the key block where WhisperBack does, and forgets it for a person without a key", () => {
  const withKey = reports.filter(({ wantsKey }) => wantsKey);

  assert.equal(withKey.length, 12);
  for (const report of withKey) {
    const body = layOutReport(report, `${block}\n`);
    assert.ok(body.includes(`\n\n\n\n\n\n${block}\n\n\n======= content of /proc/cmdline =======\n`));
    assert.equal(parseReport(body).key.value?.kind, "block");
    assert.ok(!/OpenPGP-Key|key block/.test(layOutReport(report, null)));
  }
  assert.ok(reports.every(({ body, wantsKey }) => body.includes(KEY_BLOCK_PLACE) === wantsKey));
});

test("gives each report an id of its own, without leading zeros, and one report twice the same", () => {
  const ids = reports.map(({ whisperbackId }) => whisperbackId);

  assert.ok(ids.every((id) => /^[1-9a-f][0-9a-f]{19,31}$/.test(id)));
  assert.ok(ids.some((id) => id.length === 31));
  assert.equal(new Set(ids).size, 59);
});

test("has one person twice, one stick three times, and a third without an address", () => {
  const addresses = reports.flatMap(({ address }) => address ?? []);
  const perStick = Object.groupBy(bodies, (body) => / FSUUID=(\S+)/.exec(body)?.[1] ?? "none");

  assert.equal(addresses.length, 40);
  assert.ok(addresses.every((address) => /@example\.(org|net|com)$/.test(address)));
  assert.equal(addresses.filter((address) => address === "ines.bergdahl@example.org").length, 2);
  assert.deepEqual(
    Object.values(perStick).flatMap((list = []) => (list.length > 2 ? [list.length] : [])),
    [3],
  );
});

test("keeps every address in the set, the mails included, under the example domains", () => {
  const mails = demoConversations().map((mail) => `${mail.from.address} ${mail.text} ${mail.html}`);
  const found = [...bodies, ...mails].join("\n").match(/[\w.-]+@[\w-]+(\.[a-z]{2,})+/g) ?? [];
  const foreign = found.filter((text) => !/@example\.(org|net|com)$|\.service$/.test(text));

  assert.deepEqual(foreign, []);
});

test("is read by the parser as what it was made from", () => {
  for (const demo of reports) {
    const { body, address, language } = demo;
    const report = parseReport(layOutReport(demo, block));
    const version = /^(?:Tails-Version: (5[0-9.]+) - |VERSION="(.+)"$)/m.exec(body);
    const model = /system-product-name =+\n(.+)$/m.exec(body)?.[1] ?? null;
    const headers = body.includes("Tails-Version:");
    const sections = body.includes("content of /proc/cmdline");

    assert.equal(report.format, isOld(body) ? "old-5" : "new");
    assert.equal(report.contact.value?.address ?? null, address);
    assert.equal(report.tailsVersion.value, headers ? (version?.[1] ?? version?.[2]) : null);
    assert.equal(report.facts.model, model?.startsWith("To Be Filled") ? null : model);
    assert.equal(report.facts.ramMb !== null || isLocalised(body), sections);
    assert.equal(report.facts.stickId !== null, sections);
    assert.equal(report.sections.at(-1)?.kind, sections ? "journal" : undefined);
    assert.deepEqual(report.warnings, []);
    const spoken = /^5|^6\.[0-8]$/.test(report.tailsVersion.value ?? "") ? language : "en";
    if (spoken !== "en") assert.equal(report.languageHint?.language.slice(0, 2), spoken);
  }
});

test("holds journals of 80 to 1500 lines", () => {
  const lengths = bodies.flatMap(
    (body) => body.split("content of /bin/journalctl")[1]?.split("\n").length ?? [],
  );

  assert.ok(Math.min(...lengths) >= 80 && Math.min(...lengths) < 120, String(Math.min(...lengths)));
  assert.ok(Math.max(...lengths) <= 1500 && Math.max(...lengths) > 1200, String(Math.max(...lengths)));
});

test("wraps as WhisperBack does: after a hyphen, and through a word that is too long", () => {
  const link = `https://example.org/${"a".repeat(80)}`;

  assert.equal(wrapText(`see ${link} now\t`), `see ${link.slice(0, 66)}\n${link.slice(66)} now`);
  assert.equal(wrapText(`${"x".repeat(60)} well-known`), `${"x".repeat(60)} well-\nknown`);
  assert.equal(wrapText(`${"word ".repeat(14)}end`), `${"word ".repeat(13)}word\nend`);
});

test("has six ordinary mails: three in English, one encrypted, one automatic, one in HTML", () => {
  const mails = demoConversations();

  assert.deepEqual(
    mails.map(({ language }) => language),
    ["en", "en", "fr", "de", "es", "en"],
  );
  assert.equal(mails.filter(({ wantsKey }) => wantsKey).length, 1);
  assert.equal(mails.filter(({ headers }) => headers["Auto-Submitted"]).length, 1);
  assert.equal(mails.filter(({ html, text }) => html && !text).length, 1);
});

function isOld(body: string): boolean {
  return /^Tails-Version: 5\.1[0-9]/m.test(body);
}

/** The label of the memory line is another word in German and Portuguese before 6.9, and absent before 5.15. */
function isLocalised(body: string): boolean {
  return isOld(body) && !/^Mem:/m.test(body);
}

function userLines(body: string): string[] {
  const afterHeaders = body.slice(body.search(/\n\n/));
  const end = afterHeaders.search(/\n(\[key block|======= )/);
  return (end < 0 ? afterHeaders : afterHeaders.slice(0, end)).split("\n");
}

function titlesIn(body = ""): string[] {
  return userLines(body).filter((line) => titles.includes(line));
}

function sample(name: string): string {
  return readFileSync(new URL(`../fixtures/whisperback/${name}`, import.meta.url), "utf8");
}

/** What stands between the last header line and the first section, both included. */
function layoutOf(body: string): string {
  const from = body.search(/^(TAILS_GIT_TAG|live-config)/m);
  return body.slice(from, body.indexOf("======= content of /proc/cmdline =======") + 40);
}

function answersOf(name: string): [string, string, string] {
  const report: Report = parseReport(sample(name));
  const [achieve = "", instead = "", steps = ""] = report.questions.map(({ text }) => text);
  return [achieve, instead, steps];
}
