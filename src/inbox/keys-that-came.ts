import type { NotRead } from "../mime/not-read.ts";
import { type LoneRevocation, readLoneRevocation } from "../openpgp/lone-revocation.ts";
import { type PublicKey, readPublicKeys, withWordAgainstIt } from "../openpgp/read-public-keys.ts";
import { restrictKey } from "../openpgp/restrict-key.ts";
import { keyFactsOf } from "../people/key-facts.ts";
import type { OfferedKey } from "./mail-reading.ts";

export type KeysThatCame = { keys: OfferedKey[]; revocations: LoneRevocation[]; notRead: NotRead[] };
/** `where` is the name of a file, or what else the staff know the place by. */
type Block = { source: OfferedKey["source"]; where: string; block: string };
type Found = { key: PublicKey; source: OfferedKey["source"]; also: Set<OfferedKey["source"]> };

/**
 * The keys in the blocks that came, each once, with whatever any of the blocks says against it; revocations that came
 * alone; and the blocks in which no key can be read. Which key is used a person decides. What a program put into a header
 * comes first, so that a key that the person sent on purpose is the newer one.
 */
export async function readKeysThatCame(blocks: Block[]): Promise<KeysThatCame> {
  const found = new Map<string, Found>();
  const revocations: LoneRevocation[] = [];
  const notRead: NotRead[] = [];
  for (const { source, where, block } of blocks) {
    const keys = await readPublicKeys(block);
    const alone = keys.length === 0 ? await readLoneRevocation(block) : null;
    if (alone) revocations.push(alone);
    if (keys.length === 0) notRead.push({ sort: "key", where, why: alone ? isRevocation : notReadable });
    for (const key of keys) {
      const known = found.get(key.fingerprint);
      if (!known) found.set(key.fingerprint, { key, source, also: new Set() });
      else known.key = await withWordAgainstIt(known.key, key);
      if (known && known.source !== source) known.also.add(source);
    }
  }
  const all = [...found.values()];
  for (const one of all) one.key = await revokedBy(one.key, revocations);
  const inOrder = [
    ...all.filter(({ source }) => source === "autocrypt"),
    ...all.filter(({ source }) => source !== "autocrypt"),
  ];
  return { keys: inOrder.map(offered), revocations, notRead };
}

async function revokedBy(key: PublicKey, revocations: LoneRevocation[]): Promise<PublicKey> {
  for (const { armored, issuer } of revocations) {
    if (issuer !== null && issuer !== key.fingerprint) continue;
    const [again] = await readPublicKeys((await restrictKey(key.armored, armored)) ?? "");
    if (again) return again;
  }
  return key;
}

function offered({ key, source, also }: Found): OfferedKey {
  const { fingerprint, armored } = key;
  return { source, also: [...also], fingerprint, armored, facts: keyFactsOf(key) };
}

const notReadable = "the key is damaged or of a kind that this desk does not read";
const isRevocation = "it is the revocation of a key, without the key";
