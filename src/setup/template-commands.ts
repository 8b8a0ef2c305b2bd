import { existsSync } from "node:fs";
import { exportFolder } from "../reply-templates/export-folder.ts";
import { importFolder } from "../reply-templates/import-folder.ts";
import { BadCommand, type Command } from "./command.ts";
import { withDatabase } from "./desk-database.ts";

/** `whisperdesk templates …`: the answers as a folder of Markdown files, for translators and developers in git. */
export const templateCommands: Command[] = [
  {
    name: "templates export",
    operands: ["DIR"],
    summary: "Writes the template answers as Markdown files with front matter",
    async run({ env, print }, { operands: [folder = ""] }) {
      const { written, total } = await withDatabase(env, (db) => exportFolder(db, folder));
      print(`${written.length} of ${total} files changed in ${folder}`);
      return 0;
    },
  },
  {
    name: "templates import",
    operands: ["DIR"],
    summary: "Takes over what changed in the files; when one of them is wrong, nothing",
    async run({ env, print }, { operands: [folder = ""] }) {
      if (!existsSync(folder)) throw new BadCommand(`There is no folder ${folder}`);
      const result = await withDatabase(env, (db) => importFolder(db, folder));
      if (result.ok) {
        print(
          `${result.files} files read: ${result.created.length} created, ${result.changed.length} changed`,
        );
        return 0;
      }
      for (const { file, line, message } of result.problems) print(`${file}:${line}: ${message}`);
      print("Nothing was changed.");
      return 1;
    },
  },
];
