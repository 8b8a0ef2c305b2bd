import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import pg from "pg";
import {
  type Postgres,
  type PostgresOptions,
  startDebianPostgres,
  startPostgres,
} from "#src/demo/postgres.ts";
import { accountFor } from "#src/demo/postgres-account.ts";
import { debianBinaries, embeddedBinaries, makeLinks } from "#src/demo/postgres-binaries.ts";
import { makeCluster } from "#src/demo/postgres-cluster.ts";
import { waitUntilFree } from "#src/demo/postgres-lock.ts";
import { eventually } from "#test/support/eventually.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const rootOnly = { skip: isRoot ? false : "only root can become another user" };
const debian = { skip: (await debianBinaries()) ? false : "no PostgreSQL of Debian in /usr/lib/postgresql" };

// An empty database takes a second to make, so most tests begin with a copy.
const prepared = await mkdtemp(join(tmpdir(), "whisperdesk-postgres-"));
before(async () => {
  const server = await startPostgres({ dataDir: prepared });
  await server.stop();
});
after(() => rm(prepared, { recursive: true, force: true }));

test("keeps the data over two starts and says what it does", async (t) => {
  const dataDir = await makeFolder(t);
  const said: string[] = [];
  const first = await startPostgres({ dataDir, onProgress: (sentence) => said.push(sentence) });
  await query(first.url, "create table seen (word text); insert into seen values ('résumé')");
  await first.stop();
  await first.stop();

  const second = await start(t, { dataDir, onProgress: (sentence) => said.push(sentence) });

  assert.deepEqual(await query(second.url, "select word from seen"), [{ word: "résumé" }]);
  assert.equal(second.url, first.url);
  assert.deepEqual(said, [
    "Making the database, which happens only once …",
    `Starting PostgreSQL ${first.version} …`,
    `Starting PostgreSQL ${first.version} …`,
  ]);
});

test("shuts down cleanly although sessions are open", async (t) => {
  const dataDir = await makeDataFolder(t);
  const server = await startPostgres({ dataDir });
  const client = await connect(t, server.url);
  await client.query("begin");

  await server.stop();

  assert.match(await readLog(dataDir), /database system is shut down\n$/);
  assert.equal(await isRunning(server.pid), false);
});

test("is durable, private and silent about what people wrote", async (t) => {
  const dataDir = await makeDataFolder(t);
  const server = await start(t, { dataDir });

  const [settings] = await query(
    server.url,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
      current_setting('full_page_writes') as pages, current_setting('data_checksums') as checksums,
      current_setting('listen_addresses') as addresses, current_setting('server_encoding') as encoding,
      (select count(*)::int from pg_hba_file_rules where type = 'local' and auth_method = 'trust') as local,
      (select count(*)::int from pg_hba_file_rules where type <> 'local' and auth_method <> 'reject') as remote`,
  );
  await query(
    server.url,
    "create table people (address text unique); insert into people values ('a@example.org')",
  );
  await assert.rejects(query(server.url, "insert into people values ('a@example.org')"), /duplicate key/);

  assert.deepEqual(settings, {
    fsync: "on",
    commit: "on",
    pages: "on",
    checksums: "on",
    addresses: "",
    encoding: "UTF8",
    local: settings?.local,
    remote: 0,
  });
  assert.equal((await stat(socketFolder(server))).mode & 0o777, 0o700);
  assert.equal((await stat(join(dataDir, `pg${major(server)}`))).mode & 0o777, 0o700);
  assert.match(await readLog(dataDir), /duplicate key/);
  assert.doesNotMatch(await readLog(dataDir), /example\.org/);
});

test("recovers when the server itself is killed, under the same address and with all that was committed", async (t) => {
  const server = await start(t, { dataDir: await makeDataFolder(t) });
  await query(server.url, "create table seen (word text); insert into seen values ('kept')");
  const before = server.pid;

  await server.crash();
  await server.crash();

  assert.notEqual(server.pid, before);
  assert.deepEqual(await query(server.url, "select word from seen"), [{ word: "kept" }]);
});

test("keeps trying while it cannot start again, as with a full disk", async (t) => {
  const dataDir = await makeDataFolder(t);
  const said: string[] = [];
  const server = await start(t, { dataDir, onProgress: (sentence) => said.push(sentence) });
  const control = join(dataDir, `pg${major(server)}/global/pg_control`);
  await rename(control, `${control}.away`);

  const recovery = server.crash();
  await untilItTriesAgain(said);
  await rename(`${control}.away`, control);
  await recovery;

  assert.deepEqual(await query(server.url, "select 1 as one"), [{ one: 1 }]);
});

test("stops at once while it tries to start again", async (t) => {
  const dataDir = await makeDataFolder(t);
  const said: string[] = [];
  const server = await start(t, { dataDir, onProgress: (sentence) => said.push(sentence) });
  const pid = server.pid;
  await rm(join(dataDir, `pg${major(server)}/global/pg_control`));
  process.kill(pid, "SIGKILL");
  await untilItTriesAgain(said);

  await server.stop();

  assert.equal(await isRunning(pid), false);
});

test("makes one database when two first starts come at once", async (t) => {
  const dataDir = await makeFolder(t);
  const binaries = await embeddedBinaries();
  const data = join(dataDir, `pg${binaries.major}`);
  const plan = { data, binaries, account: await accountFor(data), durable: false, say: () => {} };

  await Promise.all([makeCluster(plan), makeCluster(plan)]);

  assert.deepEqual(await readdir(dataDir), [`pg${binaries.major}`]);
  await start(t, { dataDir });
});

test("ends with its process, even when that is killed", async (t) => {
  const dataDir = await makeDataFolder(t);
  const { supervisor, pid } = await startElsewhere(t, dataDir);

  supervisor.kill("SIGKILL");
  await eventually("the server to end", async () => !(await isRunning(pid)));

  assert.match(await readLog(dataDir), /database system is shut down\n$/);
  const server = await start(t, { dataDir });
  assert.deepEqual(await query(server.url, "select 1 as one"), [{ one: 1 }]);
});

test("ends a server that lost its process and was not told", async (t) => {
  const dataDir = await makeDataFolder(t);
  const { supervisor, pid } = await startElsewhere(t, dataDir, { PATH: await pathWithout(t, "setpriv") });
  await query(await urlOf(dataDir), "create table seen (word text)");
  const gone = once(supervisor, "exit");
  supervisor.kill("SIGKILL");
  await gone;
  assert.equal(await isRunning(pid), true, "without setpriv it outlives its process");

  const server = await start(t, { dataDir });

  assert.equal(await isRunning(pid), false);
  assert.deepEqual(await query(server.url, "select word from seen"), []);
});

test("waits for a server that another process still uses, then says who has it", async (t) => {
  const dataDir = await makeDataFolder(t);
  const said: string[] = [];
  const server = await start(t, { dataDir });
  const data = join(dataDir, `pg${major(server)}`);

  await assert.rejects(
    waitUntilFree(data, (sentence) => said.push(sentence), 300),
    /Another program \(process \d+\) uses the database in .* Stop it first\./,
  );

  assert.deepEqual(said, ["Waiting for an earlier PostgreSQL to end …"]);
  assert.deepEqual(await query(server.url, "select 1 as one"), [{ one: 1 }]);
});

test("starts over a stale lock, also when its number belongs to somebody else by now", async (t) => {
  const dataDir = await makeDataFolder(t);
  const first = await startPostgres({ dataDir });
  await first.stop();
  const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
  t.after(() => stranger.kill("SIGKILL"));

  for (const pid of [stranger.pid, 4_194_000]) {
    const lines = [pid, dataDir, 1_700_000_000, 5432, dataDir, "", "1 1", "ready"];
    await writeFile(join(dataDir, `pg${major(first)}/postmaster.pid`), `${lines.join("\n")}\n`);
    const server = await startPostgres({ dataDir });
    await server.stop();
  }

  assert.equal(stranger.exitCode, null);
});

test("makes the database again when its making was interrupted", async (t) => {
  const dataDir = await makeFolder(t);
  const { major } = await embeddedBinaries();
  await mkdir(join(dataDir, `pg${major}.new-4194000-abc`));

  const server = await start(t, { dataDir });

  assert.deepEqual(await query(server.url, "select 1 as one"), [{ one: 1 }]);
  await assert.rejects(stat(join(dataDir, `pg${major}.new-4194000-abc`)), /ENOENT/);
});

test("starts from a folder too deep for the path of a socket", async (t) => {
  const dataDir = join(await makeFolder(t), "deep".repeat(25));

  const server = await start(t, { dataDir });

  assert.deepEqual(await query(server.url, "select 1 as one"), [{ one: 1 }]);
});

test("takes back a data folder that was opened to others", async (t) => {
  const dataDir = await makeDataFolder(t);
  const first = await startPostgres({ dataDir });
  await first.stop();
  const data = join(dataDir, `pg${major(first)}`);
  await chmod(data, 0o777);

  await start(t, { dataDir });

  assert.equal((await stat(data)).mode & 0o777, 0o700);
});

test("tells the reason when it does not start", async (t) => {
  const dataDir = await makeDataFolder(t);

  await assert.rejects(
    startPostgres({ dataDir, settings: { shared_buffers: "much" } }),
    /PostgreSQL does not start:\n.*invalid value for parameter "shared_buffers"/,
  );
});

test("makes the links that npm leaves out, and leaves them when they are there", async (t) => {
  const root = await makeFolder(t);
  const { folder } = await embeddedBinaries();
  await run("cp", ["-r", dirname(folder), join(root, "native")]);
  await run("find", [join(root, "native/lib"), "-type", "l", "-delete"]);
  await assert.rejects(
    run(join(root, "native/bin/postgres"), ["--version"]),
    /cannot open shared object file/,
  );

  await makeLinks(root);
  await makeLinks(root);

  assert.match((await run(join(root, "native/bin/postgres"), ["--version"])).stdout, /PostgreSQL/);
});

test("starts where the machine has hardly any shared memory", rootOnly, async (t) => {
  const small = 'mount -t tmpfs -o size=64k tmpfs /dev/shm && exec "$@"';
  const mayMount = await run("unshare", ["--mount", "sh", "-c", small, "sh", "true"]).then(
    () => true,
    () => false,
  );
  if (!mayMount) return t.skip("this machine lets nobody mount anything");
  const before = ["unshare", "--mount", "sh", "-c", small, "sh"];

  const { url } = await startElsewhere(t, await makeFolder(t), { before });

  assert.deepEqual(await query(url, "select 1 as one"), [{ one: 1 }]);
});

test("runs as root from a folder that is closed to everyone else", rootOnly, async (t) => {
  const closed = await makeFolder(t);
  await chmod(closed, 0o700);
  const { folder, version, major } = await embeddedBinaries();
  await run("cp", ["-r", dirname(folder), join(closed, "native")]);

  const server = await start(t, {
    dataDir: join(closed, "data"),
    binaries: { folder: join(closed, "native/bin"), version, major },
  });

  assert.equal(await uidOf(server.pid), 0);
});

test("runs as nobody where root may not open a user namespace, and goes on so", rootOnly, async (t) => {
  const closed = await makeFolder(t);
  const first = await startElsewhere(t, closed, { PATH: await pathWithout(t, "unshare") });
  assert.equal(await uidOf(first.pid), 65534);
  await query(first.url, "create table seen (word text)");
  first.supervisor.kill("SIGTERM");
  await once(first.supervisor, "exit");

  const second = await start(t, { dataDir: closed });

  assert.equal(await uidOf(second.pid), 65534);
  assert.deepEqual(await query(second.url, "select word from seen"), []);
});

test("runs as an ordinary user", rootOnly, async (t) => {
  const home = await makeHomeOfNobody(t);
  const { supervisor, url, pid } = await startElsewhere(t, join(home, ".data"), { home });

  assert.equal(await uidOf(pid), 65534);
  assert.deepEqual(await query(url, "select 1 as one"), [{ one: 1 }]);

  supervisor.kill("SIGTERM");
  await once(supervisor, "exit");
  assert.match(await readLog(join(home, ".data")), /database system is shut down\n$/);
});

test("says in words which folder a user may not use", rootOnly, async (t) => {
  const home = await makeHomeOfNobody(t);
  await mkdir(join(home, "closed"), { mode: 0o700 });
  const server = await startPostgres({ dataDir: join(home, "of-root") });
  await server.stop();
  await chown(join(home, "of-root"), 65534, 65534);

  await assert.rejects(
    startElsewhere(t, join(home, "closed/data"), { home }),
    /The folder \S+ cannot be written by this user \(65534, EACCES\)\. Make it writable, or name another/,
  );
  await assert.rejects(
    startElsewhere(t, join(home, "of-root"), { home }),
    /The database in \S+ belongs to user 0, but this is user 65534\. Run as that user, or name another/,
  );
});

test("runs Debian's PostgreSQL beside the embedded one", debian, async (t) => {
  const dataDir = await makeDataFolder(t);
  const embedded = await start(t, { dataDir });
  const server = await startDebianPostgres({ dataDir });
  t.after(() => server.stop());
  await query(server.url, "create table seen (word text)");

  await server.crash();

  assert.deepEqual(await query(server.url, "select word from seen"), []);
  assert.deepEqual(await query(embedded.url, "select 1 as one"), [{ one: 1 }]);
  assert.notEqual(server.url, embedded.url);
});

async function untilItTriesAgain(said: string[]): Promise<void> {
  await eventually("the server to try again", () => {
    assert.match(said.at(-1) ?? "", /Trying again …$/);
    return true;
  });
}

async function start(t: TestContext, options: PostgresOptions): Promise<Postgres> {
  const server = await startPostgres(options);
  t.after(() => server.stop());
  return server;
}

async function makeDataFolder(t: TestContext): Promise<string> {
  const dataDir = await makeFolder(t);
  await run("cp", ["-a", `${prepared}/.`, dataDir]);
  return dataDir;
}

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "whisperdesk-postgres-")));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  return folder;
}

type Elsewhere = { supervisor: ChildProcess; url: string; pid: number };

/** Starts the server from a process of its own, behind the words of `before`; with `home` as nobody, out of the copy that stands there. */
async function startElsewhere(
  t: TestContext,
  dataDir: string,
  { PATH = process.env.PATH, home, before = [] }: { PATH?: string; home?: string; before?: string[] } = {},
): Promise<Elsewhere> {
  const source = home ?? dirname(dirname(import.meta.dirname));
  const script = `
    const { startPostgres } = await import(${JSON.stringify(`${source}/src/demo/postgres.ts`)});
    const binaries = ${JSON.stringify(home ? await binariesAt(home) : await embeddedBinaries())};
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, binaries });
    process.on("SIGTERM", () => server.stop().then(() => process.exit()));
    setInterval(() => {}, 1000);
    console.log(JSON.stringify({ url: server.url, pid: server.pid }));`;
  const node = home ? join(home, "node") : process.execPath;
  const command = [node, "--input-type=module", "--eval", script];
  const [program = "", ...args] = home
    ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...command]
    : [...before, ...command];
  const supervisor = spawn(program, args, { cwd: "/", env: { PATH }, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => supervisor.kill("SIGKILL"));

  let complaint = "";
  supervisor.stderr.on("data", (text) => {
    complaint += text;
  });
  const [line] = await Promise.race([once(supervisor.stdout, "data"), once(supervisor, "close")]);
  if (!(line instanceof Buffer)) throw new Error(complaint);
  return { supervisor, ...JSON.parse(line.toString()) };
}

/** What an ordinary user has after cloning, in a folder that is open although this clone may not be. */
async function makeHomeOfNobody(t: TestContext): Promise<string> {
  const home = await makeFolder(t);
  await chmod(home, 0o755);
  const { folder } = await embeddedBinaries();
  await run("cp", ["-r", dirname(folder), join(home, "native")]);
  await cp(process.execPath, join(home, "node"));
  await cp(join(import.meta.dirname, "../../src/demo"), join(home, "src/demo"), { recursive: true });
  await writeFile(join(home, "package.json"), '{ "type": "module" }');
  await run("chown", ["-R", "65534:65534", home]);
  return home;
}

async function binariesAt(home: string) {
  return { ...(await embeddedBinaries()), folder: join(home, "native/bin") };
}

/** A PATH that leads to the usual programs, but for one. */
async function pathWithout(t: TestContext, program: string): Promise<string> {
  const folder = await makeFolder(t);
  await writeFile(join(folder, program), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return `${folder}:${process.env.PATH}`;
}

async function connect(t: TestContext, url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  t.after(() => client.end());
  return client;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function urlOf(dataDir: string): Promise<string> {
  const { major } = await embeddedBinaries();
  const folder = encodeURIComponent(join(dataDir, `pg${major}-socket`));
  return `postgres://whisperdesk@localhost/postgres?host=${folder}`;
}

async function readLog(dataDir: string): Promise<string> {
  const { major } = await embeddedBinaries();
  return await readFile(join(dataDir, `pg${major}.log`), "utf8");
}

async function uidOf(pid: number): Promise<number> {
  return (await stat(`/proc/${pid}`)).uid;
}

function socketFolder(server: Postgres): string {
  return new URL(server.url).searchParams.get("host") ?? "";
}

function major(server: Postgres): number {
  return Number.parseInt(server.version, 10);
}

// A process that has ended may stay in the list for a while, until its new parent asks for it.
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "State:\tZ");
  return !/^State:\s+[ZX]/m.test(status);
}
