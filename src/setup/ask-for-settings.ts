import { appendFile, mkdir } from "node:fs/promises";
import { listSettings, type Setting } from "../config.ts";
import type { Context } from "./command.ts";
import { placeOfSecret, settingsFile } from "./desk-folder.ts";
import { makeSecretFile } from "./secret-files.ts";

/** Asks for each setting that has no default and no value, and keeps the answer; without a terminal it does nothing. */
export async function askForSettings(context: Context, env: NodeJS.ProcessEnv): Promise<void> {
  const { questions, folder } = context;
  if (!questions) return;

  for (const setting of listSettings().filter((one) => isMissing(one, env) && !one.secret)) {
    const answer = await questions.ask(`${setting.name}, ${asks[setting.name] ?? "needed"}`);
    if (answer) await keepSetting(folder, setting.name, answer);
    if (answer) env[setting.name] = answer;
  }
  for (const [name, wanted] of [
    ["IMAP_PASSWORD", true],
    ["SMTP_PASSWORD", Boolean(env.SMTP_USER)],
  ] as const) {
    const place = placeOfSecret(folder, env, name);
    if (!wanted || !place || env[`${name}_FILE`]) continue;
    const answer = await questions.askSecret(name);
    if (answer) await makeSecretFile(place, `${answer}\n`);
  }
}

const asks: Record<string, string> = {
  DATABASE_URL: "such as postgres://whisperdesk@127.0.0.1/whisperdesk",
  DESK_ADDRESS: "the mail address of the desk",
  IMAP_HOST: "the host of its mailbox",
  IMAP_USER: "the user of its mailbox",
  SMTP_HOST: "the host that takes its answers",
};

function isMissing({ name, required }: Setting, env: NodeJS.ProcessEnv): boolean {
  return required && !env[name] && !env[`${name}_FILE`];
}

async function keepSetting(folder: string, name: string, value: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await appendFile(settingsFile(folder), `${name}=${value}\n`, { mode: 0o600 });
}
