import assert from "node:assert/strict";
import { test } from "node:test";
import { isAtPublicHost } from "#src/acknowledgements/public-host.ts";

for (const address of [
  "lea@example.org",
  "lea@mail.example.co.uk",
  "LEA@EXAMPLE.ORG.",
  "lea@bücher.example.net",
  "lea@xn--bcher-kva.example.net",
  '"odd@name"@example.org',
]) {
  test(`an automatic answer may go to ${address}`, () => {
    assert.equal(isAtPublicHost(address), true);
  });
}

for (const address of [
  "lea@localhost",
  "lea@mailserver",
  "lea@[192.0.2.1]",
  "lea@[IPv6:2001:db8::1]",
  "lea@192.0.2.1",
  "lea@0x7f.1",
  "lea@server.local",
  "lea@mail.localhost",
  "lea@a.test",
  "lea@a.invalid",
  "lea@a.example",
  "lea@expyuzz4wqqyqhjn.onion",
  "lea@a.alt",
  "lea@1.0.0.127.in-addr.arpa",
  "lea@box.home.arpa",
  "lea@mail.corp.internal",
  "lea@nas.lan",
  "lea@router.home",
  "lea@-a.example.org",
  "lea@a..example.org",
  "lea@a_b.example.org",
  `lea@${"a".repeat(64)}.example.org`,
  "lea",
]) {
  test(`no automatic answer goes to ${address.slice(0, 60)}`, () => {
    assert.equal(isAtPublicHost(address), false);
  });
}
