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

/** Where a test, or what helps it, waits for a time and not for what is meant: each with why. */
const sleeps = [
  ["demo/imap-server-input.test.ts", "a limit: the server should hang up long before"],
  ["demo/postgres.test.ts", "keeps the other process alive until it is told to end"],
  ["inbox/open-mail-bombs.test.ts", "looks at the memory of another process while it works"],
  ["search/plans.test.ts", "a search that takes longer than a statement may"],
  ["search/plans.test.ts", "its call"],
  ["search/search-transaction.test.ts", "a statement that takes too long, ended by the database"],
  ["support/delaying-proxy.ts", "answers that come late are what it is for"],
  ["support/eventually.ts", "between two looks at what is meant"],
  ["support/pace.ts", "between two looks at the machine"],
  ["support/run-test-file.ts", "a limit for what left the group of the file"],
  ["support/run-test-file.ts", "between two looks at whether the file goes on"],
  ["support/where-it-waits.ts", "a limit for what a hanging process tells"],
  ["support/where-it-waits.ts", "a limit for what a hanging process runs"],
  ["web/notice.test.ts", "a slow database is the point"],
];

test("tests wait for what is meant, by eventually(): each sleep is listed", () => {
  assert.deepEqual(
    placesIn(
      /\b(?:setTimeout|setInterval|pg_sleep|waitForTimeout|sleep|(?<!\.)pause)\s*\(|\bAtomics\.wait\(/g,
    ),
    sleeps.map(([file]) => file),
  );
});

/** Where the clock is read for more than a date, though what a machine takes proves nothing: each with why. */
const clocks = [
  [
    "demo/smtp-sink.test.ts",
    "an acknowledgement that is waited for takes 40 ms: one of many mails is quicker",
  ],
  ["inbox/limits.test.ts", "keeps the process busy past a limit"],
  ["production/processes.ts", "how long a process takes to end, within a limit in the machine's own speed"],
  ["run.ts", "told to the reader"],
  ["support/eventually.ts", "a limit in the machine's own speed"],
  ["support/pace.ts", "measures the machine"],
  ["support/postgres.test.ts", "told to the reader"],
  ["support/run-test-file.ts", "told to the reader, and a limit in the machine's own speed"],
];

test("no test asserts by the clock: each use of it is listed, and dates are compared with a moment before", () => {
  const stopwatch = /\bperformance\s*\.\s*now\s*\(|\bhrtime\b/g;
  const elapsed = /\bassert\b.*\bDate\.now\(\)\s*-|\bassert\b.*-\s*Date\.now\(\)/g;

  assert.deepEqual(
    [...new Set(placesIn(stopwatch))],
    clocks.map(([file]) => file),
  );
  assert.deepEqual(placesIn(elapsed), []);
});

/** The files of the tests in which this stands, as often as it does. */
function placesIn(pattern: RegExp): string[] {
  const own = ["architecture.test.ts", "support/processor-time.test.ts"];
  return globSync("**/*.ts", { cwd: import.meta.dirname, exclude: ["fixtures/runner/**"] })
    .filter((file) => !own.includes(file))
    .toSorted()
    .flatMap((file) => {
      const text = readFileSync(join(import.meta.dirname, file), "utf8");
      return [...text.matchAll(pattern)].map(() => file);
    });
}

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
