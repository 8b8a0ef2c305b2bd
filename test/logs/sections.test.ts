import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { kindOfSection } from "#src/logs/section-kinds.ts";
import { findMarkers, sectionText } from "#src/logs/split-sections.ts";
import { usefulnessOrder } from "#src/logs/usefulness-order.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";

test("markers of all three generations are found", () => {
  const text =
    "======= content of /proc/cmdline =======\na\n\n===== output of command /bin/dmesg =====\nb\n\n===== listing of /x y =====\n";
  const markers = findMarkers(text);

  assert.deepEqual(
    markers.map(({ signs, verb, key }) => [signs, verb, key]),
    [
      [7, "content of", "/proc/cmdline"],
      [5, "output of command", "/bin/dmesg"],
      [5, "listing of", "/x y"],
    ],
  );
  assert.deepEqual(
    markers.map((marker, index) => sectionText(text, marker, markers[index + 1])),
    ["a", "b", ""],
  );
});

test("what is not wholly a marker is none", () => {
  for (const line of [
    " ======= content of a =======",
    "=======content of a =======",
    "======= content of a =====",
    "====== content of a ======",
    "======= content of  =======",
    "======= content of a ======= ",
    "======= text of a =======",
    "x======= content of a =======",
  ]) {
    assert.deepEqual(findMarkers(`${line}\n`), [], line);
  }
});

test("a section is known under all the names it ever had", () => {
  const aliases: [string, string[]][] = [
    ["pci", ["/usr/bin/lspci", "/usr/bin/lspci -nn"]],
    ["mount", ["/bin/mount", "/bin/mount --show-labels"]],
    [
      "df",
      [
        "/bin/df --human-readable --print-type",
        "/bin/df --human-readable --print-type --exclude-type=fuse.portal",
      ],
    ],
    [
      "block-device",
      [
        "/usr/bin/lsblk --json --paths --nodeps --output=+tran,hotplug",
        "/bin/lsblk --json --paths --nodeps --output=+tran,hotplug",
        "/usr/local/sbin/tails-block-device-info",
      ],
    ],
    ["usb-tree", ["/usr/bin/lsusb --verbose --tree"]],
    ["usb", ["/usr/bin/lsusb --verbose"]],
    [
      "welcome-screen",
      [
        "/var/lib/live/config/tails.physical_security",
        "/var/lib/live/config/tails.macspoof",
        "/var/lib/live/config/tails.network",
        "/var/lib/live/config/tails.unsafe-browser",
        "/var/lib/gdm3/tails.persistence",
        "/var/lib/live/config/tails.persistence",
      ],
    ],
    ["kernel-log", ["/bin/dmesg", "grep spoof-mac: /var/log/messages"]],
    [
      "session-log",
      [
        "/home/amnesia/.xsession-errors",
        "/var/log/gdm3/:0-slave.log",
        "/var/log/gdm3/:0-greeter.log",
        "/var/log/gdm3/tails-greeter.errors",
      ],
    ],
    ["graphics-log", ["/var/log/Xorg.0.log", "/etc/X11/xorg.conf"]],
    ["persistence-log", ["/var/log/live-persist"]],
    ["early-boot-log", ["/var/log/boot.log", "/var/log/live/boot.log", "/var/log/live/config.log"]],
    ["journal", ["/bin/journalctl --catalog --no-pager"]],
    ["other", ["/etc/shadow", "lspci", "/usr/bin/lspcix"]],
  ];

  for (const [kind, keys] of aliases) for (const key of keys) assert.equal(kindOfSection(key), kind, key);
});

test("the useful sections come first, the long ones are folded, the journal is last", () => {
  const sample = new URL("../fixtures/whisperback/01-new-7.4-en-no-contact.txt", import.meta.url);
  const order = usefulnessOrder(parseReport(readFileSync(sample, "utf8")).sections);
  const kinds = order.map(({ section }) => section.kind);

  assert.deepEqual(kinds.slice(0, 8), [
    "cmdline",
    "manufacturer",
    "model",
    "model-version",
    "pci",
    "memory",
    "cpu",
    "block-device",
  ]);
  assert.equal(kinds.at(-1), "journal");
  assert.equal(kinds.at(-2), "usb");
  assert.deepEqual(
    order
      .filter(({ folded }) => !folded)
      .map(({ section }) => section.kind)
      .includes("usb-tree"),
    false,
  );
  assert.equal(order.at(-1)?.folded, true);
  assert.equal(order[0]?.folded, false);
});
