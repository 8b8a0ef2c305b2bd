import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { type SecretSetting, secretSettings } from "../config.ts";

/** Where a sysadmin keeps what makes this desk: the file settings.env and the folder secrets/. */
export const settingsFile = (folder: string): string => join(folder, "settings.env");
export const secretsFolder = (folder: string): string => join(folder, "secrets");

/** The file of a secret in the folder, such as secrets/master_key. */
export function secretFile(folder: string, name: SecretSetting): string {
  return join(secretsFolder(folder), name.toLowerCase());
}

/**
 * The settings as a command sees them: the environment first, then settings.env, then the files in secrets/. An empty
 * secret file counts as none.
 */
export function readDeskEnvironment(folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const settings: NodeJS.ProcessEnv = { ...readSettingsFile(folder) };
  for (const [name, value] of Object.entries(env)) if (value) settings[name] = value;
  for (const name of secretSettings) {
    const file = secretFile(folder, name);
    if (!settings[name] && !settings[`${name}_FILE`] && hasContent(file)) settings[`${name}_FILE`] = file;
  }
  return settings;
}

/** Where a secret stands, or should stand; null when its value is in the environment itself. */
export function placeOfSecret(folder: string, env: NodeJS.ProcessEnv, name: SecretSetting): string | null {
  if (env[name]) return null;
  return env[`${name}_FILE`] ?? secretFile(folder, name);
}

export function hasContent(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function readSettingsFile(folder: string): NodeJS.Dict<string> {
  const file = settingsFile(folder);
  return existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
}
