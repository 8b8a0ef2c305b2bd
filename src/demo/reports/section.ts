import type { Machine } from "./machines.ts";
import type { Release } from "./releases.ts";
import type { Stick } from "./sticks.ts";
import type { Language, PersistentFeature } from "./told-report.ts";

/** One section of the debugging information: text, the files of a folder, or nothing for an empty folder. */
export type Section = { key: string; content: string | { path: string; text: string }[] };

/** Everything that the sections are made from. */
export type Surroundings = {
  machine: Machine;
  release: Release;
  installed: Release;
  stick: Stick;
  language: Language;
  commandLine: string;
  persistence: PersistentFeature[] | null;
  additionalSoftware: string[];
  bridges: string[];
};
