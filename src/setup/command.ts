import { parseArgs } from "node:util";

/** One command of `whisperdesk`. `run` returns the exit code. */
export type Command = {
  name: string;
  summary: string;
  /** What is written after the name, such as "NAME". */
  operands?: string[];
  options?: Record<string, Option>;
  /** Paragraphs for `--help`. */
  text?: string;
  run(context: Context, asked: Asked): Promise<number>;
};

export type Option = { help: string; value?: string };
export type Asked = { operands: string[]; options: Record<string, string | boolean | undefined> };

export type Context = {
  /** The settings: environment, settings.env and secret files, see `readDeskEnvironment`. */
  env: NodeJS.ProcessEnv;
  folder: string;
  print: (line: string) => void;
  /** Null where nobody sits at a terminal. */
  questions: Questions | null;
};

export type Questions = {
  ask(question: string, fallback?: string): Promise<string>;
  /** What is typed is not shown. */
  askSecret(question: string): Promise<string>;
  close(): void;
};

export const commonOptions: Record<string, Option> = {
  folder: {
    value: "DIR",
    help: "holds settings.env and secrets/ (default: $WHISPERDESK_FOLDER, else ./desk)",
  },
  help: { help: "shows this text" },
};

/** The command line is not right; the message says why. */
export class BadCommand extends Error {}

/** Finds which command the words mean, and what was asked of it. */
export function readCommandLine(commands: Command[], words: string[]): { command: Command; asked: Asked } {
  const command =
    commands.find(({ name }) => name === words.slice(0, name.split(" ").length).join(" ")) ?? null;
  if (!command) throw new BadCommand(`There is no command “${words.join(" ")}”. See: whisperdesk --help`);

  const rest = words.slice(command.name.split(" ").length);
  const asked = parseRest(command, rest);
  const wanted = command.operands ?? [];
  if (!asked.options.help && asked.operands.length !== wanted.length) {
    throw new BadCommand(`Write: whisperdesk ${[command.name, ...wanted].join(" ")}`);
  }
  return { command, asked };
}

function parseRest(command: Command, args: string[]): Asked {
  const known = { ...command.options, ...commonOptions };
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { value }]) => [
      name,
      { type: value ? ("string" as const) : ("boolean" as const) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { operands: positionals, options: values };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(". ")[0] : "The options cannot be read";
    throw new BadCommand(`${reason}. See: whisperdesk ${command.name} --help`);
  }
}

/** The text of `whisperdesk COMMAND --help`. */
export function helpOf(command: Command): string {
  const usage = ["Usage: whisperdesk", command.name, ...(command.operands ?? []), "[options]"].join(" ");
  const options = Object.entries({ ...command.options, ...commonOptions });
  const lines = options.map(([name, { value, help }]) =>
    `  ${`--${name}${value ? ` ${value}` : ""}`.padEnd(24)} ${help}`.trimEnd(),
  );
  return [`${command.summary}.`, usage, command.text, lines.join("\n")].filter(Boolean).join("\n\n");
}

/** The text of `whisperdesk --help`. */
export function overviewOf(commands: Command[]): string {
  const lines = commands.map(
    ({ name, operands = [], summary }) => `  ${[name, ...operands].join(" ").padEnd(24)} ${summary}`,
  );
  return `Usage: whisperdesk COMMAND [options]\n\n${lines.join("\n")}\n\nEach one has --help.`;
}
