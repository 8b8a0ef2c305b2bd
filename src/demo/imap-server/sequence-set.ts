export type Range = { from: number; to: number };

/** Reads a set such as `1:5,9,12:*`, where `*` is the largest number in use; null when it is no set (RFC 9051 §9). */
export function parseSequenceSet(text: string, largest: number): Range[] | null {
  const ranges: Range[] = [];
  for (const piece of text.split(",")) {
    const match = /^(\d{1,10}|\*)(?::(\d{1,10}|\*))?$/.exec(piece);
    if (!match) return null;

    const [first, last] = [numberOf(match[1], largest), numberOf(match[2] ?? match[1], largest)];
    if (first < 1 && match[1] !== "*") return null;
    ranges.push({ from: Math.min(first, last), to: Math.max(first, last) });
  }
  return ranges;
}

/** Writes numbers as a set, neighbours in rising order drawn together: 1, 2, 3, 7 is `1:3,7`. */
export function formatSequenceSet(numbers: number[]): string {
  const ranges: Range[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && last.to + 1 === number) last.to = number;
    else ranges.push({ from: number, to: number });
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}:${to}`)).join(",");
}

function numberOf(text: string | undefined, largest: number): number {
  return text === "*" ? largest : Number(text);
}
