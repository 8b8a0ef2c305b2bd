import type { Marker } from "../logs/split-sections.ts";

/**
 * The index of the first marker that is really the report's: a person may have pasted other reports above it,
 * so the last start counts. Equal to the number of markers when there are none.
 */
export function findStart(markers: readonly Marker[], warnings: string[]): number {
  const byCmdline = markers.findLastIndex((marker, index) => {
    const next = markers[index + 1];
    return marker.key === "/proc/cmdline" && (next === undefined || isManufacturer(next));
  });
  if (byCmdline !== -1) return byCmdline;

  const byManufacturer = markers.findLastIndex(isManufacturer);
  if (byManufacturer !== -1) return byManufacturer;

  if (markers.length > 0)
    warnings.push("The usual first section is missing; the sections may begin elsewhere.");
  return 0;
}

function isManufacturer({ key }: Marker): boolean {
  return key.endsWith("/dmidecode -s system-manufacturer");
}
