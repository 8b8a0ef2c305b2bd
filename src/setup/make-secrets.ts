import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { SecretSetting } from "../config.ts";
import { newMasterKey } from "../vault/master-key.ts";
import type { Context } from "./command.ts";
import { hasContent, placeOfSecret, secretFile } from "./desk-folder.ts";
import { isOpenToOthers, makeSecretFile, newSecret } from "./secret-files.ts";
import type { Walk } from "./walk.ts";

/** Makes the secrets that a program can make by itself, and empty files for those that only a person knows. */
export async function makeSecrets(walk: Walk, context: Context, env: NodeJS.ProcessEnv): Promise<void> {
  await makeOne(walk, context, env, "MASTER_KEY", newMasterKey);
  await makeOne(walk, context, env, "SESSION_SECRET", newSecret);
  if (needsPassword(env.DATABASE_URL)) await makeOne(walk, context, env, "DATABASE_PASSWORD", newSecret);
  for (const name of given) await makePlace(context, env, name);
}

/** Compose mounts each of them, so that the file must be there even when nothing stands in it. */
const given: SecretSetting[] = ["IMAP_PASSWORD", "SMTP_PASSWORD", "OPENPGP_PASSPHRASE"];

async function makeOne(
  walk: Walk,
  { folder }: Context,
  env: NodeJS.ProcessEnv,
  name: SecretSetting,
  content: () => string,
): Promise<void> {
  const place = placeOfSecret(folder, env, name);
  if (!place) return walk.tell("already there", `${name} (in the environment: a file is safer)`);
  const made = await makeSecretFile(place, content());
  walk.tell(made ? "done" : "already there", `${name}: ${place}`);
  if (await isOpenToOthers(place)) walk.tell("to do", `${place} can be read by others: chmod 600 ${place}`);
}

/** A socket knows its users by itself. */
function needsPassword(url = ""): boolean {
  const socket = /[?&]host=(\/|%2F)/i.test(url);
  const hasOne = /^\w+:\/\/[^/?@:]*:[^/?@]+@/.test(url);
  const hasUser = /^\w+:\/\/[^/?@:]+@/.test(url);
  return hasUser && !socket && !hasOne;
}

async function makePlace({ folder }: Context, env: NodeJS.ProcessEnv, name: SecretSetting): Promise<void> {
  const place = placeOfSecret(folder, env, name);
  if (place !== secretFile(folder, name) || hasContent(place)) return;
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  await (await open(place, "a", 0o600)).close();
}
