import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { makeReport } from "./make-report.ts";

const addressIn = (from: string) => parseReport(makeReport({ from })).contact.value?.address ?? null;
const keyIn = (key: string) => parseReport(makeReport({ key })).key;

test("the address is found in whatever stands in its field", () => {
  assert.equal(addressIn("nina@example.org"), "nina@example.org");
  assert.equal(addressIn("Nina <nina@Example.ORG>"), "nina@example.org");
  assert.equal(addressIn("write to me@example.org please"), "me@example.org");
  assert.equal(addressIn("me@example.org."), "me@example.org");
  assert.equal(addressIn("mailto:me+tails@mail.example.org"), "me+tails@mail.example.org");
  assert.equal(addressIn("me@abcdefghijklmnop.onion"), "me@abcdefghijklmnop.onion");
  assert.equal(addressIn("ünal@exämple.org"), "ünal@exämple.org");
});

test("what is no address is told as it stands", () => {
  for (const raw of ["none", "a@b.org@c.org", "me at example.org", "@example.org", "x@-"]) {
    assert.deepEqual(parseReport(makeReport({ from: raw })).contact, {
      state: "unreadable",
      value: null,
      raw,
    });
  }
});

test("an empty field is an absent address", () => {
  assert.equal(parseReport(makeReport({ from: "" })).contact.state, "absent");
});

test("two addresses give the first and a warning", () => {
  const report = parseReport(makeReport({ from: "a@example.org, victim@example.net" }));

  assert.equal(report.contact.value?.address, "a@example.org");
  assert.deepEqual(report.warnings, ["The address field holds more than one address."]);
});

test("a header cannot be smuggled in by the address field", () => {
  const report = parseReport(makeReport({ from: "a@example.org\u2028Bcc: x@example.net" }));

  assert.doesNotMatch(report.contact.value?.raw ?? "", /[\u2028\n]/);
});

test("a key is a fingerprint, a key id or a link", () => {
  const fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
  assert.deepEqual(keyIn("0123 4567 89ab cdef 0123  4567 89AB CDEF 0123 4567").value, {
    kind: "fingerprint",
    value: fingerprint,
  });
  assert.deepEqual(keyIn(fingerprint).value, { kind: "fingerprint", value: fingerprint });
  for (const mark of ["0x", "openpgp4fpr:", "OPENPGP4FPR:"])
    assert.deepEqual(keyIn(mark + fingerprint).value, { kind: "fingerprint", value: fingerprint });
  const ofVersion6 = "0123456789ABCDEF".repeat(4);
  assert.deepEqual(keyIn(ofVersion6.toLowerCase()).value, { kind: "fingerprint", value: ofVersion6 });
  assert.deepEqual(keyIn("0xDEADBEEF").value, { kind: "keyid", value: "0xDEADBEEF" });
  assert.deepEqual(keyIn("0123456789abcdef").value, { kind: "keyid", value: "0123456789abcdef" });
  assert.deepEqual(keyIn("ftps://keys.example.org/me.asc").value?.kind, "url");
});

test("what is none of these is unreadable", () => {
  for (const key of [`0x${"a".repeat(41)}`, "DEADBEE", "my key", "javascript:alert(1)", "http://localhost"]) {
    assert.equal(keyIn(key).state, "unreadable", key);
  }
});
