import { dfOutput } from "./localised-output.ts";
import { bootDisk } from "./machines.ts";
import { isSince } from "./releases.ts";
import type { Section, Surroundings } from "./section.ts";
import { blockDevices } from "./sticks.ts";
import type { Language } from "./told-report.ts";

/** Where the system partition is mounted. */
export const MEDIUM = "/lib/live/mount/medium";

/** What the system says about the boot disk; before 5.20 without its partitions. */
export function blockDeviceSection({ machine, release, stick, persistence }: Surroundings): Section {
  const partitions = isSince(release.version, "5.20");
  const key = partitions
    ? "/usr/local/sbin/tails-block-device-info"
    : "/bin/lsblk --json --paths --nodeps --output=+tran,hotplug";
  return { key, content: blockDevices(stick, bootDisk(machine), persistence !== null, partitions) };
}

/** Space, mounts, the files of the system partition, and what lies on the encrypted one. */
export function diskSections(around: Surroundings, language: Language): Section[] {
  const disk = bootDisk(around.machine);
  const unlocked = around.persistence !== null && around.persistence.length > 0;
  return [
    {
      key: "/bin/df --human-readable --print-type --exclude-type=fuse.portal",
      content: dfOutput(language, disk, "8.0G", unlocked),
    },
    {
      key: "/bin/mount --show-labels",
      content: `sysfs on /sys type sysfs (rw,nosuid,nodev,noexec,relatime)
/dev/${disk}1 on ${MEDIUM} type vfat (ro,noatime,fmask=0022,dmask=0022,codepage=437,iocharset=ascii,shortname=mixed,errors=remount-ro) [TAILS]
/dev/loop0 on /usr/lib/live/mount/rootfs/filesystem.squashfs type squashfs (ro,noatime,errors=continue)
overlay on / type overlay (rw,noatime,lowerdir=//filesystem.squashfs/,upperdir=/live/overlay//rw,workdir=/live/overlay//work)`,
    },
    {
      key: `/usr/bin/du --total --summarize --human-readable ${MEDIUM}/*`,
      content: `11M\t${MEDIUM}/EFI\n1.6G\t${MEDIUM}/live\n24K\t${MEDIUM}/syslinux\n1.6G\ttotal`,
    },
    { key: `/bin/ls -lARh ${MEDIUM}/live`, content: liveFolder(around) },
    {
      key: "/sbin/dmsetup ls --tree --options=blkdevname,uuid,active,open,rw,notrunc",
      content: unlocked
        ? `TailsData_unlocked <dm-0> (254:0) [CRYPT-LUKS2-${around.stick.luks.replaceAll("-", "")}-TailsData_unlocked, active, open 1, read-write]\n └─ <${disk}2> (8:2)`
        : "No devices found",
    },
    {
      key: "/sbin/losetup --list --output=NAME,BACK-FILE,AUTOCLEAR,RO,PARTSCAN,SIZELIMIT,OFFSET",
      content:
        "NAME       BACK-FILE                                       AUTOCLEAR RO PARTSCAN SIZELIMIT OFFSET\n/dev/loop0 /run/live/medium/live/filesystem.squashfs                0  1        0         0      0",
    },
  ];
}

function liveFolder(around: Surroundings): string {
  const files = ["Tails.module", "initrd.img", "vmlinuz", ...modulesOf(around)];
  const rows = files.map(
    (file) => `-rwxr-xr-x 1 root root ${sizeOfFile(file).padStart(4)} Nov  1 00:00 ${file}`,
  );
  return `${MEDIUM}/live:\ntotal 1.6G\n${rows.join("\n")}`;
}

function sizeOfFile(file: string): string {
  if (file === "Tails.module") return "13";
  if (file === "initrd.img") return "44M";
  if (file === "vmlinuz") return "7.9M";
  return file === "filesystem.squashfs" ? "1.4G" : "512M";
}

/** The images in their order: an upgraded stick holds the first image and the last upgrade. */
export function modulesOf({ release, installed }: Surroundings): string[] {
  return release.version === installed.version
    ? ["filesystem.squashfs"]
    : ["filesystem.squashfs", `${release.version}.squashfs`];
}
