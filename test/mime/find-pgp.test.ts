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
    assert.ok((await decrypt(place.ciphertext, keys)).ok);
  });
}

test("finds nothing in a clear mail, even when it talks about PGP", async () => {
  assert.deepEqual(findPgp(await parsed("\nWhat is > -----BEGIN PGP MESSAGE----- for?\n")), { kind: "none" });
});
