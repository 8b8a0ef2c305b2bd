import { type BlockDevice, readBlockDevices } from "./block-devices.ts";
import { type MountedFileSystem, readDf } from "./df.ts";
import type { TextOf } from "./facts.ts";
import type { Facts } from "./report.ts";

type StickFacts = Pick<Facts, "bootMedium" | "disk" | "systemPartition" | "persistentStorage" | "stickId">;

/** What Tails was started from. */
export function readStick(textOf: TextOf): StickFacts {
  const mounted = readDf(textOf("df") ?? "");
  const medium = mounted.find(({ mountpoint }) => isMedium(mountpoint)) ?? null;
  const disk = bootDisk(readBlockDevices(textOf("block-device") ?? ""), medium);
  const system =
    disk?.partitions?.find((each) => each.partlabel === "Tails" || each.mountpoints.some(isMedium)) ?? null;
  const size = system?.size ?? medium?.size ?? null;

  return {
    bootMedium: medium ? (media[medium.type] ?? "other") : mediumByMount(textOf("mount")),
    disk: disk ? { size: disk.size, transport: disk.transport } : null,
    systemPartition: size === null ? null : { size, resized: isResized(size) },
    persistentStorage: hasPersistentStorage(disk, mounted),
    stickId: readFsuuid(textOf("cmdline")) ?? system?.uuid?.toLowerCase() ?? null,
  };
}

const isMedium = (mountpoint: string) => /\/live\/(?:mount\/)?medium$/.test(mountpoint);
const media: Record<string, Facts["bootMedium"]> = { iso9660: "iso", vfat: "usb-image" };

function mediumByMount(text: string | null): Facts["bootMedium"] {
  const type = / on \S{0,100}\/live\/mount\/medium type (\w{1,30})/.exec((text ?? "").slice(0, 500_000))?.[1];
  return type === undefined ? null : (media[type] ?? "other");
}

// From Tails 5.20 on only the boot disk is listed; before, all disks are, and df tells which one it is.
function bootDisk(disks: BlockDevice[] | null, medium: MountedFileSystem | null): BlockDevice | null {
  if (!disks) return null;
  const byMount = disks.find(({ partitions }) => partitions?.some((each) => each.mountpoints.some(isMedium)));
  const byName = disks.find(({ name }) => name !== null && medium?.device.startsWith(name));
  return byMount ?? byName ?? (disks.length === 1 ? (disks[0] ?? null) : null);
}

// The USB image begins with a small system partition and makes it larger at the first start.
function isResized(size: string): boolean | null {
  const [, amount, unit] = /^([0-9]{1,9}(?:[.,][0-9]{1,3})?)([KMGT])i?B?$/.exec(size) ?? [];
  if (!amount || !unit) return null;
  const gibibytes = Number(amount.replace(",", ".")) * 1024 ** ("KMGT".indexOf(unit) - 2);
  return gibibytes > 3;
}

function hasPersistentStorage(
  disk: BlockDevice | null,
  mounted: readonly MountedFileSystem[],
): boolean | null {
  if (mounted.some(({ mountpoint }) => mountpoint.startsWith("/live/persistence/TailsData_unlocked")))
    return true;
  if (!disk?.partitions) return null;
  const [, second] = disk.partitions;
  return disk.partitions.length === 2 && second?.partlabel === "TailsData" && second.fstype === "crypto_LUKS";
}

function readFsuuid(cmdline: string | null): string | null {
  return /(?:^|\s)FSUUID=(\S{1,100})/.exec((cmdline ?? "").slice(0, 100_000))?.[1]?.toLowerCase() ?? null;
}
