import type { NewKeyOptions } from "../openpgp/generate-secret-key.ts";
import { BadCommand, type Command } from "./command.ts";
import { setUp } from "./setup.ts";

const kinds = ["curve25519", "rsa4096", "rsa3072"] as const satisfies NewKeyOptions["kind"][];

/** `whisperdesk setup` */
export const setupCommand: Command = {
  name: "setup",
  summary: "Walks through the first start; can be repeated",
  text: [
    "Checks the settings, makes the secret files that are missing, brings the tables of the database up to date, checks",
    "the master key, makes or takes over the OpenPGP key, tries both mail servers and makes the first admin. It asks for",
    "what is missing on a terminal. Nothing that is there is changed. Exit code 1: something is left to do.",
  ].join("\n"),
  options: {
    offline: { help: "only the settings and the secret files: needs no database and no net" },
    "skip-mail": { help: "does not try the mail servers" },
    "no-questions": { help: "asks nothing, also on a terminal" },
    admin: { value: "NAME", help: "name of the first admin (default: admin)" },
    "import-key": { value: "FILE", help: "secret OpenPGP key that the desk has already, armored" },
    "key-kind": { value: "KIND", help: `of a new key: ${kinds.join(", ")} (default: ${kinds[0]})` },
    "key-days": { value: "DAYS", help: "days until a new key expires (default: never)" },
  },
  async run(context, { options }) {
    const open = await setUp(context, {
      offline: options.offline === true,
      skipMail: options["skip-mail"] === true,
      admin: textOf(options.admin),
      key: {
        importFile: textOf(options["import-key"]),
        kind: readKind(options["key-kind"]),
        expiresInDays: readDays(options["key-days"]),
      },
    });
    const things = open === 1 ? "One thing is" : `${open} things are`;
    context.print(open === 0 ? "\nEverything is ready." : `\n${things} left to do; then run this again.`);
    return open === 0 ? 0 : 1;
  },
};

export function textOf(option: string | boolean | undefined): string | undefined {
  return typeof option === "string" && option !== "" ? option : undefined;
}

export function readKind(option: string | boolean | undefined): NewKeyOptions["kind"] {
  const kind = kinds.find((one) => one === option);
  if (option !== undefined && !kind) throw new BadCommand(`--key-kind is one of ${kinds.join(", ")}`);
  return kind;
}

export function readDays(option: string | boolean | undefined): number | undefined {
  if (option === undefined) return undefined;
  const days = Number(option);
  if (!Number.isInteger(days) || days < 1 || days > 36_500)
    throw new BadCommand("--key-days is a number of days");
  return days;
}
