import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Ground, randomWord } from "./ground.ts";

export type MailServer = {
  pid: number;
  port: number;
  password: string;
  /** Puts mails of a folder into the mailbox; returns when they were there, in milliseconds. */
  deliver(folder: string, from: number, to: number): Promise<number>;
  stop(): Promise<void>;
};

/** Starts the small IMAP server in a process of its own. */
export async function startMailServer(): Promise<MailServer> {
  const password = randomWord();
  const child = fork(join(import.meta.dirname, "mailbox-process.ts"), ["desk", password]);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    pid: child.pid ?? 0,
    port,
    password,
    async deliver(folder, from, to) {
      child.send({ folder, from, to });
      const [{ deliveredAt }] = (await once(child, "message")) as [{ deliveredAt: number }];
      return deliveredAt;
    },
    stop: () => end(child),
  };
}

export type DeskProcess = { pid: number; url: string; stop(): Promise<void> };

/** Starts the real worker, and waits until it says that it is ready. */
export async function startWorker(
  ground: Ground,
  databaseUrl: string,
  mail: { port: number; password: string },
  options: { key: string; profile?: string | undefined },
): Promise<DeskProcess> {
  const child = startNode("worker.ts", options.profile, {
    ...commonSettings(ground, databaseUrl),
    OPENPGP_KEYS: options.key,
    WORKER_METRICS_PORT: "0",
    IMAP_HOST: "127.0.0.1",
    IMAP_PORT: String(mail.port),
    IMAP_TLS: "no",
    IMAP_USER: "desk",
    IMAP_PASSWORD: mail.password,
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: "9",
    SMTP_TLS: "no",
  });
  const port = await portInLog(child);
  return await whenReady(child, `http://127.0.0.1:${port}`, "/readyz");
}

export type WebProcess = DeskProcess & {
  /** Its own times in ms of the requests since the last call, when there are so many of them. */
  served(count: number): Promise<number[]>;
};

/** Starts the real web process, and waits until its first page comes. */
export async function startWeb(
  ground: Ground,
  databaseUrl: string,
  options: { profile?: string | undefined } = {},
): Promise<WebProcess> {
  const port = await freePort();
  const child = startNode("server.ts", options.profile, {
    ...commonSettings(ground, databaseUrl),
    SESSION_SECRET: randomWord() + randomWord(),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    WEB_PORT: String(port),
    WEB_METRICS_PORT: "0",
  });
  const times = timesInLog(child);
  const web = await whenReady(child, `http://127.0.0.1:${port}`, "/sign-in");
  return {
    ...web,
    async served(count) {
      for (let tries = 0; times.length < count && tries < 500; tries += 1)
        await new Promise((done) => setTimeout(done, 10));
      if (times.length < count)
        throw new Error(`The web process told of ${times.length} requests, not ${count}`);
      return times.splice(0).slice(-count);
    },
  };
}

/** The web process tells each request in its log; what it says of pages is collected. */
function timesInLog(child: ChildProcess): number[] {
  const times: number[] = [];
  if (!child.stdout) throw new Error("The process has no log");
  createInterface(child.stdout).on("line", (line) => {
    const entry: { level: number; msg: string; ms: number } = JSON.parse(line);
    if (entry.msg === "request") times.push(entry.ms);
    if (entry.level >= 40) console.error(line);
  });
  return times;
}

function commonSettings(ground: Ground, databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    MASTER_KEY: ground.masterKey.trim(),
    DESK_ADDRESS: "support@example.org",
  };
}

function startNode(file: string, profile: string | undefined, env: Record<string, string>): ChildProcess {
  const program = join(import.meta.dirname, "../src", file);
  const flags = profile ? ["--cpu-prof", `--cpu-prof-dir=${profile}`] : [];
  const child = spawn(process.execPath, [...flags, program], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH, LOG_LEVEL: "info", ...env },
  });
  child.once("exit", (code) => {
    if (code) console.error(`${file} ended with ${code}`);
  });
  return child;
}

/** The worker takes a free port and tells it in its log. */
async function portInLog(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error("The process has no log");
  const lines = createInterface(child.stdout);
  return await new Promise<number>((resolve, reject) => {
    lines.on("line", (line) => {
      const entry: { level: number; metricsPort?: number } = JSON.parse(line);
      if (entry.metricsPort) resolve(entry.metricsPort);
      if (entry.level >= 40) console.error(line);
    });
    lines.once("close", () => reject(new Error("The process ended before it was ready")));
  });
}

async function whenReady(child: ChildProcess, url: string, path: string): Promise<DeskProcess> {
  for (let tries = 0; tries < 3000; tries += 1) {
    const answer = await fetch(url + path).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return { pid: child.pid ?? 0, url, stop: () => end(child) };
    if (child.exitCode !== null) throw new Error("The process ended before it was ready");
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("The process did not answer within 30 seconds");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (!address || typeof address === "string") throw new Error("No free port");
  return address.port;
}
