import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { findReportId, findReportLinks, recogniseReport } from "#src/whisperback/recognise-report.ts";

const folder = new URL("../fixtures/whisperback/", import.meta.url);

test("the id is found with anything in front of it, also when its first digits are zero and so missing", () => {
  assert.equal(
    findReportId("Bug report: a1b2c3d4e5f60718293a4b5c6d7e8f9"),
    "a1b2c3d4e5f60718293a4b5c6d7e8f9",
  );
  assert.equal(
    findReportId("[spam?] Fwd: Bug report: 4f1c2a9be07d4e5a8c3b6d1f0e9a7b52"),
    "4f1c2a9be07d4e5a8c3b6d1f0e9a7b52",
  );
  assert.equal(findReportId("Bug report: 7"), "7");
});

test("what is not an id is not taken for one", () => {
  for (const subject of [
    "",
    "Bug report: ",
    "Bug report: zebra",
    `Bug report: ${"a".repeat(33)}`,
    "Debug report: a1",
    "Bug report: A1",
  ]) {
    assert.equal(findReportId(subject), null, subject);
  }
});

test("links to reports are found in text, each once", () => {
  assert.deepEqual(findReportLinks("see wb://a1b2, wb:c3d4 and wb://a1b2; not web:a1 or wb://xyz"), [
    "a1b2",
    "c3d4",
  ]);
});

for (const name of ["02-new-6.1-fr-email-fingerprint", "10-new-en-empty-opt-out"]) {
  test(`the cleartext of ${name} on the wire is the sample and is recognised`, () => {
    const inner = readFileSync(new URL(`wire/${name}.inner.mime`, folder), "latin1");
    const [headers, body] = [inner.slice(0, inner.indexOf("\n\n")), inner.slice(inner.indexOf("\n\n") + 2)];
    const cleartext = Buffer.from(body, headers.includes("base64") ? "base64" : "latin1").toString("utf8");
    const outer = readFileSync(new URL(`wire/${name}.eml`, folder), "latin1");

    const subject = /^Subject: (.*)$/m.exec(outer)?.[1] ?? "";

    assert.deepEqual(
      parseReport(cleartext),
      parseReport(readFileSync(new URL(`${name}.txt`, folder), "utf8")),
    );
    assert.equal(recogniseReport({ subject, encrypted: true, cleartext }).kind, "report");
  });
}
