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
  // Letters that look like others make another public name: the reply goes to who wrote, and tells nothing.
  "lea@еxample.org",
  "lea@例え.jp",
  "lea@example.中国",
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
  "lea@expyuzz4wqqyqhjn.ONION.",
  "lea@server.local.",
  "lea@localhost.",
  "lea@example.org:2525",
  "lea@example.org/path",
  "lea@example.org..",
  "lea@.example.org",
  "lea@example。local",
  "lea@127.1",
  "lea@2130706433",
  "lea@0177.0.0.1",
  "lea@::1",
  "lea@[127.0.0.1]",
  "lea@example.org\u200b",
  "lea@exam ple.org",
  "lea@１２７.０.０.１",
  "lea@server.ｌｏｃａｌ",
  "lea@host.ONION\u3002",
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
