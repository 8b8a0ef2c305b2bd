import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

const src = join(import.meta.dirname, "../src");
const files = globSync("**/*.ts", { cwd: src }).map((file) => ({ file, imports: importsOf(file) }));

const leaves = ["openpgp", "mime", "whisperback", "logs"];
const entries = ["server.ts", "worker.ts", "demo.ts", "cli.ts"];
/** Rooms that one may enter from below: each knows only those to its right. */
const order = ["inbox", "acknowledgements", "sorting-rules", "tickets", "outbox", "search", "people"];

test("there are imports to look at", () => {
  assert.ok(files.length > 100);
  assert.ok(files.flatMap(({ imports }) => imports).length > 200);
});

test("leaf rooms import leaf rooms alone: no database, no settings, no Express", () => {
  const wrong = files
    .filter(({ file }) => leaves.includes(room(file)))
    .flatMap(({ file, imports }) =>
      imports.filter((one) => !leaves.includes(room(one))).map((one) => `${file} → ${one}`),
    );
  assert.deepEqual(wrong, []);
});

test("leaf rooms use no library of the web or the database", () => {
  const wrong = files
    .filter(({ file }) => leaves.includes(room(file)))
    .filter(({ file }) =>
      /from "(knex|pg|express|nunjucks|zod|imapflow)/.test(readFileSync(join(src, file), "utf8")),
    );
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test("nobody imports an entry point", () => {
  const wrong = files.filter(({ imports }) => imports.some((one) => entries.includes(one)));
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test("only app.ts imports pages, and a page at most one of its own room", () => {
  const wrong = files.filter(({ file, imports }) =>
    imports.some(
      (one) =>
        isPage(one) &&
        file !== "app.ts" &&
        !entries.includes(file) &&
        !(isPage(file) && room(file) === room(one)),
    ),
  );
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test("only pages, what pages alone import, web/ and staff/ know a request", () => {
  const wrong = files.filter(({ file }) => {
    if (isPage(file) || file === "app.ts" || ["web", "staff"].includes(room(file))) return false;
    const importers = files.filter(({ imports }) => imports.includes(file));
    if (importers.length > 0 && importers.every((one) => isPage(one.file))) return false;
    return /from "express"/.test(readFileSync(join(src, file), "utf8"));
  });
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test("settings are read by the entry points alone; others know their types", () => {
  const wrong = files.filter(({ file }) => {
    if (entries.includes(file) || room(file) === "setup" || room(file) === "demo") return false;
    return /import \{[^}]*\bread\w*Config\b[^}]*\} from "[./]*config\.ts"/.test(
      readFileSync(join(src, file), "utf8"),
    );
  });
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test("arrows between rooms go one way: inbox, acknowledgements, sorting-rules, tickets, outbox, search, people", () => {
  const wrong = files.flatMap(({ file, imports }) =>
    imports
      .filter((one) => order.includes(room(file)) && order.includes(room(one)))
      .filter((one) => order.indexOf(room(one)) < order.indexOf(room(file)))
      .filter((one) => !(file.endsWith("-page.ts") && !one.endsWith("-page.ts")))
      .map((one) => `${file} → ${one}`),
  );
  assert.deepEqual(wrong, []);
});

test("the demo's rooms are entered by entry points alone", () => {
  const wrong = files.flatMap(({ file, imports }) =>
    imports
      .filter((one) => room(one) === "demo" && room(file) !== "demo" && !entries.includes(file))
      .map((one) => `${file} → ${one}`),
  );
  assert.deepEqual(wrong, []);
});

test("the database is only asked by rooms that may: no leaf, no view", () => {
  const wrong = files.filter(
    ({ file, imports }) => imports.includes("database.ts") && leaves.includes(room(file)),
  );
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

/** Where promises are awaited together that send nothing to the database, or nothing in one transaction: each with why. */
const awaitedTogether = [
  ["database.ts", "sendTogether itself"],
  ["demo.ts", "child processes end"],
  ["demo/imap-server/outlet.ts", "a socket"],
  ["demo/postgres-lock.ts", "files"],
  ["demo/received-mails.ts", "files"],
  ["inbox/mail-readers.ts", "child processes end"],
  ["inbox/mailbox.ts", "a mailbox or a time limit"],
  ["inbox/read-kept-mails.ts", "mails, each with its own transaction and its own failure"],
  ["inbox/read-kept-mails.ts", "the same mails at the end"],
  ["openpgp/check-signatures.ts", "keys"],
  ["openpgp/encrypt.ts", "keys"],
  ["outbox/publish-our-keys.ts", "keys"],
  ["people/keys-of-person.ts", "facts of keys whose rows are read"],
  ["setup/key-file-commands.ts", "keys"],
  ["setup/key-file.ts", "keys"],
  ["web/health.ts", "one statement or a time limit"],
  ["worker.ts", "robots stop, each with its own transactions, before the process ends"],
];

test("statements that do not wait for each other go out by sendTogether: what else is awaited together is listed", () => {
  const found = files.flatMap(({ file }) => {
    const text = readFileSync(join(src, file), "utf8");
    return [...text.matchAll(/\bPromise\s*\.\s*(?:all|allSettled|any|race)\b/g)].map(() => file);
  });
  assert.deepEqual(
    found.toSorted(),
    awaitedTogether.map(([file]) => file),
  );
});

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)].map(([, path = ""]) =>
    relative(src, join(src, dirname(file), path)),
  );
}

function isPage(file: string): boolean {
  return file.endsWith("-page.ts");
}

function room(file: string): string {
  return file.includes("/") ? (file.split("/")[0] ?? "") : file;
}
