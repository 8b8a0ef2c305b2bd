import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateSecretKey, type NewKey } from "../openpgp/generate-secret-key.ts";
import { keptFile } from "./kept-file.ts";

/** The OpenPGP keys of the people who write to the demo, made when first asked for and kept. */
export type DemoPeople = { keyOf(address: string, name?: string): Promise<NewKey>; knownKeys(): NewKey[] };

/** Opens the key rings of the demo's people in this folder. */
export function demoPeople(folder: string): DemoPeople {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  const known = new Map<string, NewKey>(
    files.map((file) => [file, JSON.parse(readFileSync(join(folder, file), "utf8"))]),
  );
  return {
    async keyOf(address, name = "") {
      const file = `${address.replace(/[^a-z0-9.@-]/gi, "_")}.json`;
      const make = async () => JSON.stringify(await generateSecretKey(name, address));
      const key: NewKey = known.get(file) ?? JSON.parse(await keptFile(join(folder, file), make));
      known.set(file, key);
      return key;
    },
    knownKeys: () => [...known.values()],
  };
}
