import { readFile, rm } from "node:fs/promises";
import type { NewKey } from "../openpgp/generate-secret-key.ts";
import { openSecretKeys, type SecretKeys } from "../openpgp/open-secret-keys.ts";
import { oneKeyEach } from "../openpgp/renew-secret-key.ts";
import { BadCommand, type Context } from "./command.ts";
import { placeOfSecret } from "./desk-folder.ts";
import { secretKeyBlocks } from "./desk-keys.ts";
import { makePublicFile, replaceSecretFile } from "./secret-files.ts";
import { codeOf } from "./start-problem.ts";

/** The file of OPENPGP_KEYS as it is now: one armoured block for each key, the one that signs first. */
export type KeyFile = {
  place: string;
  blocks: { fingerprint: string; armored: string }[];
  passphrase: string | undefined;
};

/** Reads the file with the desk's secret keys. Throws BadCommand with what is wrong, never a part of a key. */
export async function readKeyFile({ folder, env }: Pick<Context, "folder" | "env">): Promise<KeyFile> {
  const place = placeOfSecret(folder, env, "OPENPGP_KEYS");
  if (!place) {
    throw new BadCommand(
      "OPENPGP_KEYS stands in the environment, where no command can change it: put it into a file, and its name into OPENPGP_KEYS_FILE",
    );
  }
  const passphrase = env.OPENPGP_PASSPHRASE_FILE
    ? (await readNamed(env.OPENPGP_PASSPHRASE_FILE)).trimEnd()
    : env.OPENPGP_PASSPHRASE || undefined;
  return { place, passphrase, blocks: await readBlocks(await readNamed(place), passphrase, place) };
}

/** The keys in a text that can all be opened. */
export async function readBlocks(
  text: string,
  passphrase: string | undefined,
  place: string,
): Promise<KeyFile["blocks"]> {
  const texts = await Promise.all(secretKeyBlocks(text).map(oneKeyEach));
  const blocks: KeyFile["blocks"] = [];
  for (const armored of texts.flat()) {
    const [key] = (await openBlocks([armored], passphrase, place)).all;
    if (key) blocks.push({ fingerprint: key.fingerprint, armored });
  }
  return blocks;
}

/** The key with this fingerprint, or with this end of it; without one, the key that signs. */
export function findBlock({ blocks, place }: KeyFile, named: string | undefined): KeyFile["blocks"][number] {
  const wanted = (named ?? "").replace(/\s/g, "").toUpperCase();
  if (named !== undefined && !/^[0-9A-F]{8,64}$/.test(wanted))
    throw new BadCommand("--key is a fingerprint, or at least its last eight digits");
  const [found, ...others] = blocks.filter(({ fingerprint }) => fingerprint.endsWith(wanted));
  if (!found) throw new BadCommand(`${place} holds no such key`);
  if (named !== undefined && others.length > 0)
    throw new BadCommand("Several keys end like this: write the whole fingerprint");
  return found;
}

/** Puts a changed key in the place of the one with its fingerprint: its public half first, then the secret file, each whole. */
export async function storeChangedKey(file: KeyFile, key: NewKey, publicFile: string): Promise<void> {
  const blocks = file.blocks.map((block) =>
    block.fingerprint === key.fingerprint ? { ...block, armored: key.secret } : block,
  );
  if (!(await writing(publicFile, () => makePublicFile(publicFile, key.public))))
    throw new BadCommand(`${publicFile} is there already`);
  try {
    await storeBlocks(file, blocks);
  } catch (error) {
    await rm(publicFile, { force: true });
    throw error;
  }
}

/** Writes the secret file anew, after a look that every key in the new text opens. */
export async function storeBlocks(file: KeyFile, blocks: KeyFile["blocks"]): Promise<void> {
  const texts = blocks.map(({ armored }) => `${armored.trim()}\n`);
  const { all } = await openBlocks(texts, file.passphrase, file.place);
  const same = all.every(({ fingerprint }, index) => fingerprint === blocks[index]?.fingerprint);
  if (!same || all.length !== blocks.length) throw new Error("The new text holds other keys than it should");
  await writing(file.place, () => replaceSecretFile(file.place, texts.join("")));
}

async function openBlocks(
  blocks: string[],
  passphrase: string | undefined,
  place: string,
): Promise<SecretKeys> {
  try {
    return await openSecretKeys(blocks, passphrase);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "cannot be read";
    throw new BadCommand(`${place}: ${reason.replace(/^Secret key file \d+ /, "")}`);
  }
}

/** The content of a file that was named; throws BadCommand when it cannot be read. */
export async function readNamed(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new BadCommand(`${file} cannot be read (${codeOf(error) ?? "unknown reason"})`);
  }
}

async function writing<Value>(file: string, write: () => Promise<Value>): Promise<Value> {
  try {
    return await write();
  } catch (error) {
    const code = codeOf(error);
    if (!code) throw error;
    throw new BadCommand(`${file} cannot be written (${code}). Nothing was changed`);
  }
}
