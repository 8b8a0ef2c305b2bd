import type { SectionKind } from "../logs/section-kinds.ts";

/** A field of a report: it is there, or the reporter left it out, or it is there and cannot be read. */
export type Known<T> =
  | { state: "present"; value: T }
  | { state: "absent"; value: null }
  | { state: "unreadable"; value: null; raw: string };

/**
 * A WhisperBack report, read. `format` is "new" for the three questions (Tails 5.20 and later), "old-5" for four
 * headings and seven signs, "old-3" for four headings and five signs, "hand-saved" when a person pasted the
 * technical details into a mail, "unknown" when it does not look like a report.
 * All text is well-formed, without NUL, with LF line ends; nothing in it is verified.
 */
export type Report = {
  format: "new" | "old-5" | "old-3" | "hand-saved" | "unknown";
  summary: Known<string>; // one line, clean
  contact: Known<Contact>; // anyone can name a victim here: never send to it without a person's decision
  key: Known<ReportKey>;
  tailsVersion: Known<string>; // the running version
  installedVersion: Known<string>; // the version first installed
  appPrefill: AppPrefill | null; // null: no program opened WhisperBack, or its box was not ticked
  questions: Answer<Question>[]; // always the three, in order
  oldAnswers: Answer<OldQuestion>[]; // always the four, in order
  message: string; // what stands outside of any question; "" when there is nothing
  userText: string; // all that the person wrote, as received, without an announced key block
  languageHint: LanguageHint | null;
  sections: Section[];
  facts: Facts;
  warnings: string[]; // for staff; they quote nothing of the report
};

/** What stands in the address field, and the address in it with its domain in lower case. */
export type Contact = { raw: string; address: string };

/** A key as given; a block is handed on as armored text, and only OpenPGP can say which keys are in it. */
export type ReportKey = { kind: "fingerprint" | "keyid" | "url" | "block"; value: string };

export type AppPrefill = { app: string | null; summary: string | null; details: string | null };

export type Question = "achieve" | "happened" | "triggered";
export type OldQuestion = "software" | "steps" | "actual" | "desired";

/** An answer; "absent" means that its title is not there, which from Tails 7.3.1 on means empty as well. */
export type Answer<Name> = {
  name: Name;
  title: string;
  state: "answered" | "empty" | "absent";
  text: string;
};

/** A guess at the language of the session; regions as in "pt_BR". */
export type LanguageHint = { language: string; from: "headings" | "df" };

/**
 * A file or command of the report. "empty": it printed nothing (before Tails 2.0 also: no such file);
 * "absent": it was not there; "not opened": its owner was wrong; "unreadable": not in the form it should have.
 */
export type Section = {
  key: string;
  title: string;
  kind: SectionKind;
  state: SectionState;
  text: string;
  lineCount: number;
  entries: SectionEntry[]; // the files of a directory
};

export type SectionState = "present" | "empty" | "absent" | "not opened" | "unreadable";

export type SectionEntry = { path: string; state: SectionState; text: string };

/** What the sections say about computer and stick; null is "not known", never "no". */
export type Facts = {
  manufacturer: string | null;
  model: string | null;
  modelVersion: string | null;
  pciDevices: PciDevice[] | null;
  usbDevices: UsbDevice[] | null;
  ramMb: number | null; // units of 10^6 bytes
  cpu: string | null;
  virtualMachine: boolean | null;
  coreboot: boolean | null;
  secureBoot: boolean | null;
  bootMedium: "usb-image" | "iso" | "other" | null;
  disk: { size: string | null; transport: string | null } | null;
  systemPartition: { size: string; resized: boolean | null } | null;
  persistentStorage: boolean | null;
  stickId: string | null; // personal data: keep a keyed hash of it, never the value
};

/** One line of lspci; without numbers before Tails 3.7. Numbers are four, the revision two, lower-case hex digits. */
export type PciDevice = {
  slot: string;
  class: string | null;
  className: string;
  name: string;
  vendor: string | null;
  device: string | null;
  revision: string | null;
};

export type UsbDevice = { vendor: string; product: string; name: string };
