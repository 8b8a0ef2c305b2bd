import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fencedNode } from "#src/inbox/reader-process.ts";

const closeNetwork = new URL("../../src/inbox/close-network.ts", import.meta.url).href;

/** Runs code where hostile mail is read, and returns what it sends; a throw comes back as its code or message. */
async function inside(code: string): Promise<unknown> {
  const [program = "", ...args] = await fencedNode(384);
  const script = `
    import { closeNetwork } from ${JSON.stringify(closeNetwork)};
    closeNetwork();
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
    `${fs} return fs.writeFileSync(${JSON.stringify(join(folder, "left"))}, "x");`,
  ])
    assert.equal(await inside(code), "ERR_ACCESS_DENIED", code);
});

test("a reader starts no program, no thread and no native code", async () => {
  for (const code of [
    `return (await import("node:child_process")).execFileSync("/bin/true");`,
    `return new (await import("node:worker_threads")).Worker("0", { eval: true });`,
    `return process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libm.so.6");`,
  ])
    assert.match(String(await inside(code)), /ERR_ACCESS_DENIED|ERR_DLOPEN_DISABLED/, code);
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
