import { type Armor, findArmors } from "./find-armor.ts";
import { shapeOf } from "./packet-shape.ts";
import { textOfFile } from "./text-of-file.ts";

/** Whether bytes are a ciphertext and nothing else, armoured or binary, whole or cut; what a label says does not count. */
export function isCiphertext(bytes: Uint8Array): boolean {
  return ciphertextIn(bytes)?.isAll === true;
}

/** The ciphertext in a file; `packets` is null when it is damaged or cut. `isAll`: nothing else stands in the file. */
export type Ciphertext = { packets: Uint8Array | null; isAll: boolean };

/** Finds the ciphertext in a file of whatever name and type; null when there is none. */
export function ciphertextIn(bytes: Uint8Array): Ciphertext | null {
  const shape = shapeOf(bytes);
  if (shape === "ciphertext") return { packets: bytes, isAll: true };
  if (shape === "cut ciphertext") return { packets: null, isAll: true };
  const text = textOfFile(bytes);
  const armors = text === null ? [] : findArmors(text, ["message"]);
  const [armor] = armors;
  if (!armor || text === null) return null;
  return { packets: armor.bytes, isAll: armors.length === 1 && standsAlone(text, armor) };
}

function standsAlone(text: string, { start, end }: Armor): boolean {
  return text.slice(0, start).trim() === "" && text.slice(end).trim() === "";
}
