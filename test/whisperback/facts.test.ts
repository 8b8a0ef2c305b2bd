import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { fewSections, journal, makeReport, manufacturer } from "./make-report.ts";

const factsOf = (...sections: [string, string][]) =>
  parseReport(makeReport({ version: "7.4", sections: [...fewSections.slice(0, 1), ...sections] })).facts;

test("what a maker left unfilled is not known", () => {
  for (const text of [
    "To Be Filled By O.E.M.",
    "Not Specified",
    "Default string",
    "System manufacturer",
    "Not found",
    "",
    "...",
  ]) {
    assert.equal(factsOf([manufacturer, text]).manufacturer, null, text);
  }
});

test("a virtual machine is told by its maker; without a maker it is not known", () => {
  assert.equal(factsOf([manufacturer, "QEMU"]).virtualMachine, true);
  assert.equal(factsOf([manufacturer, "Examplecorp"]).virtualMachine, false);
  assert.equal(factsOf([manufacturer, "Not Specified"]).virtualMachine, null);
});

test("memory is read when its label is translated", () => {
  const free = (label: string) =>
    `       total   used   free   shared   buffers  cache   available\n${label}   7812   2210   2304   512   101   3402   4987\nSwap:  0  0  0`;

  assert.equal(factsOf(["/usr/bin/free --mega --wide", free("Mem:")]).ramMb, 7812);
  assert.equal(factsOf(["/usr/bin/free --mega --wide", free("Speicher:")]).ramMb, 7812);
  assert.equal(factsOf(["/usr/bin/free --mega --wide", free("内存：")]).ramMb, 7812);
  assert.equal(factsOf(["/usr/bin/free --mega --wide", "free: command failed"]).ramMb, null);
});

test("coreboot is a kernel line of the journal, in order; without a journal it is not known", () => {
  const log = (line: string) => factsOf([manufacturer, "x"], [journal, line]).coreboot;

  assert.equal(log("Nov 04 10:20:01 amnesia kernel: ACPI: RSDT 0x1 (v01 COREv4 COREBOOT 0)"), true);
  assert.equal(log("Nov 04 10:20:01 amnesia kernel: x\nNov 04 amnesia app: COREBOOT"), false);
  assert.equal(log("Nov 04 amnesia kernel: COREBOOT ACPI: x\nNov 04 amnesia kernel: ACPI: y"), false);
  assert.equal(factsOf([manufacturer, "x"]).coreboot, null);
});

test("Secure Boot is what the kernel says of it", () => {
  const log = (line: string) => factsOf([manufacturer, "x"], [journal, line]).secureBoot;

  assert.equal(log("Nov 04 10:20:01 amnesia kernel: secureboot: Secure boot enabled"), true);
  assert.equal(log("Nov 04 10:20:01 amnesia kernel: secureboot: Secure boot disabled"), false);
  assert.equal(
    log("Nov 04 10:20:01 amnesia kernel: secureboot: Secure boot could not be determined (mode 0)"),
    null,
  );
});

test("an ISO is told by the file system of its medium, and its Persistent Storage is not known", () => {
  const facts = factsOf(
    [manufacturer, "x"],
    ["/usr/local/sbin/tails-block-device-info", "/dev/bilibop is not a symlink"],
    [
      "/bin/df --human-readable --print-type",
      "Filesystem Type Size Used Avail Use% Mounted on\n/dev/sr0 iso9660 1.4G 1.4G 0 100% /lib/live/mount/medium",
    ],
  );

  assert.equal(facts.bootMedium, "iso");
  assert.equal(facts.persistentStorage, null);
  assert.equal(facts.disk, null);
});

test("the list of all disks of Tails 5.15 to 5.19 gives the boot disk by the name that df has", () => {
  const lsblk = JSON.stringify({
    blockdevices: [
      { name: "/dev/nvme0n1", size: "477G", tran: "nvme" },
      { name: "/dev/sdb", size: "28.7G", tran: "usb" },
    ],
  });
  const facts = factsOf(
    [manufacturer, "x"],
    ["/bin/lsblk --json --paths --nodeps --output=+tran,hotplug", lsblk],
    ["/bin/df --human-readable --print-type", "/dev/sdb1 vfat 2,5G 1,9G 0,6G 80% /lib/live/mount/medium"],
  );

  assert.deepEqual(facts.disk, { size: "28.7G", transport: "usb" });
  assert.deepEqual(facts.systemPartition, { size: "2,5G", resized: false });
  assert.equal(facts.persistentStorage, null);
});

test("Persistent Storage is the second of exactly two partitions", () => {
  const disk = (...partitions: object[]) =>
    factsOf(
      [manufacturer, "x"],
      [
        "/usr/local/sbin/tails-block-device-info",
        JSON.stringify({ blockdevices: [{ name: "/dev/sda", children: partitions }] }),
      ],
    ).persistentStorage;
  const system = { partlabel: "Tails", fstype: "vfat" };
  const storage = { partlabel: "TailsData", fstype: "crypto_LUKS" };

  assert.equal(disk(system, storage), true);
  assert.equal(disk(system), false);
  assert.equal(disk(system, { ...storage, fstype: "ext4" }), false);
  assert.equal(disk(system, storage, storage), false);
});

test("too much JSON is not read", () => {
  const lines = JSON.stringify({ blockdevices: [{ size: "1G", x: Array(300_000).fill(1) }] }, null, 1);
  assert.equal(factsOf([manufacturer, "x"], ["/usr/local/sbin/tails-block-device-info", lines]).disk, null);
});

test("JSON of another shape is no fact and no error", () => {
  for (const text of [
    "null",
    "[]",
    "5",
    '{"blockdevices":5}',
    '{"blockdevices":[null,{"children":{}}]}',
    `${"[".repeat(400_000)}`,
  ]) {
    const facts = factsOf([manufacturer, "x"], ["/usr/local/sbin/tails-block-device-info", text]);
    assert.equal(facts.persistentStorage, null, text.slice(0, 40));
  }
});
