import type { PciDevice } from "../whisperback/report.ts";
import type { StoredReport } from "./read-report.ts";

/** One fact for the side panel; null is "not known", which is not "no". `code` is shown in typewriter letters. */
export type ShownFact = {
  name: string;
  value: string | boolean | null;
  code?: string | null;
  more?: string | null;
};

/** What the report says about Tails, computer and stick, in the order of use. */
export function reportFacts(report: StoredReport): ShownFact[] {
  const { facts, appPrefill } = report;
  const first = report.installedVersion.value;
  return [
    { name: "Tails", value: report.tailsVersion.value, more: first ? `first ${first}` : null },
    ...(appPrefill?.app ? [{ name: "Program", value: appPrefill.app }] : []),
    { name: "Computer", value: computer(facts) },
    ...devices(
      "Graphics",
      facts.pciDevices,
      (device) => /^03/.test(device.class ?? "") || /VGA|3D|Display/.test(device.className),
    ),
    ...devices(
      "Wi-Fi",
      facts.pciDevices,
      (device) => device.class === "0280" || /Network controller|Wireless/.test(device.className),
    ),
    { name: "Processor", value: facts.cpu },
    { name: "RAM", value: facts.ramMb === null ? null : gigabytes(facts.ramMb) },
    { name: "Boot", value: boot(facts) },
    { name: "Persistent", value: facts.persistentStorage },
    { name: "Secure Boot", value: facts.secureBoot },
    { name: "Virtual", value: facts.virtualMachine },
    { name: "coreboot", value: facts.coreboot },
  ];
}

function computer({ manufacturer, model, modelVersion }: StoredReport["facts"]): string | null {
  const words = [manufacturer, model, modelVersion].filter((word) => word !== null);
  return words.length > 0 ? words.join(" ") : null;
}

function devices(name: string, all: PciDevice[] | null, fits: (device: PciDevice) => boolean): ShownFact[] {
  if (all === null) return [{ name, value: null }];
  const found = all.filter(fits).slice(0, 4);
  if (found.length === 0) return [{ name, value: "none found" }];
  return found.map((device, index) => ({
    name: index === 0 ? name : "",
    value: device.name,
    code: device.vendor && device.device ? `${device.vendor}:${device.device}` : null,
    more: device.revision ? `rev ${device.revision}` : null,
  }));
}

function gigabytes(ramMb: number): string {
  return `${(ramMb / 1000).toFixed(1)} GB`;
}

function boot({ bootMedium, disk, systemPartition }: StoredReport["facts"]): string | null {
  if (bootMedium === null && disk === null) return null;
  const medium = { "usb-image": "USB image", iso: "ISO image", other: "another medium" };
  const words = [
    bootMedium && medium[bootMedium],
    disk?.transport && `by ${disk.transport}`,
    disk?.size,
    systemPartition?.resized === true && "resized",
    systemPartition?.resized === false && "not resized",
  ].filter((word): word is string => Boolean(word));
  return words.join(", ") || null;
}
