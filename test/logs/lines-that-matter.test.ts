import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { errorSigns } from "#src/logs/error-signs.ts";
import { linesThatMatter } from "#src/logs/lines-that-matter.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";

const inJournal = (lines: string[]) => [{ key: "journal", kind: "journal" as const, text: lines.join("\n") }];
const by = (who: string, what: string) => `Nov 04 10:31:05 amnesia ${who}: ${what}`;

const examples: [reason: string, line: string][] = [
  ["the graphical session did not start", by("systemd[1]", "tails-gdm-failed-to-start.service: Triggered")],
  ["the graphical session did not start", by("systemd[1]", "gdm.service: Failed with result 'exit-code'.")],
  ["the graphical session did not start", by("live-config", "Error starting GDM with your graphics card")],
  ["the graphical session did not start", by("gdm-x-session[9]", "(EE) no screens found(EE)")],
  ["the kernel failed", by("kernel", "Kernel panic - not syncing: Attempted to kill init!")],
  ["the kernel failed", by("kernel", "watchdog: BUG: soft lockup - CPU#2 stuck for 26s!")],
  ["memory ran out", by("kernel", "Out of memory: Killed process 812 (firefox)")],
  ["reading or writing a disk failed", by("kernel", "blk_update_request: I/O error, dev sdb, sector 2048")],
  [
    "reading or writing a disk failed",
    by("kernel", "SQUASHFS error: xz decompression failed, data probably corrupt"),
  ],
  [
    "firmware is missing or failed",
    by("kernel", "iwlwifi 0000:01:00.0: Direct firmware load for iwlwifi-QuZ.ucode failed with error -2"),
  ],
  [
    "firmware is missing or failed",
    by("kernel", "ewlwifi 0000:01:00.0: Microcode SW error detected. Restarting 0x2000000."),
  ],
  [
    "the graphics driver failed",
    by("kernel", "[drm:intel_dp_aux_ch [i915]] *ERROR* dp aux hw did not signal timeout"),
  ],
  ["the graphics driver failed", by("kernel", "nouveau 0000:01:00.0: unknown chipset (b76000a1)")],
  [
    "a program crashed",
    by("kernel", "gnome-shell[2310]: segfault at 8 ip 00007f sp 00007f error 4 in libmutter.so"),
  ],
  ["Persistent Storage failed", by("tpsd[3011]", "ERROR: Gtk[IPV6 REMOVED]Widget raised")],
  ["the clock or Tor failed", by("Tor[4410]", "Our clock is 5 hours, 3 minutes behind the time published")],
  ["the clock or Tor failed", by("Tor[4410]", "Problem bootstrapping. Stuck at 10% (conn_done)")],
  ["a USB device failed", by("kernel", "usb 1-3: device descriptor read/64, error -71")],
  ["a service failed", by("systemd[1]", "Failed to start tails-additional-software-install.service - x.")],
  [
    "a service failed",
    by("systemd[1]", "tor@default.service: Main process exited, code=exited, status=1/FAILURE"),
  ],
  [
    "a program reported an error",
    by("tails-installer[6120]", "UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3"),
  ],
  ["a program reported an error", by("onioncircuits[1]", "Traceback (most recent call last):")],
  [
    "the network had a problem",
    by("NetworkManager[2217]", "<warn>  [1730716266.0001] device (wlan0): link timed out."),
  ],
  ["something failed", by("spice-vdagent[1]", "could not connect, connection failed")],
];

for (const [reason, line] of examples) {
  test(`${reason}: ${line.slice(16, 100)}`, () => {
    const [found] = linesThatMatter(inJournal(["Nov 04 10:00:00 amnesia kernel: all is well", line]));

    assert.deepEqual(found, { section: "journal", line: 2, text: line, reason, times: 1 });
  });
}

test("every sign has an example", () => {
  assert.deepEqual(
    new Set(examples.map(([reason]) => reason)),
    new Set(errorSigns.map(({ reason }) => reason)),
  );
});

test("ordinary lines do not matter", () => {
  const ordinary = [
    by(
      "Tor[3302]",
      "No circuits are opened. Relaxed timeout for circuit 92 (a Measuring circuit timeout 4-hop)",
    ),
    by("systemd[1]", "Started gdm.service - GNOME Display Manager."),
    "Subject: A start job for unit gdm.service has failed",
    by("kernel", "ACPI BIOS Error (bug): Could not resolve symbol [_SB.PC00], AE_NOT_FOUND"),
    "/dev/sda1 on /lib/live/mount/medium type vfat (ro,errors=remount-ro)",
    by("kernel", "DMI:[DMI REMOVED]"),
    "",
  ];

  assert.deepEqual(linesThatMatter(inJournal(ordinary)), []);
});

test("the samples show what went wrong, with the line where it stands", () => {
  const sample = new URL("../fixtures/whisperback/01-new-7.4-en-no-contact.txt", import.meta.url);
  const { sections } = parseReport(readFileSync(sample, "utf8"));

  const found = linesThatMatter(sections);

  assert.deepEqual(
    found.map(({ line, reason }) => [line, reason]),
    [
      [17, "firmware is missing or failed"],
      [18, "the network had a problem"],
    ],
  );
  assert.equal(sections.at(-1)?.text.split("\n")[16], found[0]?.text);
});

test("lines that differ in time, process and numbers are one line with a count", () => {
  const lines = Array.from(
    { length: 500 },
    (_, index) =>
      `Nov 04 10:31:${index % 60} amnesia app[${index}]: write error 0x${index.toString(16)} at ${index}`,
  );

  assert.deepEqual(
    linesThatMatter(inJournal(lines)).map(({ line, times }) => ({ line, times })),
    [{ line: 1, times: 500 }],
  );
});

test("of too many lines the graver ones stay, in the order of the report", () => {
  const letters = (index: number) => String.fromCharCode(97 + (index % 26), 97 + Math.floor(index / 26));
  const lesser = Array.from({ length: 100 }, (_, index) => by("app", `thing ${letters(index)} failed`));
  const found = linesThatMatter(
    inJournal([...lesser, by("kernel", "Kernel panic - not syncing"), ...lesser]),
  );

  assert.equal(found.length, 40);
  assert.equal(found.at(-1)?.reason, "the kernel failed");
  assert.equal(found.at(-1)?.line, 101);
});

test("a very long line is cut", () => {
  const [found] = linesThatMatter(inJournal([`Kernel panic ${"x".repeat(50_000)}`]));

  assert.equal(found?.text.length, 400);
});
