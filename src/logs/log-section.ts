import type { SectionKind } from "./section-kinds.ts";

/** What this room needs of a section of a report: which file or command, what it is, and what it printed. */
export type LogSection = { key: string; kind: SectionKind; text: string };
