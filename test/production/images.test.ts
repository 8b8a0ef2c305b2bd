import assert from "node:assert/strict";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { listSettings, readWebConfig, readWorkerConfig, secretSettings } from "#src/config.ts";
import { secretFile } from "#src/setup/desk-folder.ts";
import manifest from "../../package.json" with { type: "json" };

const root = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

type Service = {
  environment: Record<string, string>;
  secrets?: string[];
  networks?: string[];
  network_mode?: string;
  ports?: string[];
  command: string[];
  [key: string]: unknown;
};
type Network = { internal?: boolean; driver_opts?: Record<string, string> } | null;

const compose: {
  services: Record<string, Service>;
  networks: Record<string, Network>;
  secrets: Record<string, { file: string }>;
} = parse(read("docker-compose.yml"), { merge: true });
const { postgres, ...ours } = compose.services;

test("the compose file follows the schema of the Compose Specification", () => {
  const { $schema: _, ...schema } = JSON.parse(read("test/fixtures/compose-spec/compose-spec.json"));
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);

  assert.ok(validate(compose), JSON.stringify(validate.errors, null, 1));
  assert.equal(validate({ services: { web: { read_olny: true } } }), false, "the schema refuses a slip");
});

test("each variable of the compose file is a setting, and each secret file is mounted where it says", () => {
  const known = new Set([...listSettings().map(({ name }) => name), "WHISPERDESK_FOLDER"]);
  for (const [name, service] of Object.entries(compose.services)) {
    for (const [variable, value] of Object.entries(service.environment)) {
      const secret = variable.replace(/_FILE$/, "");
      if (name !== "postgres") assert.ok(known.has(secret), `${name}: ${variable}`);
      if (variable === secret) continue;
      const mounted = value.replace("/run/secrets/", "");
      assert.ok(service.secrets?.includes(mounted), `${name} mounts ${mounted}`);
    }
  }
});

test("the secret files are those that setup makes, and all of them", () => {
  assert.deepEqual(
    Object.entries(compose.secrets).map(([name, { file }]) => [name, file]),
    secretSettings.toSorted().map((name) => [name.toLowerCase(), secretFile("desk", name)]),
  );
});

test("web and worker have settings that they can start with, and each only its own secrets", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "secrets-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of Object.keys(compose.secrets)) writeFileSync(join(folder, name), "x".repeat(40));
  const settingsOf = (service: Service | undefined) => ({
    DESK_ADDRESS: "desk@example.org",
    IMAP_HOST: "mail.example.org",
    IMAP_USER: "desk",
    SMTP_HOST: "mail.example.org",
    ...Object.fromEntries(
      Object.entries(service?.environment ?? {}).map(([name, value]) => [
        name,
        value.replace("/run/secrets", folder),
      ]),
    ),
  });

  assert.equal(readWebConfig(settingsOf(ours.web)).WEB_HOST, "0.0.0.0");
  assert.equal(readWorkerConfig(settingsOf(ours.worker)).OPENPGP_KEYS, "x".repeat(40));
  assert.deepEqual(ours.web?.secrets, ["database_password", "master_key", "session_secret"]);
  assert.equal(ours.worker?.secrets?.includes("session_secret"), false);
});

test("web reaches no mail server and the database is not published", () => {
  const hasNoWayOut = (name: string) => {
    const network = compose.networks[name];
    return (
      network?.internal ||
      network?.driver_opts?.["com.docker.network.bridge.enable_ip_masquerade"] === "false"
    );
  };

  assert.ok(ours.web?.networks?.every(hasNoWayOut));
  assert.equal(ours.worker?.networks?.every(hasNoWayOut), false, "the worker does reach mail servers");
  assert.deepEqual(postgres?.networks, ["database"]);
  assert.equal(compose.networks.database?.internal, true);
  for (const [name, { ports = [] }] of Object.entries(compose.services))
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, `${name} is published on loopback alone`);
  assert.equal(postgres?.ports, undefined);
});

test("each container gives up what it does not need", () => {
  for (const [name, service] of Object.entries(compose.services)) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ["ALL"], name);
    assert.deepEqual(service.security_opt, ["no-new-privileges:true"], name);
    assert.equal(service.init, true, name);
    assert.match(
      JSON.stringify(service.deploy),
      /"limits":\{"cpus":"[^"]+","memory":"[^"]+","pids":\d+\}/,
      name,
    );
    assert.equal(service.privileged, undefined, name);
    if (name !== "postgres") assert.equal(service.user, "10001:10001", name);
  }
});

test("each program that a container starts is in the image", () => {
  for (const { command } of Object.values(ours)) {
    const [program, file] = command;
    if (program === "node") assert.ok(existsSync(join(root, file ?? "")), file);
    else assert.equal(program, "whisperdesk");
  }
  assert.match(read("Dockerfile"), /ln -s \/app\/src\/cli\.ts \/usr\/local\/bin\/whisperdesk/);
  assert.match(read("src/cli.ts"), /^#!\/usr\/bin\/env node\n/);
});

test("the image runs as an ordinary user, with node itself as the process that gets the signals", () => {
  const lines = read("Dockerfile").split("\n");

  assert.equal(
    lines.findLast((line) => line.startsWith("USER")),
    "USER desk",
  );
  assert.match(lines.findLast((line) => line.startsWith("CMD")) ?? "", /^CMD \["node", "src\/server\.ts"\]$/);
  for (const line of lines.filter((one) => one.startsWith("FROM"))) assert.match(line, /^FROM \S+:\S+-slim/);
});

test("what the image copies is there and is not kept out by .dockerignore", () => {
  const ignore = read(".dockerignore").split("\n");
  assert.equal(ignore[1], "*", "everything stays out unless it is named");
  const copies = read("Dockerfile").matchAll(/^COPY (?!--from)(.+) \S+$/gm);
  for (const name of [...copies].flatMap(([, names = ""]) => names.split(" "))) {
    assert.ok(existsSync(join(root, name)), name);
    assert.ok(ignore.includes(`!${name}`), `.dockerignore lets ${name} in`);
  }
});

test("production code needs only packages that are installed without those for development", () => {
  const installed = { ...manifest.dependencies, ...manifest.optionalDependencies };
  const seen = new Set<string>();
  const files = globSync("**/*.ts", { cwd: join(root, "src") }).filter((file) => !file.startsWith("demo"));
  for (const file of files) {
    const text = read(join("src", file)).replaceAll(/^import type .*$/gm, "");
    for (const [, name = ""] of text.matchAll(/^(?:import|} from|export .* from).*?"([^".#][^"]*)";$/gm)) {
      if (name.startsWith("node:")) continue;
      const parts = name.split("/").slice(0, name.startsWith("@") ? 2 : 1);
      assert.ok(parts.join("/") in installed, `${file} needs ${name}`);
      seen.add(parts.join("/"));
    }
  }
  assert.ok(seen.size > 15, `${seen.size} packages were looked at`);
});
