import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { databaseUrl } from "#src/config.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openDeskKeys, secretKeyBlocks } from "#src/setup/desk-keys.ts";
import { makeSecretFile } from "#src/setup/secret-files.ts";
import { questionsOn } from "#src/setup/terminal.ts";
import { startSetupDesk } from "./desk.ts";

test("names each wrong setting and makes nothing before they are right", async (t) => {
  const { run, folder } = await startSetupDesk(t);

  const { code, output } = await run("setup", { DESK_ADDRESS: "nobody", IMAP_PORT: "high", SMTP_HOST: "" });

  assert.equal(code, 1);
  assert.match(output, /^to do +DESK_ADDRESS must be a mail address$/m);
  assert.match(output, /^to do +IMAP_PORT must be a port number$/m);
  assert.match(output, /^to do +SMTP_HOST is missing: the host that takes our mail$/m);
  assert.match(output, /3 things are left to do; then run this again\./);
  assert.deepEqual(readdirSync(folder), []);
});

test("needs no database and no net for the settings and the secret files", async (t) => {
  const { run, folder } = await startSetupDesk(t);
  const without = { DATABASE_URL: "postgres://desk@127.0.0.1:1/desk", IMAP_PASSWORD: "", SMTP_PASSWORD: "" };

  const first = await run("setup --offline", without);
  writeFileSync(join(folder, "secrets/imap_password"), "imap-secret\n");
  const second = await run("setup --offline", without);

  assert.equal(first.code, 1);
  assert.match(first.output, /^to do +IMAP_PASSWORD is missing: the password of the mailbox$/m);
  assert.equal(second.code, 0, second.output);
  assert.deepEqual(readdirSync(join(folder, "secrets")), [
    "database_password",
    "imap_password",
    "master_key",
    "openpgp_keys",
    "openpgp_passphrase",
    "session_secret",
    "smtp_password",
  ]);
  assert.equal(statSync(join(folder, "secrets")).mode & 0o777, 0o700);
});

test("a secret file with content is never overwritten, an empty one is filled", async (t) => {
  const { folder } = await startSetupDesk(t);
  const file = join(folder, "key");
  writeFileSync(file, "");

  assert.equal(await makeSecretFile(file, "first"), true);
  assert.equal(await makeSecretFile(file, "second"), false);
  const both = await Promise.all(["one", "two"].map((text) => makeSecretFile(join(folder, "race"), text)));

  assert.equal(readFileSync(file, "utf8"), "first");
  assert.equal(both.filter(Boolean).length, 1, "two setups at once: one of them makes it");
  assert.deepEqual(readdirSync(folder).sort(), ["key", "race"], "no draft is left");
});

test("tells of a secret file that others can read", async (t) => {
  const { run, folder } = await startSetupDesk(t);
  await run("setup --offline");
  chmodSync(join(folder, "secrets/master_key"), 0o644);

  const { output } = await run("setup --offline");

  assert.match(output, /^to do +\S+master_key can be read by others: chmod 600/m);
});

test("tells by the name of the setting why a mail server cannot be used", async (t) => {
  const desk = await startSetupDesk(t);
  await desk.run("setup");
  const wrong: [changed: Record<string, string>, words: RegExp][] = [
    [{ IMAP_PASSWORD: "wrong" }, /^to do +IMAP_USER, IMAP_PASSWORD: the server refuses this sign-in$/m],
    [{ IMAP_FOLDER: "Nowhere" }, /^to do +IMAP_FOLDER: the server does not open the folder “Nowhere”$/m],
    [{ IMAP_PORT: "1" }, /^to do +IMAP_PORT: nothing listens there \(ECONNREFUSED\)$/m],
    [{ IMAP_TLS: "yes" }, /^to do +IMAP_/m],
    [{ IMAP_HOST: "mail.invalid", IMAP_TLS: "yes" }, /^to do +IMAP_HOST: no machine has this name/m],
    [{ SMTP_PASSWORD: "wrong" }, /^to do +SMTP_USER, SMTP_PASSWORD: the server refuses this sign-in$/m],
    [{ SMTP_PORT: "1" }, /^to do +SMTP_PORT: nothing listens there \(ECONNREFUSED\)$/m],
    [{ SMTP_TLS: "yes" }, /^to do +SMTP_TLS, SMTP_PORT: the server speaks no TLS on this port/m],
    [{ PROXY: "socks5h://127.0.0.1:1" }, /^to do +PROXY: the way through the proxy failed/m],
  ];

  for (const [changed, words] of wrong) {
    const { code, output } = await desk.run("setup", changed);
    assert.equal(code, 1, output);
    assert.match(output, words);
    assert.doesNotMatch(output, /imap-secret|smtp-secret/);
  }
  assert.deepEqual(desk.smtp.mails, []);
});

test("trying the mailbox leaves its folder alone and nothing behind", async (t) => {
  const desk = await startSetupDesk(t);
  desk.imap.append("desk", "INBOX", Buffer.from("Subject: waits\r\n\r\n"));

  const { code, output } = await desk.run("setup");

  assert.equal(code, 0, output);
  assert.match(output, /mailbox tried: sign-in, folder \(1 mail waits\), moving/);
  assert.equal(desk.imap.messages("desk", "INBOX").length, 1);
  assert.equal(desk.imap.messages("desk", "Whisperdesk").length, 0);
  assert.deepEqual(
    desk.imap.folders("desk").filter((name) => name.includes("test")),
    [],
  );
});

test("tells when the server lets nobody make or move", async (t) => {
  const desk = await startSetupDesk(t);
  for (const [when, words] of [
    ["APPEND", /IMAP_DONE_FOLDER: the server does not let us write a mail/],
    ["MOVE", /IMAP_DONE_FOLDER: the server does not let us move a mail there/],
  ] as const) {
    const fault = desk.imap.fault({ when, do: "no" });
    const { code, output } = await desk.run("setup");
    fault.remove();

    assert.equal(code, 1, output);
    assert.match(output, words);
    assert.deepEqual(
      desk.imap.folders("desk").filter((name) => name.includes("test")),
      [],
    );
  }
});

test("takes the OpenPGP keys over that the desk has, locked ones with their passphrase", async (t) => {
  const desk = await startSetupDesk(t);
  const keys = [
    await generateSecretKey("Desk", "desk@example.org", { passphrase: "pass-secret" }),
    await generateSecretKey("Desk", "desk@example.org", { passphrase: "pass-secret" }),
  ];
  const file = join(desk.folder, "old.asc");
  writeFileSync(file, keys.map(({ secret }) => secret).join("\n"));

  const without = await desk.run(`setup --import-key ${file}`);
  const missing = await desk.run("setup --import-key /nowhere/key.asc");
  const { code, output } = await desk.run(`setup --import-key ${file}`, {
    OPENPGP_PASSPHRASE: "pass-secret",
  });

  assert.match(
    without.output,
    /old\.asc was not taken over\. OPENPGP_PASSPHRASE: .* is locked and no passphrase/,
  );
  assert.match(missing.output, /key\.asc was not taken over\. It cannot be read \(ENOENT\)/);
  assert.equal(code, 0, output);
  assert.ok(output.includes(`OpenPGP key ${keys[0]?.fingerprint}, which signs`), output);
  assert.ok(output.includes(`OpenPGP key ${keys[1]?.fingerprint}, which opens older mail`), output);
  assert.doesNotMatch(output, /pass-secret|PRIVATE KEY/);
});

test("several secret keys in one file are all opened", async () => {
  const keys = [await generateSecretKey("A", "a@example.org"), await generateSecretKey("B", "b@example.org")];
  const text = keys.map(({ secret }) => secret).join("");

  const { all } = await openDeskKeys({ OPENPGP_KEYS: text });

  assert.equal(secretKeyBlocks(text).length, 2);
  assert.deepEqual(
    all.map(({ fingerprint }) => fingerprint),
    keys.map(({ fingerprint }) => fingerprint),
  );
  await assert.rejects(openDeskKeys({ OPENPGP_KEYS: "something" }), /^Error: OPENPGP_KEYS: /);
});

test("asks on a terminal for what is missing, and shows no password", async (t) => {
  const desk = await startSetupDesk(t);
  const input = new PassThrough();
  const output = new PassThrough();
  let screen = "";
  const answers = ["desk@example.org\n", "imap-secret\n", "\n", "ilse\n"];
  output.on("data", (chunk) => {
    screen += stripVTControlCharacters(String(chunk));
    if (/: $/.test(screen) && answers.length > 0) {
      screen += "\n";
      // A person answers when the question stands there.
      setImmediate(() => input.write(answers.shift()));
    }
  });
  const questions = questionsOn(input, output);
  t.after(() => questions.close());

  const asked = await desk.run("setup", { DESK_ADDRESS: "", IMAP_PASSWORD: "" }, questions);

  assert.equal(asked.code, 0, asked.output);
  assert.match(asked.output, /the admin “ilse”/);
  assert.match(screen, /DESK_ADDRESS, the mail address of the desk:/);
  assert.doesNotMatch(screen, /imap-secret/);
  assert.equal(readFileSync(join(desk.folder, "settings.env"), "utf8"), "DESK_ADDRESS=desk@example.org\n");
  assert.equal(readFileSync(join(desk.folder, "secrets/imap_password"), "utf8"), "imap-secret\n");
});

test("settings.env is read, and the environment stands above it", async (t) => {
  const desk = await startSetupDesk(t);
  mkdirSync(desk.folder, { recursive: true });
  writeFileSync(
    join(desk.folder, "settings.env"),
    'SMTP_HOST="nobody listens"\nDESK_ADDRESS=desk@example.org\n',
  );

  const { output } = await desk.run("setup --offline", { DESK_ADDRESS: "" });

  assert.doesNotMatch(output, /to do/);
});

test("says which PostgreSQL is missing, and goes on with the rest", async (t) => {
  const desk = await startSetupDesk(t);
  const url = new URL(desk.url);
  url.pathname = "/nowhere";

  const { code, output } = await desk.run("setup", { DATABASE_URL: url.href });

  assert.equal(code, 1);
  assert.match(output, /^to do +DATABASE_URL: there is no database of this name \(3D000\)$/m);
  assert.match(output, /^done +mailbox tried/m);
});

test("the password of the database goes into its address", () => {
  const config = (DATABASE_URL: string) => ({ DATABASE_URL, DATABASE_PASSWORD: "p:a/s@s" });

  assert.equal(
    databaseUrl(config("postgres://desk@db:5433/desk?sslmode=verify-full")),
    "postgres://desk:p%3Aa%2Fs%40s@db:5433/desk?sslmode=verify-full",
  );
  assert.equal(databaseUrl({ DATABASE_URL: "postgres://desk@db/desk" }), "postgres://desk@db/desk");
  assert.throws(() => databaseUrl(config("postgres://desk:old@db/desk")), /keep one/);
  assert.throws(() => databaseUrl(config("postgres://db/desk")), /DATABASE_URL must name a user/);
});

test("an admin is made once, and a name that cannot be is refused", async (t) => {
  const desk = await startSetupDesk(t);

  const wrong = await desk.run("setup --admin Ilse!");
  const first = await desk.run("setup --admin ilse");
  const again = await desk.run("setup --admin adam");

  assert.match(wrong.output, /^to do +admin “Ilse!”: Use 2 to 32 letters/m);
  assert.match(first.output, /^done +the admin “ilse”\. Password, shown only this once: (\w{5}-){3}\w{5}$/m);
  assert.match(again.output, /^already there +an admin$/m);
  assert.equal(existsSync(join(desk.folder, "secrets/master_key")), true);
});
