import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { BadConfig, readWebConfig, readWorkerConfig } from "#src/config.ts";

const web = {
  DATABASE_URL: "postgres://127.0.0.1/desk",
  MASTER_KEY: "key",
  SESSION_SECRET: "s".repeat(32),
  DESK_ADDRESS: "support@example.org",
};
const worker = {
  DATABASE_URL: "postgres://127.0.0.1/desk",
  MASTER_KEY: "key",
  DESK_ADDRESS: "support@example.org",
  IMAP_HOST: "mail.example.org",
  IMAP_USER: "desk",
  IMAP_PASSWORD: "secret",
  SMTP_HOST: "mail.example.org",
  OPENPGP_KEYS: "-----BEGIN",
};

test("the defaults are enough for everything that has one", () => {
  assert.equal(readWebConfig(web).WEB_PORT, 3000);
  assert.equal(readWorkerConfig(worker).IMAP_TLS, true);
});

test("each wrong variable is named with what is wrong, all at once", () => {
  const wrong = {
    ...web,
    SESSION_SECRET: "short",
    DESK_ADDRESS: "nobody",
    WEB_PORT: "99999",
    DATABASE_URL: "",
  };

  assert.throws(
    () => readWebConfig(wrong),
    (error: Error) => {
      assert.ok(error instanceof BadConfig);
      assert.match(error.message, /SESSION_SECRET must have at least 32 characters/);
      assert.match(error.message, /DESK_ADDRESS must be a mail address/);
      assert.match(error.message, /WEB_PORT must be a port number/);
      assert.match(error.message, /DATABASE_URL is missing: the address of the PostgreSQL database/);
      return true;
    },
  );
});

test("a message about a wrong setting never shows its value", () => {
  assert.throws(
    () => readWebConfig({ ...web, SESSION_SECRET: "hunter2" }),
    (error: Error) => {
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    },
  );
});

test("a secret comes from the file that X_FILE names, without its line end", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "session");
  writeFileSync(file, `${"f".repeat(40)}\n`);

  assert.equal(
    readWebConfig({ ...web, SESSION_SECRET: "", SESSION_SECRET_FILE: file }).SESSION_SECRET,
    "f".repeat(40),
  );
});

test("a secret file that cannot be read is named", () => {
  const wrong = { ...web, SESSION_SECRET: "", SESSION_SECRET_FILE: "/nowhere/session" };

  assert.throws(
    () => readWebConfig(wrong),
    /SESSION_SECRET_FILE names a file that cannot be read \(ENOENT\)$/,
  );
});

test("a value and a file for it at once are refused", () => {
  assert.throws(() => readWebConfig({ ...web, SESSION_SECRET_FILE: "/dev/null" }), /are both set: keep one/);
});

test("mail servers without TLS are accepted on loopback alone", () => {
  assert.throws(
    () => readWorkerConfig({ ...worker, IMAP_TLS: "no" }),
    /IMAP_TLS may be “no” only for a server on this machine/,
  );
  assert.throws(() => readWorkerConfig({ ...worker, SMTP_TLS: "no" }), /SMTP_TLS may be “no” only/);
  for (const host of ["127.0.0.1", "localhost", "::1"]) {
    assert.equal(readWorkerConfig({ ...worker, IMAP_TLS: "no", IMAP_HOST: host }).IMAP_TLS, false);
  }
  assert.throws(
    () => readWorkerConfig({ ...worker, IMAP_TLS: "no", IMAP_HOST: "127.0.0.1.example.org" }),
    /IMAP_TLS/,
  );
});

test("the metrics listen on loopback alone", () => {
  assert.throws(
    () => readWebConfig({ ...web, METRICS_HOST: "0.0.0.0" }),
    /METRICS_HOST must be a loopback address/,
  );
});

test("the proxy must be a SOCKS address", () => {
  assert.throws(
    () => readWorkerConfig({ ...worker, PROXY: "http://127.0.0.1:8118" }),
    /PROXY must begin with socks5h/,
  );
  assert.equal(
    readWorkerConfig({ ...worker, PROXY: "socks5h://127.0.0.1:9050" }).PROXY,
    "socks5://127.0.0.1:9050",
  );
});

test("the web process starts without anything that opens or sends mail", () => {
  assert.equal("OPENPGP_KEYS" in readWebConfig({ ...web, OPENPGP_KEYS: "x", IMAP_PASSWORD: "y" }), false);
});
