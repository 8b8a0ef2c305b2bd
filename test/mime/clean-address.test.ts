import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanAddress, isSameAddress, otherFormOf } from "#src/mime/clean-address.ts";

const addresses: [written: string, meant: string][] = [
  ["Lea@Example.ORG", "Lea@example.org"],
  ["lea@bücher.example", "lea@bücher.example"],
  ["lea@BÜCHER.example", "lea@bücher.example"],
  ["lea@xn--bcher-kva.example", "lea@bücher.example"],
  ["lea@XN--BCHER-KVA.example", "lea@bücher.example"],
  ["lea@bu\u0308cher.example", "lea@bücher.example"],
  ["lea@xn--fa-hia.example", "lea@faß.example"],
  ["lea@xn--mgbak5hcp2927b.example", "lea@مثال‌ها.example"],
  ["lea@例え.テスト", "lea@例え.テスト"],
  ['"lea example"@example.org', '"lea example"@example.org'],
  ['"lea"@example.org', "lea@example.org"],
  ['"lea\\.x"@example.org', "lea.x@example.org"],
  ['"lea..x"@example.org', '"lea..x"@example.org'],
  ["lea..x@example.org", "lea..x@example.org"],
  ["lea@[192.0.2.1]", "lea@[192.0.2.1]"],
  ["léa@example.org", "léa@example.org"],
];
for (const [written, meant] of addresses) {
  test(`knows ${written} as ${meant}, and that once more as itself`, () => {
    assert.equal(cleanAddress(written), meant);
    assert.equal(cleanAddress(meant), meant);
  });
}

// Two scripts in one label, or Cyrillic letters that look like Latin ones.
for (const domain of ["раypal.example", "аррӏе.example", "exаmple.org", "faceboοk.example"]) {
  test(`shows the domain ${domain} as servers write it, since it looks like another`, () => {
    assert.match(cleanAddress(`lea@${domain}`) ?? "", /^lea@xn--[\w-]+\./);
    assert.ok(isSameAddress(`lea@${domain}`, cleanAddress(`lea@${domain}`) ?? ""));
  });
}

for (const written of [
  "",
  "@",
  "lea",
  "@example.org",
  "lea@",
  "lea@ex ample.org",
  "lea@example.org\nBcc: x@example.org",
  "<lea@example.org>",
  "=?utf-8?Q?lea?=@example.org",
  '"a@b"@example.org',
  '"evil@x.org,real"@example.org',
  '"evil@x.org> "@example.org',
  '"a\r\nRCPT TO:<x@example.org>"@example.org',
  '"a\\\nb"@example.org',
  '"a\u0000b"@example.org',
  '"a\u200bb"@example.org',
  '"a\\"b"@example.org',
  '"a;b"@example.org',
  '" "@example.org',
  '""@example.org',
  '"a"b@example.org',
  '"a@example.org',
  "lea@exam\u200bple.org",
  "lea@büch\u00ader.example",
  "lea@ü/x.example",
  "lea@ü#x.example",
  "lea@xn--a\u202eb.example",
]) {
  test(`takes ${JSON.stringify(written)} for no address`, () => {
    assert.equal(cleanAddress(written), null);
  });
}

test("tells the other form of an international domain, and none of another", () => {
  assert.equal(otherFormOf("lea@bücher.example"), "lea@xn--bcher-kva.example");
  assert.equal(otherFormOf("lea@xn--bcher-kva.example"), "lea@bücher.example");
  assert.equal(otherFormOf("lea@example.org"), null);
  assert.equal(otherFormOf("lea"), null);
});

test("an address is the same in both forms and any case, and no other one", () => {
  assert.ok(isSameAddress("Lea@bücher.example", "lea@XN--BCHER-KVA.EXAMPLE"));
  assert.ok(isSameAddress('"lea"@example.org', "LEA@example.org"));
  assert.ok(isSameAddress("lea@example.org.", "lea@example.org"));
  assert.ok(!isSameAddress("l.ea+x@example.org", "lea@example.org"));
  assert.ok(!isSameAddress("lea@bucher.example", "lea@bücher.example"));
  assert.ok(!isSameAddress('"lea x"@example.org', "leax@example.org"));
  assert.ok(!isSameAddress(undefined, undefined));
});

test("an address that is known is known by the same form, and has one line, one name and one host", () => {
  const letters = fc.constantFrom(
    ...Array.from('abcü.ß-@"\\ \n\r\t<>,;:()[]xn--0é例\u200c\u0430'),
    "xn--",
    "bcher-kva",
    "example.org",
  );
  fc.assert(
    fc.property(
      fc.array(letters, { maxLength: 30 }).map((parts) => parts.join("")),
      (written) => {
        const address = cleanAddress(written);
        if (address === null) return;

        assert.equal(cleanAddress(address), address);
        assert.equal(address.split("@").length, 2);
        assert.match(address, /^(?:"[^"\\<>,;:()[\]\n\r\t@]+"|[^\s"\\<>,;:()[\]@]+)@[^\s"\\<>,;()@]+$/u);
      },
    ),
    { numRuns: 2000 },
  );
});
