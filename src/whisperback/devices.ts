import { cleanLine } from "./clean-line.ts";
import type { PciDevice, UsbDevice } from "./report.ts";

/** The devices that lspci lists, with numbers (Tails 3.7 and later) or without; null when there is no list. */
export function readPciDevices(text: string | null): PciDevice[] | null {
  return text === null
    ? null
    : linesOf(text)
        .map(readPciLine)
        .filter((device) => device !== null);
}

/** The devices that lsusb lists, each number pair once; null when there is no list. */
export function readUsbDevices(tree: string | null, detail: string | null): UsbDevice[] | null {
  if (tree === null && detail === null) return null;

  const devices = new Map<string, UsbDevice>();
  for (const line of [...linesOf(tree ?? ""), ...linesOf(detail ?? "")]) {
    const [, vendor = "", product = "", name = ""] = usbLine.exec(line) ?? [];
    const id = `${vendor}:${product}`;
    if (vendor && !devices.has(id) && devices.size < mostDevices)
      devices.set(id, { vendor, product, name: cleanLine(name, 200) });
  }
  return [...devices.values()];
}

const mostDevices = 300;
const longestLine = 500; // the pattern for PCI takes the square of it in time
const usbLine = /^(?:Bus \d{1,4} Device \d{1,4}:|[ |_]*) ?ID ([0-9a-f]{4}):([0-9a-f]{4})(?: ([^\n]*))?$/;
const pciLine =
  /^(\S+) (.+?) \[([0-9a-f]{4})\]: (.+) \[([0-9a-f]{4}):([0-9a-f]{4})\](?: \(rev ([0-9a-f]{2})\))?/s;
const pciLineWithoutNumbers =
  /^((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]) ([^:]{1,200}): (.+?)(?: \(rev ([0-9a-f]{2})\))?(?: \(prog-if .*)?$/s;

function readPciLine(line: string): PciDevice | null {
  const numbered = pciLine.exec(line);
  if (numbered) {
    const [, slot = "", className = "", number = "", name = "", vendor = "", device = "", revision] =
      numbered;
    return {
      slot: cleanLine(slot),
      class: number,
      className: cleanLine(className),
      name: cleanLine(name),
      vendor,
      device,
      revision: revision ?? null,
    };
  }

  const plain = pciLineWithoutNumbers.exec(line);
  if (!plain) return null;
  const [, slot = "", className = "", name = "", revision] = plain;
  return {
    slot,
    class: null,
    className: cleanLine(className),
    name: cleanLine(name),
    vendor: null,
    device: null,
    revision: revision ?? null,
  };
}

function linesOf(text: string): string[] {
  return text
    .slice(0, 2_000_000)
    .split("\n", 20_000)
    .filter((line) => line.length <= longestLine && idOrSlot.test(line))
    .slice(0, mostDevices * 2);
}

const idOrSlot = /[0-9a-f]{4}:[0-9a-f]{4}|[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]|\[[0-9a-f]{4}\]: /;
