/** A small source of chance that gives the same values for the same seed on every machine. */
export type SeededRandom = {
  below: (limit: number) => number;
  pick: <T>(list: readonly T[]) => T;
  hex: (digits: number) => string;
  uuid: () => string;
};

/** Makes a source of chance from a text or a number (xmur3 into mulberry32); never for secrets. */
export function seededRandom(seed: string | number): SeededRandom {
  let state = hashOf(String(seed));
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit);
  };

  const pick = <T>(list: readonly T[]): T => {
    const picked = list[below(list.length)];
    if (picked === undefined) throw new Error("picked from an empty list");
    return picked;
  };

  const hex = (digits: number): string => {
    let text = "";
    while (text.length < digits) text += below(0x10000).toString(16).padStart(4, "0");
    return text.slice(0, digits);
  };

  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;

  return { below, pick, hex, uuid };
}

function hashOf(text: string): number {
  let hash = 1779033703 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 3432918353);
    hash = (hash << 13) | (hash >>> 19);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return (hash ^ (hash >>> 16)) >>> 0;
}
