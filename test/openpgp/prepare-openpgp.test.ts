import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseOldOpenssl } from "#src/openpgp/prepare-openpgp.ts";

test("an OpenSSL that would tell about wrong padding is refused", () => {
  for (const version of ["1.1.1w", "3.0.15", "3.1.9"])
    assert.throws(() => refuseOldOpenssl(version), /3\.2 or newer/);
  for (const version of ["3.2.0", "3.5.8", "4.0.0"]) refuseOldOpenssl(version);
});

test("the OpenSSL of this Node.js is new enough", () => {
  refuseOldOpenssl(process.versions.openssl);
});
