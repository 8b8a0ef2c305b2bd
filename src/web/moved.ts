/** A list with one of its ids a place further up or down; at the end of its way it stays. */
export function moved(ids: string[], id: string, to: "up" | "down"): string[] {
  const from = ids.indexOf(id);
  const place = from + (to === "up" ? -1 : 1);
  const other = ids[place];
  if (from === -1 || other === undefined) return ids;
  return ids.with(place, id).with(from, other);
}
