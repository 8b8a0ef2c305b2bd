import type { SectionKind } from "../logs/section-kinds.ts";
import { readComputer } from "./computer-facts.ts";
import { readPciDevices, readUsbDevices } from "./devices.ts";
import { readJournalFacts } from "./journal-facts.ts";
import type { Facts, Section } from "./report.ts";
import { readStick } from "./stick-facts.ts";

/** The text of the first section of a kind that could be read; null when there is none. */
export type TextOf = (kind: SectionKind) => string | null;

/** What the sections say about computer and stick. What they do not say is null, never false. */
export function readFacts(sections: readonly Section[]): Facts {
  const textOf: TextOf = (kind) =>
    sections.find((each) => each.kind === kind && each.state === "present")?.text ?? null;

  return {
    ...readComputer(textOf),
    pciDevices: readPciDevices(textOf("pci")),
    usbDevices: readUsbDevices(textOf("usb-tree"), textOf("usb")),
    ...readJournalFacts(textOf("journal")),
    ...readStick(textOf),
  };
}
