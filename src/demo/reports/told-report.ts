import type { MachineName } from "./machines.ts";
import type { Trouble } from "./troubles.ts";

/** The languages of the demo. */
export type Language = "en" | "fr" | "de" | "es" | "it" | "pt";

/** What one person wrote, and the computer they wrote it on; everything else of a report is built from it. */
export type ToldReport = {
  /** Two reports with the same sender name carry the same WhisperBack id: one report sent again, with some other words. */
  sending?: string;
  ageHours: number;
  release: string;
  /** The version first installed, when it is not the running one. */
  installed?: string;
  machine: MachineName;
  /** Reports with the same stick name come from the same USB stick. */
  stick?: string;
  trouble: Trouble;
  journalLines: number;
  /** What stands in the address field, as typed. */
  contact?: string;
  /** "block", or the one line that was typed: an id, a fingerprint, a link. */
  key?: string;
  summary: string;
  /** Answers to the three questions (5.20 and later). */
  questions?: [achieve: string, instead: string, steps: string];
  /** Texts under the four headings (before 5.20). */
  headings?: [software: string, steps: string, actual: string, desired: string];
  bugSpecific?: { app: string; summary: string; details?: string };
  withoutHeaders?: true;
  withoutDebugging?: true;
  bootOptions?: string;
  persistence?: PersistentFeature[];
  additionalSoftware?: string[];
  bridges?: string[];
};

export type PersistentFeature =
  | "files"
  | "network"
  | "browser"
  | "gnupg"
  | "thunderbird"
  | "electrum"
  | "software"
  | "printers";
