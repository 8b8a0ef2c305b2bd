import type { NotRead } from "../mime/not-read.ts";
import { readPublicKeys } from "../openpgp/read-public-keys.ts";
import { keyFactsOf } from "../people/key-facts.ts";
import type { OfferedKey } from "./mail-reading.ts";

export type KeysThatCame = { keys: OfferedKey[]; notRead: NotRead[] };
/** `where` is the name of a file, or what else the staff know the place by. */
type Block = { source: OfferedKey["source"]; where: string; block: string };

/**
 * The keys in the blocks that came, each once, and the blocks in which none can be read; which key is used a person
 * decides. What a program put into a header comes first, so that a key that the person sent on purpose is the newer one.
 */
export async function readKeysThatCame(blocks: Block[]): Promise<KeysThatCame> {
  const found = new Map<string, OfferedKey>();
  const notRead: NotRead[] = [];
  for (const { source, where, block } of blocks) {
    const keys = await readPublicKeys(block);
    if (keys.length === 0) notRead.push({ sort: "key", where, why: notReadable });
    for (const key of keys) {
      const { fingerprint, armored } = key;
      const known = found.get(fingerprint);
      if (!known) found.set(fingerprint, { source, also: [], fingerprint, armored, facts: keyFactsOf(key) });
      else if (known.source !== source) known.also = [...new Set([...known.also, source])];
    }
  }
  const all = [...found.values()];
  return {
    keys: [
      ...all.filter(({ source }) => source === "autocrypt"),
      ...all.filter(({ source }) => source !== "autocrypt"),
    ],
    notRead: [...new Map(notRead.map((one) => [one.where, one])).values()],
  };
}

const notReadable = "the key is damaged or of a kind that this desk does not read";
