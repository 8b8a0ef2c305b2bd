import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { redact } from "#src/logs/redact.ts";

const secrets: [what: string, before: string, after: string][] = [
  ["a UUID", "(7a1f0f1e-aaaa-4bbb-8ccc-1234567890ab)", "([UUID REMOVED])"],
  ["the id of the stick", "module=Tails FSUUID=2f3b-1c9d quiet", "module=Tails FSUUID=[UUID REMOVED] quiet"],
  [
    "the id of a partition in JSON",
    '"uuid": "2F3B-1C9D", "ptuuid":"17b8"',
    '"uuid": "[UUID REMOVED]", "ptuuid":"[UUID REMOVED]"',
  ],
  ["a disk by its id", "/dev/disk/by-uuid/2F3B-1C9D: x", "/dev/disk/by-uuid/[UUID REMOVED]: x"],
  ["a MAC address", "wlan0: 00:1b:44:11:3a:b7 ok", "wlan0: [MAC REMOVED] ok"],
  ["an IPv4 address", "address=192.168.1.23,", "address=[IPV4 REMOVED],"],
  ["a short IPv6 address", "from fe80::1b:44ff to", "from [IPV6 REMOVED] to"],
  ["a long IPv6 address", "[2001:db8:0:1:1:1:1:1]:443", "[[IPV6 REMOVED]]:443"],
  [
    "an SSID",
    "associate with x (SSID='Nina home' freq=2412 MHz)",
    "associate with x (SSID='[ESSID REMOVED]' freq=2412 MHz)",
  ],
  [
    "the SSID in a NetworkManager line",
    "starting connection 'Nina home'",
    "starting connection '[ESSID REMOVED]'",
  ],
  [
    "the SSID in a file name",
    "/etc/NetworkManager/system-connections/Nina home.nmconnection",
    "/etc/NetworkManager/system-connections/[ESSID REMOVED].nmconnection",
  ],
  ["the SSID in a connection file", "ssid=Nina home", "ssid=[ESSID REMOVED]"],
  [
    "a bridge",
    "obfs4 198.51.100.7:443 0123456789ABCDEF0123456789ABCDEF01234567 cert=abc+/Z09 iat-mode=0",
    "obfs4 [IPV4 REMOVED]:443 [BRIDGE REMOVED] cert=[BRIDGE REMOVED] iat-mode=0",
  ],
  [
    "a bridge link",
    "webtunnel url=https://example.org/secret ver=0.0.1",
    "webtunnel url=https://[URL REMOVED] ver=0.0.1",
  ],
  ["an onion address", `open ${"a".repeat(56)}.onion now`, "open [ONION REMOVED] now"],
  ["an e-mail address", "mail to <nina@mail.example.org>", "mail to <[ADDRESS REMOVED]>"],
  ["a serial number", "SerialNumber: ABC123", "SerialNumber: [SN REMOVED]"],
  [
    "the serial number of a USB device",
    "  iSerial                 3 ABC123",
    "  iSerial                 3 [SN REMOVED]",
  ],
  ["the DMI line", "kernel: DMI: LENOVO 20XW/20XW", "kernel: DMI:[DMI REMOVED]"],
];

for (const [what, before, after] of secrets) {
  test(`${what} is removed`, () => {
    assert.equal(redact(before), after);
  });

  test(`${what} stays removed when done twice`, () => {
    assert.equal(redact(redact(before)), after);
  });
}

test("what developers need stays", () => {
  for (const line of [
    "Nov 04 10:20:01 amnesia kernel: pci 0000:01:00.0: [8086:9a49] type 00 class 0x030000",
    "tor@default.service: Main process exited, code=exited",
    "gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld 2.40",
    "ERROR: Gtk::Widget raised in std::decade at 10:20:01",
    "Bus 002 Device 002: ID 0951:ffff Samplestick",
    'TAILS_GIT_COMMIT="c386bbc4cd613e30d8f16adf91b7584a2265b1f5"',
    "listening on 127.0.0.1:9050",
    "user@1000.service, getty@tty1.service",
  ]) {
    assert.equal(redact(line), line);
  }
});

test("the sections of the samples that the sanitiser left personal are clean", () => {
  for (const name of ["01-new-7.4-en-no-contact", "04-old-5.12-es-email-keyurl"]) {
    const text = readFileSync(new URL(`../fixtures/whisperback/${name}.txt`, import.meta.url), "utf8");

    const redacted = redact(text);

    for (const secret of [
      /2f3b-1c9d/i,
      /33e0-77f1/i,
      /d2c4b1aa/,
      /17b81da0/,
      /7a1f0f1e/,
      /cert=AAAA/,
      /0{40}"/,
      /@example/,
      /@lists/,
    ]) {
      if (secret.source !== '0{40}"' || name.startsWith("04")) assert.doesNotMatch(redacted, secret);
    }
  }
});

test("planted secrets are gone wherever they stand", () => {
  const filler = fc.stringMatching(/^[ a-z(){}",;=]{0,30}$/);
  const uuid = fc.uuid();
  const ip = fc.ipV4().filter((address) => !address.startsWith("127.") && !address.startsWith("0.0.0.0"));
  fc.assert(
    fc.property(filler, fc.oneof(uuid, ip), filler, (before, secret, after) => {
      assert.ok(!redact(`${before} ${secret} ${after}`).includes(secret));
    }),
  );
});
