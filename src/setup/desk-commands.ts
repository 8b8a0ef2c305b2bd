import { listSettings } from "../config.ts";
import { migrate, pendingMigrations } from "../database.ts";
import { troublesOf } from "./check-desk.ts";
import type { Command } from "./command.ts";
import { withDatabase } from "./desk-database.ts";
import { problemsOfSettings } from "./problems-of-settings.ts";

/** `whisperdesk migrate`: before new web and worker processes start. */
export const migrateCommand: Command = {
  name: "migrate",
  summary: "Brings the tables of the database up to date",
  async run({ env, print }) {
    const count = await withDatabase(env, async (db) => {
      const pending = await pendingMigrations(db);
      await migrate(db);
      return pending.length;
    });
    print(count === 0 ? "The tables are up to date" : `The tables are up to date after ${count} steps`);
    return 0;
  },
};

/** `whisperdesk check`: what a sysadmin's monitoring calls. */
export const checkCommand: Command = {
  name: "check",
  summary: "Says what needs a person; exit code 1 when something does",
  text: [
    "Open alarms, mails set aside or not read, answers that failed or may have left, keys near their end, a mailbox that",
    "is not polled. It says nothing that identifies somebody.",
  ].join("\n"),
  async run({ env, print }) {
    const troubles = await withDatabase(env, troublesOf);
    for (const trouble of troubles) print(trouble);
    if (troubles.length === 0) print("All is well");
    return troubles.length === 0 ? 0 : 1;
  },
};

/** `whisperdesk config`: the settings, without a value. */
export const configCommand: Command = {
  name: "config",
  summary: "Lists every setting, its default and whether it is set; exit code 1 when one is wrong",
  async run({ env, print }) {
    for (const setting of listSettings()) {
      const state = env[setting.name] ? "set" : env[`${setting.name}_FILE`] ? "set by a file" : "not set";
      const fallback = setting.required ? "required" : `default: ${setting.default ?? "none"}`;
      print(`${setting.name.padEnd(22)}${setting.process.padEnd(8)}${state.padEnd(15)}${fallback}`);
    }
    const { settings, secrets } = problemsOfSettings(env);
    for (const problem of [...settings, ...secrets]) print(`wrong: ${problem}`);
    return settings.length + secrets.length === 0 ? 0 : 1;
  },
};
