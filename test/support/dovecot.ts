import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, connect as openSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ImapFlow } from "imapflow";
import { eventually } from "./eventually.ts";

export type Dovecot = {
  host: string;
  port: number;
  user: string;
  password: string;
  users: Record<string, string>;
  append(user: string, folder: string, raw: Uint8Array): Promise<number>;
  messages(user: string, folder: string): Promise<{ uid: number; raw: Buffer; flags: string[] }[]>;
  stop(): Promise<void>;
};

const program = "/usr/sbin/dovecot";
const nobody = 65534;
const run = promisify(execFile);

/**
 * Starts a real Dovecot without any rights on a free port of loopback, with mail in a folder of its own and users with
 * random names. Null when Dovecot 2.3 is not installed (2.4 wants another configuration).
 */
export async function startDovecot({ userCount = 1 }: { userCount?: number } = {}): Promise<Dovecot | null> {
  if (!(await isInstalled())) return null;

  const folder = await mkdtemp(join(tmpdir(), "dovecot-"));
  const users = Object.fromEntries(Array.from({ length: userCount }, () => [randomName(), randomName()]));
  const port = await freePort();
  await writeSettings(folder, users, port);
  const server = await start(folder, port);
  const [user = "", password = ""] = Object.entries(users)[0] ?? [];

  return {
    host: "127.0.0.1",
    port,
    user,
    password,
    users,
    append: (name, path, raw) => withClient(port, name, users, (client) => append(client, path, raw)),
    messages: (name, path) => withClient(port, name, users, (client) => listMessages(client, path)),
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function isInstalled(): Promise<boolean> {
  if (!existsSync(program)) return false;
  const { stdout } = await run(program, ["--version"]);
  return stdout.startsWith("2.3.");
}

function randomName(): string {
  return `user${randomBytes(6).toString("hex")}`;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (!address || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function writeSettings(folder: string, users: Record<string, string>, port: number): Promise<void> {
  const { user, group } = await whoRuns();
  const passwords = Object.entries(users).map(([name, password]) => `${name}:{PLAIN}${password}\n`);
  await writeFile(join(folder, "users"), passwords.join(""));
  await writeFile(join(folder, "dovecot.conf"), settings(folder, user, group, port));
  for (const name of ["run", "state", "mail"]) await mkdir(join(folder, name));

  if (process.getuid?.() !== 0) return;
  for (const name of [".", "users", "dovecot.conf", "run", "state", "mail"])
    await chown(join(folder, name), nobody, nobody);
}

async function whoRuns(): Promise<{ user: string; group: string }> {
  if (process.getuid?.() === 0) return { user: "nobody", group: "nogroup" };
  const [user, group] = await Promise.all([run("id", ["-un"]), run("id", ["-gn"])]);
  return { user: user.stdout.trim(), group: group.stdout.trim() };
}

// A block may not open and set a key on one line: Dovecot calls that garbage.
function settings(folder: string, user: string, group: string, port: number): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:${folder}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${folder}/users
}
userdb {
  driver = static
  args = uid=${user} gid=${group} home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
  mailbox Trash {
    special_use = \\Trash
    auto = create
  }
  mailbox Archive {
    special_use = \\Archive
    auto = create
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`;
}

async function start(folder: string, port: number): Promise<ChildProcess> {
  const dovecot = [program, "-F", "-c", join(folder, "dovecot.conf")];
  const asNobody = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", ...dovecot];
  const [command = "", ...args] = process.getuid?.() === 0 ? asNobody : dovecot;
  const server = spawn(command, args, { stdio: "ignore" });

  try {
    await eventually("Dovecot", async () => {
      if (server.exitCode !== null) throw new Error("It ended");
      return await answers(port);
    });
    return server;
  } catch (cause) {
    server.kill("SIGTERM");
    const log = await readFile(join(folder, "dovecot.log"), "utf8").catch(() => "no log");
    throw new Error(`Dovecot did not start:\n${log}`, { cause });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket(port, "127.0.0.1");
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("close", () => resolve(false));
    socket.once("error", () => {});
  });
}

async function withClient<T>(
  port: number,
  user: string,
  users: Record<string, string>,
  act: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  const auth = { user, pass: users[user] ?? "" };
  const client = new ImapFlow({ host: "127.0.0.1", port, secure: false, auth, logger: false });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.logout();
  }
}

async function append(client: ImapFlow, folder: string, raw: Uint8Array): Promise<number> {
  const appended = await client.append(folder, Buffer.from(raw));
  if (!appended) throw new Error("Dovecot did not take the mail");
  return appended.uid ?? 0;
}

async function listMessages(client: ImapFlow, folder: string) {
  await client.mailboxOpen(folder, { readOnly: true });
  const messages = await client.fetchAll("1:*", { uid: true, source: true, flags: true }, { uid: true });
  return messages.map(({ uid, source, flags }) => ({
    uid,
    raw: source ?? Buffer.alloc(0),
    flags: [...(flags ?? [])],
  }));
}
