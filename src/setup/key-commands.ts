import { readFile } from "node:fs/promises";
import type { Database } from "../database.ts";
import { generateSecretKey } from "../openpgp/generate-secret-key.ts";
import { BadCommand, type Command } from "./command.ts";
import { withDatabase } from "./desk-database.ts";
import { keyFileCommands } from "./key-file-commands.ts";
import { problemsOfSettings } from "./problems-of-settings.ts";
import { makeSecretFile } from "./secret-files.ts";
import { readDays, readKind, textOf } from "./setup-command.ts";

type OurKey = {
  fingerprint: string;
  user_ids: string[];
  created_at: Date;
  expires_at: Date | null;
  signs: boolean;
  public_key: string;
};

/** `whisperdesk keys …` */
export const keyCommands: Command[] = [
  {
    name: "keys list",
    summary: "Lists the desk's OpenPGP keys that the worker has opened",
    async run({ env, print }) {
      const keys = await withDatabase(env, ourKeys);
      if (keys.length === 0) print("None: the worker writes them down when it starts");
      for (const key of keys) {
        const end = key.expires_at ? `expires ${day(key.expires_at)}` : "never expires";
        print(`${key.fingerprint}  ${key.signs ? "signs" : "opens"}  made ${day(key.created_at)}, ${end}`);
        for (const name of key.user_ids) print(`  ${name}`);
      }
      return 0;
    },
  },
  {
    name: "keys generate",
    operands: ["FILE"],
    summary: "Makes a new secret OpenPGP key in a new file",
    text: [
      "To change over: `whisperdesk keys import --first FILE`. The first key of OPENPGP_KEYS signs; all of them open mail.",
    ].join("\n"),
    options: {
      "key-kind": { value: "KIND", help: "curve25519, rsa4096 or rsa3072 (default: curve25519)" },
      "key-days": { value: "DAYS", help: "days until it expires (default: never)" },
      passphrase: { value: "FILE", help: "file with a passphrase that locks the key" },
    },
    async run({ env, print }, { operands: [file = ""], options }) {
      const wrong = problemsOfSettings(env).settings.filter((problem) => /^DESK_/.test(problem));
      if (wrong.length > 0) throw new BadCommand(wrong.join("\n"));
      const passphrase = await readPassphrase(textOf(options.passphrase));
      const key = await generateSecretKey(env.DESK_NAME || "Help desk", env.DESK_ADDRESS ?? "", {
        kind: readKind(options["key-kind"]),
        expiresInDays: readDays(options["key-days"]),
        passphrase,
      });
      if (!(await makeSecretFile(file, key.secret))) throw new BadCommand(`${file} is there already`);
      print(`${key.fingerprint}: ${file}`);
      return 0;
    },
  },
  {
    name: "keys export",
    summary: "Prints the desk's public OpenPGP keys, as they may be given to anybody",
    async run({ env, print }) {
      const keys = await withDatabase(env, ourKeys);
      if (keys.length === 0)
        throw new BadCommand("There are none yet: the worker writes them down when it starts");
      for (const key of keys) print(key.public_key.trimEnd());
      return 0;
    },
  },
  ...keyFileCommands,
];

async function ourKeys(db: Database): Promise<OurKey[]> {
  return await db<OurKey>("our_keys")
    .select("*")
    .orderBy([{ column: "signs", order: "desc" }, "fingerprint"]);
}

async function readPassphrase(file: string | undefined): Promise<string | undefined> {
  if (!file) return undefined;
  return (await readFile(file, "utf8")).trimEnd();
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
