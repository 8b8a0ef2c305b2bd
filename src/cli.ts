#!/usr/bin/env node
import { BadCommand, helpOf, overviewOf, readCommandLine } from "./setup/command.ts";
import { checkCommand, configCommand, migrateCommand } from "./setup/desk-commands.ts";
import { readDeskEnvironment } from "./setup/desk-folder.ts";
import { keyCommands } from "./setup/key-commands.ts";
import { lookUpCommand } from "./setup/look-up-command.ts";
import { searchCommands } from "./setup/search-commands.ts";
import { setupCommand } from "./setup/setup-command.ts";
import { staffCommands } from "./setup/staff-commands.ts";
import { describeStartProblem } from "./setup/start-problem.ts";
import { templateCommands } from "./setup/template-commands.ts";
import { questionsOn } from "./setup/terminal.ts";

// The commands for the person who runs the desk.
const commands = [
  setupCommand,
  migrateCommand,
  checkCommand,
  configCommand,
  ...staffCommands,
  ...keyCommands,
  lookUpCommand,
  ...templateCommands,
  ...searchCommands,
];
const print = (line: string) => console.log(line);

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof BadCommand ? error.message : describeStartProblem(error));
  process.exitCode = error instanceof BadCommand ? 2 : 1;
}

async function run(words: string[]): Promise<number> {
  if (words.length === 0 || words[0] === "--help" || words[0] === "help") {
    print(overviewOf(commands));
    return words.length === 0 ? 2 : 0;
  }
  const { command, asked } = readCommandLine(commands, words);
  if (asked.options.help) {
    print(helpOf(command));
    return 0;
  }
  const folder = String(asked.options.folder ?? (process.env.WHISPERDESK_FOLDER || "desk"));
  const mayAsk = process.stdin.isTTY && process.stdout.isTTY && !asked.options["no-questions"];
  const questions = mayAsk ? questionsOn(process.stdin, process.stdout) : null;
  try {
    return await command.run(
      { env: readDeskEnvironment(folder, process.env), folder, print, questions },
      asked,
    );
  } finally {
    questions?.close();
  }
}
