import { seededRandom } from "./seeded-random.ts";

/** The USB stick that Tails runs from; its identifiers are the same in every report from it. */
export type Stick = {
  fsuuid: string;
  ptuuid: string;
  partuuids: [string, string];
  luks: string;
  size: string;
  rest: string;
  product: string;
  usbId: string;
};

/** The stick with this name, always the same. */
export function stickNamed(name: string): Stick {
  const random = seededRandom(`stick ${name}`);
  const [product, usbId] = random.pick(products);
  const [size, rest] = random.pick(sizes);
  return {
    fsuuid: `${random.hex(4)}-${random.hex(4)}`,
    ptuuid: random.uuid(),
    partuuids: [random.uuid(), random.uuid()],
    luks: random.uuid(),
    size,
    rest,
    product,
    usbId,
  };
}

/** What `tails-block-device-info` prints about the stick, or `lsblk` without the partitions before 5.20. */
export function blockDevices(stick: Stick, disk: string, encrypted: boolean, partitions: boolean): string {
  const whole = {
    ...row(disk, "8:0", stick.size, "disk", null),
    ptuuid: stick.ptuuid,
    ...noContent,
    tran: "usb",
    hotplug: true,
  };
  if (!partitions) return JSON.stringify({ blockdevices: [whole] }, null, 3);

  const tails = {
    ...row(`${disk}1`, "8:1", "8G", "part", "/lib/live/mount/medium"),
    ptuuid: stick.ptuuid,
    partuuid: stick.partuuids[0],
    partlabel: "Tails",
    fstype: "vfat",
    fsver: "FAT32",
    label: "TAILS",
    uuid: stick.fsuuid.toUpperCase(),
    tran: null,
    hotplug: true,
  };
  const data = {
    ...row(`${disk}2`, "8:2", stick.rest, "part", null),
    ptuuid: stick.ptuuid,
    partuuid: stick.partuuids[1],
    partlabel: "TailsData",
    fstype: "crypto_LUKS",
    fsver: "2",
    label: null,
    uuid: stick.luks,
    tran: null,
    hotplug: true,
  };
  const children = encrypted ? [tails, data] : [tails];
  return JSON.stringify({ blockdevices: [{ ...whole, children }] }, null, 3);
}

const noContent = { partuuid: null, partlabel: null, fstype: null, fsver: null, label: null, uuid: null };

function row(name: string, number: string, size: string, type: string, mountpoint: string | null) {
  return {
    name: `/dev/${name}`,
    "maj:min": number,
    rm: true,
    size,
    ro: false,
    type,
    mountpoints: [mountpoint],
  };
}

const products: [string, string][] = [
  ["SanDisk Corp. Ultra Flair", "0781:5591"],
  ["Kingston Technology DataTraveler 100", "0951:1666"],
  ["Samsung Electronics Co., Ltd Flash Drive FIT", "090c:1000"],
  ["Toshiba Corp. TransMemory", "0930:6545"],
  ["Transcend Information, Inc. JetFlash", "8564:1000"],
];
const sizes: [string, string][] = [
  ["14.6G", "6.6G"],
  ["28.7G", "20.7G"],
  ["57.3G", "49.3G"],
  ["114.6G", "106.6G"],
];
