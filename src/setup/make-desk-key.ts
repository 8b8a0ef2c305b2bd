import { readFile } from "node:fs/promises";
import { generateSecretKey, type NewKeyOptions } from "../openpgp/generate-secret-key.ts";
import type { Context } from "./command.ts";
import { hasContent, placeOfSecret } from "./desk-folder.ts";
import { openDeskKeys } from "./desk-keys.ts";
import { makeSecretFile } from "./secret-files.ts";
import { codeOf } from "./start-problem.ts";
import type { Walk } from "./walk.ts";

export type KeyWish = {
  /** A file with the secret key that the desk has already. */
  importFile: string | undefined;
  kind: NewKeyOptions["kind"];
  expiresInDays: number | undefined;
};

/** Takes the desk's secret OpenPGP key over from a file, or makes a new one; one that is there stays. */
export async function makeDeskKey(
  walk: Walk,
  context: Context,
  env: NodeJS.ProcessEnv,
  wish: KeyWish,
): Promise<void> {
  const place = placeOfSecret(context.folder, env, "OPENPGP_KEYS");
  if (!place) return walk.tell("already there", "OPENPGP_KEYS (in the environment: a file is safer)");
  if (hasContent(place)) return walk.tell("already there", `OPENPGP_KEYS: ${place}`);

  const file =
    wish.importFile ??
    (await context.questions?.ask("File with the desk's secret OpenPGP key; empty to make a new one"));
  if (file) return await takeOver(walk, env, file, place);
  const key = await generateSecretKey(env.DESK_NAME || "Help desk", env.DESK_ADDRESS ?? "", {
    kind: wish.kind,
    expiresInDays: wish.expiresInDays,
  });
  await makeSecretFile(place, key.secret);
  walk.tell("done", `a new OpenPGP key, ${key.fingerprint}: ${place}`);
}

async function takeOver(walk: Walk, env: NodeJS.ProcessEnv, file: string, place: string): Promise<void> {
  try {
    const text = await readFile(file, "utf8");
    const passphraseFile = env.OPENPGP_PASSPHRASE_FILE;
    const passphrase = passphraseFile
      ? (await readFile(passphraseFile, "utf8")).trimEnd()
      : env.OPENPGP_PASSPHRASE;
    await openDeskKeys({ OPENPGP_KEYS: text, OPENPGP_PASSPHRASE: passphrase });
    await makeSecretFile(place, text);
    walk.tell("done", `the OpenPGP key of ${file} is taken over: ${place}`);
  } catch (error) {
    const code = codeOf(error);
    const reason = error instanceof Error ? error.message : "";
    walk.tell("to do", `${file} was not taken over. ${code ? `It cannot be read (${code})` : reason}`);
  }
}
