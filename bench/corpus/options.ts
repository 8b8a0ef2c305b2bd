import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { PinnedKey } from "#src/mime/crypto-summary.ts";

export type CorpusOptions = {
  folder: string;
  /** Armoured secret keys of the desk. */
  secretKeys: string[];
  confirmed: PinnedKey[];
  deskAddress: string;
  json: boolean;
};

const usage = `npm run corpus -- FOLDER [--keys FILE]... [--confirmed ADDRESS=FILE]... [--desk ADDRESS] [--json]

Reads every mail in FOLDER as the desk would, without a database, and tells what it made of them.

  --keys FILE               armoured secret keys of the desk, without a passphrase; may be repeated
  --confirmed ADDRESS=FILE  an armoured public key that staff confirmed for an address; may be repeated
  --desk ADDRESS            the desk's own address (desk@example.org unless given)
  --json                    a line of JSON for each mail instead of the table`;

/** Reads the command line; says what is wrong with it, and ends, when it cannot be read. */
export function readCorpusOptions(args: string[]): CorpusOptions {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: known });
    const [folder, ...others] = positionals;
    if (!folder || others.length > 0) throw new Error("Name one folder of mails");
    return {
      folder,
      secretKeys: (values.keys ?? []).map((file) => readFileSync(file, "utf8")),
      confirmed: (values.confirmed ?? []).map(readConfirmed),
      deskAddress: values.desk,
      json: values.json,
    };
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : "The command line cannot be read"}\n\n${usage}`,
    );
    process.exit(2);
  }
}

function readConfirmed(text: string): PinnedKey {
  const equals = text.indexOf("=");
  if (equals < 1) throw new Error(`--confirmed takes ADDRESS=FILE, not “${text}”`);
  return { address: text.slice(0, equals), armored: readFileSync(text.slice(equals + 1), "utf8") };
}

const known = {
  keys: { type: "string", multiple: true },
  confirmed: { type: "string", multiple: true },
  desk: { type: "string", default: "desk@example.org" },
  json: { type: "boolean", default: false },
} as const;
