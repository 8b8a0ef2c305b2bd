import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fencedNode } from "#src/inbox/reader-process.ts";

const closeWaysOut = new URL("../../src/inbox/close-ways-out.ts", import.meta.url).href;

/** Runs code where hostile mail is read, and returns what it sends; a throw comes back as its code or message. */
async function inside(code: string): Promise<unknown> {
  const [program = "", ...args] = await fencedNode(384);
  const script = `
    import { closeWaysOut } from ${JSON.stringify(closeWaysOut)};
    closeWaysOut();
    let told;
    try { told = await (async () => { ${code} })(); } catch (error) { told = error.code ?? error.message; }
    process.send(told ?? null, () => process.exit());`;
  const child = spawn(program, [...args, "--input-type=module", "-e", script], {
    env: {},
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaint = "";
  child.stderr?.on("data", (chunk) => {
    complaint += chunk;
  });
  const [told] = await Promise.race([once(child, "message"), once(child, "exit").then(() => [complaint])]);
  return told;
}

test("a reader runs: it reads the program's own files", async () => {
  const path = join(import.meta.dirname, "../../package.json");
  assert.equal(
    await inside(
      `const fs = await import("node:fs"); return JSON.parse(fs.readFileSync(${JSON.stringify(path)})).name;`,
    ),
    "whisperdesk",
  );
});

test("a reader reads no other file, and writes none", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "fence-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "secret"), "secret");
  const fs = `const fs = await import("node:fs");`;

  for (const code of [
    `${fs} return fs.readFileSync(${JSON.stringify(join(folder, "secret"))}, "utf8");`,
    `${fs} return fs.readFileSync("/proc/${process.pid}/environ", "utf8");`,
    `${fs} return fs.readFileSync("/etc/passwd", "utf8");`,
    `${fs} return fs.readdirSync("/");`,
    `${fs} return fs.readFileSync("/proc/" + process.ppid + "/environ", "utf8");`,
    `${fs} return fs.readFileSync(${JSON.stringify(join(import.meta.dirname, "../../src/../../../../../../etc/passwd"))}, "utf8");`,
    `return (await import("node:fs/promises")).readFile("/etc/passwd", "utf8");`,
    `return (await import("/etc/passwd"));`,
    `return process.chdir("/");`,
    `${fs} return fs.writeFileSync(${JSON.stringify(join(folder, "left"))}, "x");`,
    `${fs} return fs.symlinkSync("/etc/passwd", ${JSON.stringify(join(folder, "left"))});`,
    `return process.report.writeReport(${JSON.stringify(join(folder, "left"))});`,
    `return (await import("node:v8")).writeHeapSnapshot(${JSON.stringify(join(folder, "left"))});`,
  ])
    assert.equal(await inside(code), "ERR_ACCESS_DENIED", code);
  assert.equal(
    await inside(
      `const { DatabaseSync } = await import("node:sqlite"); return new DatabaseSync(${JSON.stringify(join(folder, "left"))});`,
    ),
    "ERR_UNKNOWN_BUILTIN_MODULE",
    "SQLite would open files past the permissions",
  );
  assert.deepEqual(readdirSync(folder), ["secret"]);
});

test("a reader starts no program, no thread and no native code", async () => {
  for (const code of [
    `return (await import("node:child_process")).execFileSync("/bin/true");`,
    `return new (await import("node:worker_threads")).Worker("0", { eval: true });`,
    `return process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libm.so.6");`,
    `return (await import("node:child_process")).fork("x");`,
    `return (await import("node:cluster")).default.setupPrimary({ exec: "x" }) ?? (await import("node:cluster")).default.fork();`,
    `return process.execve("/bin/true", ["/bin/true"], {});`,
    `return process.binding("spawn_sync").spawn({ file: "/bin/true", args: ["/bin/true"] });`,
    `return process.binding("tcp_wrap");`,
    `return process.binding("fs");`,
    `return process._linkedBinding("fs");`,
    `return new (await import("node:wasi")).WASI({ version: "preview1", preopens: { "/": "/" } });`,
    `return (await import("node:inspector")).open(0);`,
    `return new (await import("node:inspector")).Session().connect();`,
    `return (await import("node:module")).register("data:text/javascript,");`,
    `return (await import("node:trace_events")).createTracing({ categories: ["node"] }).enable();`,
  ])
    assert.match(String(await inside(code)), /ERR_ACCESS_DENIED|ERR_DLOPEN_DISABLED/, code);
});

test("a reader signals nobody, whoever it runs as", async () => {
  for (const code of [
    `return process.kill(process.ppid, 0);`,
    `return process.kill(process.ppid, "SIGTERM");`,
    `return process._kill(process.ppid, 15);`,
    `return process._debugProcess(process.ppid);`,
    `const os = await import("node:os"); return os.setPriority(process.ppid, 10);`,
    `const os = await import("node:os"); return os.default.setPriority(process.ppid, 10);`,
  ])
    assert.match(String(await inside(code)), /signals nobody|EPERM|ERR_SYSTEM_ERROR/, code);
});

test("a reader knows nothing of our environment", async () => {
  const names = (await inside("return Object.keys(process.env)")) as string[];

  assert.deepEqual(
    names.filter((name) => !name.startsWith("NODE_CHANNEL_")),
    [],
  );
});

test("a reader reaches nobody, by any of Node's ways", async (t) => {
  let callers = 0;
  const server = createServer((socket) => {
    callers += 1;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;

  for (const code of [
    `return (await import("node:net")).connect(${port}, "127.0.0.1");`,
    `return await fetch("http://127.0.0.1:${port}/").then(() => "reached", (error) => { throw new Error("refused: " + error.cause?.message); });`,
    `return (await import("node:http")).get("http://127.0.0.1:${port}/");`,
    `return (await import("node:net")).createServer().listen(0);`,
    `const dgram = await import("node:dgram"); return dgram.createSocket("udp4").send("x", ${port}, "127.0.0.1");`,
    `return (await import("node:net")).connect("/tmp/.X11-unix/X0");`,
    `return (await import("node:net")).createServer().listen("/tmp/reader.sock");`,
    `return (await import("node:tls")).connect(${port}, "127.0.0.1");`,
    `return (await import("node:http2")).connect("http://127.0.0.1:${port}");`,
    `return (await import("node:https")).get("https://127.0.0.1:${port}/");`,
    `const dgram = await import("node:dgram"); return dgram.createSocket("udp4").connect(${port}, "127.0.0.1");`,
    `const dgram = await import("node:dgram"); return dgram.createSocket("udp4").bind(0);`,
    `const dns = await import("node:dns"); return dns.setServers(["127.0.0.1:${port}"]);`,
    `const { lookup } = await import("node:dns"); return lookup("localhost", () => {});`,
    `const dns = await import("node:dns"); return new dns.Resolver().resolve4("example.org", () => {});`,
    `return await (await import("node:dns")).promises.lookup("localhost");`,
    `return await (await import("node:dns")).promises.resolve("example.org");`,
  ])
    assert.match(String(await inside(code)), /no network/, code);
  assert.equal(callers, 0);
});

test("the machine itself gives a reader no network, where it allows that", async (t) => {
  const command = await fencedNode(384);
  if (!command.includes("--net")) return t.skip("this machine allows no network namespace");
  const fenced = command.slice(0, command.indexOf(process.execPath));

  const child = spawn(fenced[0] ?? "", [...fenced.slice(1), "/bin/cat", "/proc/net/dev"], { env: {} });
  let devices = "";
  child.stdout.on("data", (chunk) => {
    devices += chunk;
  });
  await once(child, "close");

  assert.deepEqual(
    devices.match(/^\s*\w+(?=:)/gm)?.map((name) => name.trim()),
    ["lo"],
  );
});
