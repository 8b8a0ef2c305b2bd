import type { LogSection } from "./log-section.ts";
import { placeOfKind } from "./section-kinds.ts";

/** The sections with the most useful first and the journal last; the long ones are marked to be folded. */
export function usefulnessOrder<Section extends LogSection>(
  sections: readonly Section[],
): { section: Section; folded: boolean }[] {
  return sections
    .map((section) => ({ section, ...placeOfKind(section.kind) }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ section, folded }) => ({ section, folded }));
}
