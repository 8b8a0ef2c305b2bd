/** A disk or partition as lsblk lists it; what is missing or of another type is null. */
export type BlockDevice = {
  name: string | null;
  size: string | null;
  transport: string | null;
  partlabel: string | null;
  fstype: string | null;
  uuid: string | null;
  mountpoints: string[];
  partitions: BlockDevice[] | null; // null: not listed (before Tails 5.20)
};

/** The disks in the JSON of tails-block-device-info or lsblk; null when it is not that. */
export function readBlockDevices(text: string): BlockDevice[] | null {
  if (text.length > longest) return null;
  try {
    const { blockdevices } = asObject(JSON.parse(text));
    return Array.isArray(blockdevices)
      ? blockdevices.slice(0, most).map((each) => readDevice(each, true))
      : null;
  } catch {
    return null;
  }
}

const longest = 1_000_000;
const most = 100;

function readDevice(given: unknown, isDisk: boolean): BlockDevice {
  const device = asObject(given);
  const mountpoints = Array.isArray(device.mountpoints) ? device.mountpoints : [device.mountpoint];
  const children = isDisk && Array.isArray(device.children) ? device.children.slice(0, most) : null;
  return {
    name: asText(device.name),
    size: asText(device.size),
    transport: asText(device.tran),
    partlabel: asText(device.partlabel),
    fstype: asText(device.fstype),
    uuid: asText(device.uuid),
    mountpoints: mountpoints.filter((each) => typeof each === "string"),
    partitions: children?.map((each) => readDevice(each, false)) ?? null,
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function asText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, 200) : null;
}
