import { join } from "node:path";
import { generateSecretKey, type NewKey } from "../openpgp/generate-secret-key.ts";
import { keptFile } from "./kept-file.ts";

/** The OpenPGP keys of the people who write to the demo, made when first asked for and kept. */
export type DemoPeople = { keyOf(address: string, name?: string): Promise<NewKey>; knownKeys(): NewKey[] };

/** Opens the key rings of the demo's people in this folder. */
export function demoPeople(folder: string): DemoPeople {
  const known = new Map<string, NewKey>();
  return {
    async keyOf(address, name = "") {
      const key = known.get(address) ?? (await keptKey(folder, address, name));
      known.set(address, key);
      return key;
    },
    knownKeys: () => [...known.values()],
  };
}

async function keptKey(folder: string, address: string, name: string): Promise<NewKey> {
  const file = join(folder, `${address.replace(/[^a-z0-9.@-]/gi, "_")}.json`);
  return JSON.parse(await keptFile(file, async () => JSON.stringify(await generateSecretKey(name, address))));
}
