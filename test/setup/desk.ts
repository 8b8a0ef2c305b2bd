import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ImapServer, startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import type { Command, Questions } from "#src/setup/command.ts";
import { readCommandLine } from "#src/setup/command.ts";
import { checkCommand, configCommand, migrateCommand } from "#src/setup/desk-commands.ts";
import { readDeskEnvironment } from "#src/setup/desk-folder.ts";
import { keyCommands } from "#src/setup/key-commands.ts";
import { setupCommand } from "#src/setup/setup-command.ts";
import { staffCommands } from "#src/setup/staff-commands.ts";
import { templateCommands } from "#src/setup/template-commands.ts";
import { createTestDatabase, type Ending } from "#test/support/postgres.ts";

const commands: Command[] = [
  setupCommand,
  migrateCommand,
  checkCommand,
  configCommand,
  ...staffCommands,
  ...keyCommands,
  ...templateCommands,
];

export type SetupDesk = {
  folder: string;
  imap: ImapServer;
  smtp: SmtpSink;
  settings: Record<string, string>;
  url: string;
  /** Runs a command with the desk's settings, some of them changed; "" takes one away. */
  run: (
    words: string,
    changed?: Record<string, string>,
    questions?: Questions,
  ) => Promise<{ code: number; output: string }>;
};

/** A folder, a migrated database and mail servers, as they are before `whisperdesk setup`. */
export async function startSetupDesk(t: Ending): Promise<SetupDesk> {
  const folder = mkdtempSync(join(tmpdir(), "setup-"));
  t.after(async () => rmSync(folder, { recursive: true }));
  const { url } = await createTestDatabase(t);
  const imap = await startImapServer({ users: { desk: "imap-secret" } });
  t.after(() => imap.stop());
  const smtp = await startSmtpSink({ users: { desk: "smtp-secret" } });
  t.after(() => smtp.stop());
  const settings = {
    DATABASE_URL: url,
    DESK_ADDRESS: "desk@example.org",
    IMAP_HOST: imap.host,
    IMAP_PORT: String(imap.port),
    IMAP_TLS: "no",
    IMAP_USER: "desk",
    IMAP_PASSWORD: "imap-secret",
    SMTP_HOST: smtp.host,
    SMTP_PORT: String(smtp.port),
    SMTP_TLS: "no",
    SMTP_USER: "desk",
    SMTP_PASSWORD: "smtp-secret",
  };

  return {
    folder,
    imap,
    smtp,
    settings,
    url,
    async run(words, changed = {}, questions) {
      const lines: string[] = [];
      const { command, asked } = readCommandLine(commands, words.split(" "));
      const env = readDeskEnvironment(folder, { ...settings, ...changed });
      const print = (line: string) => void lines.push(line);
      const code = await command.run({ env, folder, print, questions: questions ?? null }, asked);
      return { code, output: lines.join("\n") };
    },
  };
}
