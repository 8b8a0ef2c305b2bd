import assert from "node:assert/strict";
import { test } from "node:test";
import { findPgp } from "#src/mime/find-pgp.ts";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { fixture, parsed, parsedFixture } from "./fixture.ts";

const keys = await openSecretKeys([(await fixture("TEST-ONLY-helpdesk-secret.asc")).toString()]);

for (const name of ["whisperback-empty-31-digit-id", "whisperback-french-base64-inside"]) {
  test(`opens ${name} to the bytes that were encrypted`, async () => {
    const place = findPgp(await parsedFixture(`${name}.eml`));

    assert.equal(place.kind, "pgp-mime");
    const opened = await decrypt(place.ciphertext, keys);
    assert.ok(opened.ok);
    assert.deepEqual(Buffer.from(opened.bytes), await fixture(`${name}.inner.mime`));
    assert.equal(opened.signed, "no");
    assert.equal(opened.openedBy, "45C4DCA37CC0D00D3EBE278BF1F9050E0C7C716A");
  });
}

for (const name of ["pgp-mime-turned-into-mixed", "pgp-mime-with-list-footer"]) {
  test(`finds PGP/MIME in ${name}`, async () => {
    const place = findPgp(await parsedFixture(`${name}.eml`));

    assert.equal(place.kind, "pgp-mime");
    assert.equal(place.wrapping.length, 2);
    assert.ok((await decrypt(place.ciphertext, keys)).ok);
  });
}

test("keeps the text before and after inline PGP apart", async () => {
  const place = findPgp(await parsedFixture("inline-pgp-with-text-around.eml"));

  assert.equal(place.kind, "inline");
  assert.equal(place.before, "Hello, see below.\n\n");
  assert.equal(place.after, "\n\n-- \nLea\n");
  assert.ok((await decrypt(place.armor, keys)).ok);
});

test("finds inline PGP that is cut, so that it is told as damaged", async () => {
  const place = findPgp(await parsedFixture("inline-pgp-cut-in-the-middle.eml"));

  assert.equal(place.kind, "inline");
  assert.deepEqual(await decrypt(place.armor, keys), { ok: false, reason: "damaged" });
});

test("finds an encrypted file and the name it had before", async () => {
  const place = findPgp(await parsedFixture("ciphertext-attached-as-file.eml"));

  assert.equal(place.kind, "attached");
  assert.deepEqual(
    place.files.map((file) => file.filename),
    ["report.txt"],
  );
  assert.ok((await decrypt(place.files[0]?.ciphertext ?? "", keys)).ok);
});

test("finds nothing in a clear mail, even when it talks about PGP", async () => {
  assert.deepEqual(findPgp(await parsed("\nWhat is > -----BEGIN PGP MESSAGE----- for?\n")), { kind: "none" });
});
