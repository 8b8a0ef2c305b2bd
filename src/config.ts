import { readFileSync } from "node:fs";
import { z } from "zod";

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/;
const port = z.coerce.number("must be a port number").int().min(0).max(65535, "must be a port number");
const yesOrNo = z.enum(["yes", "no"], "must be “yes” or “no”").transform((word) => word === "yes");
const address = z.email("must be a mail address");
const required = (what: string) => z.string(`is missing: ${what}`).min(1, `is empty: ${what}`);

const proxy = z
  .url("must be an address such as socks5h://127.0.0.1:9050")
  .refine((url) => /^socks(4|4a|5|5h)?:/.test(url), "must begin with socks5h:// or another SOCKS scheme")
  // The libraries know the scheme by its older name; names are resolved by the proxy in both.
  .transform((url) => url.replace(/^socks5h:/, "socks5:"))
  .optional();

const Common = z.object({
  DATABASE_URL: required("the address of the PostgreSQL database").regex(
    /^postgres(ql)?:\/\//,
    "must be an address such as postgres://whisperdesk@127.0.0.1/whisperdesk",
  ),
  DATABASE_PASSWORD: z.string().optional(),
  DATABASE_CONNECTIONS: z.coerce.number("must be a number").int().min(2).max(100).default(10),
  MASTER_KEY: required("the key that seals everything; `whisperdesk setup` makes one"),
  DESK_NAME: z.string().trim().min(1).default("Help desk"),
  DESK_ADDRESS: address,
  PUBLIC_URL: z.url("must be an address such as https://desk.example.org").default("http://127.0.0.1:3000"),
  METRICS_HOST: z
    .string()
    .regex(loopback, "must be a loopback address, such as 127.0.0.1")
    .default("127.0.0.1"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  SILENCE_DAYS: z.coerce.number("must be a number of days").min(0.01).max(365).default(3),
});

const DatabaseOnly = Common.pick({ DATABASE_URL: true, DATABASE_PASSWORD: true });

const Web = Common.extend({
  SESSION_SECRET: required("32 random characters or more").min(32, "must have at least 32 characters"),
  WEB_HOST: z.string().min(1).default("127.0.0.1"),
  WEB_PORT: port.default(3000),
  WEB_METRICS_PORT: port.default(9464),
  // How many proxies of ours stand in front: 0 = none, then X-Forwarded-* is not believed.
  TRUSTED_PROXIES: z.coerce.number("must be a number").int().min(0).max(10).default(0),
});

const Worker = Common.extend({
  WORKER_METRICS_PORT: port.default(9465),
  IMAP_HOST: required("the host of the mailbox"),
  IMAP_PORT: port.default(993),
  IMAP_TLS: yesOrNo.default(true),
  IMAP_USER: required("the user of the mailbox"),
  IMAP_PASSWORD: required("the password of the mailbox"),
  IMAP_FOLDER: z.string().min(1).default("INBOX"),
  IMAP_DONE_FOLDER: z.string().min(1).default("Whisperdesk"),
  IMAP_POLL_SECONDS: z.coerce.number("must be a number of seconds").min(1).max(600).default(60),
  SMTP_HOST: required("the host that takes our mail"),
  SMTP_PORT: port.default(465),
  SMTP_TLS: z.enum(["yes", "starttls", "no"], "must be “yes”, “starttls” or “no”").default("yes"),
  SMTP_USER: z.string().optional(),
  SMTP_PASSWORD: z.string().optional(),
  PROXY: proxy,
  OPENPGP_KEYS: required("the desk's secret OpenPGP keys, armored, one after the other"),
  OPENPGP_PASSPHRASE: z.string().optional(),
  // A header with our key makes programs encrypt to us by themselves, and shows in the open that we use OpenPGP.
  AUTOCRYPT_HEADER: yesOrNo.default(false),
  // Looking a key up tells others that this desk has to do with an address.
  KEY_LOOK_UP: yesOrNo.default(false),
  KEY_SERVER: z
    .url({ protocol: /^https$/, error: "must be an address such as https://keys.openpgp.org" })
    .optional(),
  ADMIN_ADDRESSES: z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .pipe(z.array(address))
    .default([]),
  MAIL_SIZE_LIMIT_MB: z.coerce.number("must be a number").min(1).max(200).default(50),
  // How long a mail server may take for an answer.
  MAIL_SERVER_SECONDS: z.coerce.number("must be a number of seconds").min(1).max(600).default(60),
  // How long what a lost worker had begun waits for another; more than reading eight mails may take.
  LEASE_SECONDS: z.coerce.number("must be a number of seconds").min(3).max(3600).default(120),
  READING_PROCESSES: z.coerce.number("must be a number").int().min(1).max(32).default(2),
}).superRefine((settings, context) => {
  // Decided by the host alone, so that nobody turns encryption off for a server on the net by mistake.
  for (const [name, host, plain] of [
    ["IMAP_TLS", settings.IMAP_HOST, !settings.IMAP_TLS],
    ["SMTP_TLS", settings.SMTP_HOST, settings.SMTP_TLS === "no"],
  ] as const) {
    if (plain && !loopback.test(host)) {
      context.addIssue({
        code: "custom",
        path: [name],
        message: "may be “no” only for a server on this machine",
      });
    }
  }
});

const LookUp = Common.pick({ DATABASE_URL: true, DATABASE_PASSWORD: true, MASTER_KEY: true }).extend({
  PROXY: proxy,
  KEY_LOOK_UP: Worker.shape.KEY_LOOK_UP,
  KEY_SERVER: Worker.shape.KEY_SERVER,
});

/** Settings of the web process. It never gets what opens the mailbox or the mail. */
export type WebConfig = z.infer<typeof Web>;
/** Settings of the worker, which alone holds the secret OpenPGP keys and the passwords of the mail servers. */
export type WorkerConfig = z.infer<typeof Worker>;
export type CommonConfig = z.infer<typeof Common>;
export type LookUpConfig = z.infer<typeof LookUp>;
export type DatabaseConfig = z.infer<typeof DatabaseOnly>;

export const readWebConfig = (env: NodeJS.ProcessEnv): WebConfig => read(Web, env);
export const readWorkerConfig = (env: NodeJS.ProcessEnv): WorkerConfig => read(Worker, env);
export const readCommonConfig = (env: NodeJS.ProcessEnv): CommonConfig => read(Common, env);
/** What the command needs that looks a key up outside. */
export const readLookUpConfig = (env: NodeJS.ProcessEnv): LookUpConfig => read(LookUp, env);
/** What a command needs that only works in the database. */
export const readDatabaseConfig = (env: NodeJS.ProcessEnv): DatabaseConfig => read(DatabaseOnly, env);

/** The program cannot start with these settings; each problem begins with the variable that it is about. */
export class BadConfig extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`These settings are not right:\n${problems.map((line) => `  ${line}`).join("\n")}`);
    this.problems = problems;
  }
}

/** The address of the database with its password in place, as `openDatabase` takes it. */
export function databaseUrl({ DATABASE_URL, DATABASE_PASSWORD }: DatabaseConfig): string {
  if (!DATABASE_PASSWORD) return DATABASE_URL;
  const [, scheme, user, given, rest] = /^(\w+:\/\/)([^/?@:]+)(:[^/?@]*)?@(.*)$/s.exec(DATABASE_URL) ?? [];
  if (!user) throw new BadConfig(["DATABASE_URL must name a user when DATABASE_PASSWORD is set"]);
  if (given)
    throw new BadConfig(["DATABASE_PASSWORD is set, and DATABASE_URL holds a password too: keep one"]);
  return `${scheme}${user}:${encodeURIComponent(DATABASE_PASSWORD)}@${rest}`;
}

/** Settings that come as files (`X_FILE`): whoever has their value can do what the program can. */
export const secretSettings = [
  "MASTER_KEY",
  "DATABASE_PASSWORD",
  "SESSION_SECRET",
  "IMAP_PASSWORD",
  "SMTP_PASSWORD",
  "OPENPGP_KEYS",
  "OPENPGP_PASSPHRASE",
] as const;
export type SecretSetting = (typeof secretSettings)[number];

export type Setting = {
  name: string;
  process: "both" | "web" | "worker";
  required: boolean;
  /** As it would be written; null where there is none. */
  default: string | null;
  secret: boolean;
};

/** Every setting there is, in the order of this file. */
export function listSettings(): Setting[] {
  const shapes = { both: Common.shape, web: Web.shape, worker: Worker.shape };
  const listed = new Map<string, Setting>();
  for (const process of ["both", "web", "worker"] as const) {
    for (const [name, schema] of Object.entries(shapes[process])) {
      if (listed.has(name)) continue;
      const without = schema.safeParse(undefined);
      listed.set(name, {
        name,
        process,
        required: !without.success,
        default: without.success ? asWritten(without.data) : null,
        secret: secretSettings.some((secret) => secret === name),
      });
    }
  }
  return [...listed.values()];
}

function asWritten(value: unknown): string | null {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return null;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function read<Schema extends z.ZodObject>(schema: Schema, env: NodeJS.ProcessEnv): z.infer<Schema> {
  const { values, problems } = withFiles(Object.keys(schema.shape), env);
  const result = schema.safeParse(values);
  const named = new Set(problems.map((problem) => problem.split("_FILE ")[0]));
  if (!result.success) {
    const issues = result.error.issues.filter((issue) => !named.has(issue.path.join(".")));
    problems.push(...issues.map((issue) => `${issue.path.join(".")} ${issue.message}`));
  }
  if (result.success && problems.length === 0) return result.data;
  throw new BadConfig(problems);
}

/** `X_FILE` names a file that holds the value of `X`: secrets come this way. An empty variable counts as not set. */
function withFiles(names: string[], env: NodeJS.ProcessEnv) {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of names) {
    const value = env[name];
    const file = env[`${name}_FILE`];
    if (value) values[name] = value;
    if (!file) continue;
    if (value) problems.push(`${name}_FILE and ${name} are both set: keep one`);
    try {
      values[name] = readFileSync(file, "utf8").trimEnd();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      problems.push(`${name}_FILE names a file that cannot be read (${code})`);
    }
  }
  return { values, problems };
}
