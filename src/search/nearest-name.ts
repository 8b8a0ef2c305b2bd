/** The name that somebody may have meant: at most two typing mistakes away, or beginning alike. Null: none is near. */
export function nearestName(typed: string, names: readonly string[]): string | null {
  const word = typed.toLowerCase().slice(0, 30);
  const near = names
    .map((name) => ({ name, distance: name.startsWith(word) && word ? 0.5 : distanceOf(word, name) }))
    .filter(({ distance, name }) => distance <= (name.length < 4 ? 1 : 2))
    .toSorted((one, other) => one.distance - other.distance);
  return near[0]?.name ?? null;
}

/** Letters to add, take away or change, until one word is the other. */
function distanceOf(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row];
    for (let place = 1; place <= other.length; place += 1) {
      const change = (above[place - 1] ?? 0) + (one[row - 1] === other[place - 1] ? 0 : 1);
      line.push(Math.min(change, (above[place] ?? 0) + 1, (line[place - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above[other.length] ?? 0;
}
