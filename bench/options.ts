import { parseArgs } from "node:util";

export const partNames = [
  "ingest",
  "memory",
  "start",
  "pages",
  "language",
  "decrypt",
  "bombs",
  "hostile",
  "search",
] as const;
export type PartName = (typeof partNames)[number];

export type Options = {
  parts: PartName[];
  quick: boolean;
  seed: number;
  rounds: number;
  /** How many tickets a desk has when its pages are measured. */
  tickets: number[];
  out: string | undefined;
  /** A folder for CPU profiles of the workers. */
  profile: string | undefined;
  /** Kinds of mail by the start of their names; empty: all. */
  kinds: string[];
  workers: number[];
  /** Tell what each statement of a page costs. */
  statements: boolean;
  /** The pages without a working inbox beside them. */
  alone: boolean;
};

/** Reads the command line; says what there is and ends when it cannot be read. */
export function readOptions(args: string[]): Options {
  try {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: known });
    const parts = positionals.map((word) => {
      const part = partNames.find((name) => name === word);
      if (!part) throw new Error(`There is no part “${word}”`);
      return part;
    });
    return {
      parts: parts.length > 0 ? parts : [...partNames],
      quick: values.quick,
      seed: Number(values.seed),
      rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
      tickets: (values.tickets ?? (values.quick ? "1000" : "1000,100000,1000000")).split(",").map(Number),
      out: values.out,
      profile: values.profile,
      kinds: values.kinds?.split(",") ?? [],
      statements: values.statements,
      alone: values.alone,
      workers: (values.workers ?? "1,2").split(",").map(Number),
    };
  } catch (error) {
    console.error(error instanceof Error ? error.message : "The command line cannot be read");
    console.error(
      `npm run bench -- [${partNames.join("] [")}] [--quick] [--seed 1] [--rounds 3] [--workers 1,2]\n` +
        "  [--kinds clear,rsa] [--tickets 1000,100000,1000000] [--statements] [--alone] [--profile folder] [--out file.json]",
    );
    process.exit(2);
  }
}

const known = {
  quick: { type: "boolean", default: false },
  seed: { type: "string", default: "1" },
  rounds: { type: "string" },
  tickets: { type: "string" },
  out: { type: "string" },
  profile: { type: "string" },
  kinds: { type: "string" },
  workers: { type: "string" },
  statements: { type: "boolean", default: false },
  alone: { type: "boolean", default: false },
} as const;
