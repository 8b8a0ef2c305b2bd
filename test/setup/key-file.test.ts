import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { encrypt } from "#src/openpgp/encrypt.ts";
import { generateSecretKey, type NewKeyOptions } from "#src/openpgp/generate-secret-key.ts";
import type { SecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { readPublicKeys } from "#src/openpgp/read-public-keys.ts";
import { openDeskKeys } from "#src/setup/desk-keys.ts";
import { createGnupg, mustWork, withoutGpg, withoutSq } from "../openpgp/gnupg.ts";
import { startSetupDesk } from "./desk.ts";

const weekAgo = new Date(Date.now() - 7 * 86_400_000);
const passphrase = "correct horse";
const lea = await generateSecretKey("Lea", "lea@example.org");

for (const kind of ["curve25519", "rsa3072"] as const) {
  test(`an extended key (${kind}) is the same one with a new end, for us and for gpg`, {
    skip: withoutGpg,
  }, async (t) => {
    const { run, key, place, publicFile } = await deskWithKey(t, { kind, expiresInDays: 10 });
    const before = await encryptWithGpg(t, key.public);

    const { output } = await run(`keys extend ${publicFile} --key-days 400`);

    assert.match(output, new RegExp(`^${key.fingerprint} expires 20\\d\\d-`));
    const [described] = await readPublicKeys(readFileSync(publicFile));
    const days = ((described?.expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000;
    assert.ok(days > 399 && days <= 400.01, String(days));
    assert.equal(described?.fingerprint, key.fingerprint);
    assert.equal(statSync(place).mode & 0o777, 0o600);
    assert.match(readFileSync(publicFile, "utf8"), /^-----BEGIN PGP PUBLIC KEY BLOCK-----/);
    const keys = await keysIn(place);
    assert.equal(await opened(before.message, keys), "Bonjour");

    // Somebody who has the old public half imports the new one.
    before.gnupg.importKey(readFileSync(publicFile, "utf8"));
    const listed = mustWork(before.gnupg.run(["--with-colons", "--list-keys", key.fingerprint])).toString();
    const ends = [...listed.matchAll(/^(?:pub|sub):u?-?\w?:\d+:\d+:\w+:\d+:(\d+):/gm)].map(([, end]) =>
      Number(end),
    );
    assert.equal(ends.length, 2, listed);
    for (const end of ends) assert.ok(Math.abs(end - (described?.expiresAt?.getTime() ?? 0) / 1000) < 2);
    const after = mustWork(before.gnupg.run(["--armor", "-e", "-r", key.fingerprint], "Again")).toString();
    assert.equal(await opened(after, keys), "Again");
    const signed = await encrypt(Buffer.from("Answer"), [lea.public], keys);
    before.gnupg.importKey(lea.secret);
    assert.match(before.gnupg.run(["--status-fd", "2", "-d"], signed).stderr, /GOODSIG/);
  });

  test(`after a rotation (${kind}) gpg encrypts to the new part, and we read the old and the new`, {
    skip: withoutGpg,
  }, async (t) => {
    const { run, key, place, publicFile } = await deskWithKey(t, { kind });
    const { gnupg, message: old } = await encryptWithGpg(t, key.public);
    const oldPart = (await readPublicKeys(key.public))[0]?.keyIds[1] ?? "none";

    await run(`keys rotate ${publicFile}`);

    gnupg.importKey(readFileSync(publicFile, "utf8"));
    const fresh = mustWork(gnupg.run(["--armor", "-e", "-r", key.fingerprint], "Fresh")).toString();
    const named = /keyid (\w+)/.exec(
      mustWork(gnupg.run(["--list-only", "--list-packets"], fresh)).toString(),
    )?.[1];
    const newPart = (await readPublicKeys(readFileSync(publicFile)))[0]?.keyIds[2];
    assert.equal(named, newPart);
    assert.notEqual(named, oldPart);
    const keys = await keysIn(place);
    assert.equal(await opened(fresh, keys), "Fresh");
    assert.equal(await opened(old, keys), "Bonjour");
  });
}

test("sq encrypts to what extend and rotate wrote, and we read it", { skip: withoutSq }, async (t) => {
  const { run, place, folder, publicFile } = await deskWithKey(t, { expiresInDays: 10 });
  await run(`keys rotate ${publicFile}`);
  const extended = join(folder, "extended.asc");
  await run(`keys extend ${extended} --key-days 100`);
  const text = join(folder, "text");
  writeFileSync(text, "Bonjour");

  for (const file of [publicFile, extended]) {
    const { status, stdout, stderr } = spawnSync("sq", ["encrypt", "--recipient-cert", file, text]);
    const message = mustWork({ status, stdout, stderr: stderr.toString() });
    assert.equal(await opened(message.toString(), await keysIn(place)), "Bonjour");
  }
});

test("what is rotated and then extended keeps the old part ended", async (t) => {
  const { run, publicFile, folder } = await deskWithKey(t, { expiresInDays: 10 });
  await run(`keys rotate ${publicFile}`);
  const extended = join(folder, "extended.asc");

  await run(`keys extend ${extended}`);

  const shown = spawnSync("gpg", ["--homedir", folder, "--show-keys", extended]).stdout.toString();
  if (!withoutGpg) assert.equal(shown.match(/\[expired: /g)?.length, 1, shown);
});

test("takes keys over to read with, locks them with the desk's passphrase, and in front when asked", async (t) => {
  const { run, key, place, folder } = await deskWithKey(t);
  const old = await generateSecretKey("Old", "old@example.org", { passphrase: "another one" });
  const next = await generateSecretKey("Next", "desk@example.org");
  const given = Object.entries({ "old.asc": old.secret, "next.asc": next.secret, other: "another one\n" });
  for (const [name, content] of given) writeFileSync(join(folder, name), content);

  await assert.rejects(run(`keys import ${join(folder, "old.asc")}`), /passphrase does not open/);
  await run(`keys import ${join(folder, "old.asc")} --passphrase ${join(folder, "other")}`);
  await run(`keys import ${join(folder, "next.asc")} --first`);
  await assert.rejects(run(`keys import ${join(folder, "next.asc")}`), /is there already/);

  const keys = await keysIn(place);
  assert.deepEqual(
    keys.all.map(({ fingerprint }) => fingerprint),
    [next, key, old].map(({ fingerprint }) => fingerprint),
  );
  const message = await encrypt(Buffer.from("to the old one"), [old.public], keys);
  assert.equal(await opened(message, keys), "to the old one");
});

test("takes over several keys that gpg exported in one block", { skip: withoutGpg }, async (t) => {
  const { run, place, folder } = await deskWithKey(t);
  const gnupg = createGnupg(t);
  for (const name of ["one", "two"])
    gnupg.importKey((await generateSecretKey(name, `${name}@example.org`)).secret);
  writeFileSync(join(folder, "both.asc"), mustWork(gnupg.run(["--armor", "--export-secret-keys"])));

  await run(`keys import ${join(folder, "both.asc")}`);

  assert.equal((await keysIn(place)).all.length, 3);
});

test("an error says what is wrong, names no part of a key, and changes nothing", async (t) => {
  const { run, place, folder, publicFile } = await deskWithKey(t);
  const before = readFileSync(place, "utf8");
  writeFileSync(publicFile, "is there");
  writeFileSync(join(folder, "nonsense"), "not a key");
  const refused: [string, Record<string, string>, RegExp][] = [
    [`keys extend ${publicFile}`, {}, /is there already/],
    [
      `keys rotate ${join(folder, "missing", "file.asc")}`,
      {},
      /cannot be written \(ENOENT\). Nothing was changed/,
    ],
    [`keys extend ${publicFile}2 --key-days soon`, {}, /is a number of days/],
    [`keys extend ${publicFile}2 --key 1234`, {}, /at least its last eight digits/],
    [`keys extend ${publicFile}2 --key 0123456789ABCDEF`, {}, /holds no such key/],
    [`keys extend ${publicFile}2`, { OPENPGP_PASSPHRASE: "wrong" }, /The passphrase does not open/],
    [`keys extend ${publicFile}2`, { OPENPGP_PASSPHRASE: "" }, /is locked and no passphrase is given/],
    [`keys extend ${publicFile}2`, { OPENPGP_KEYS: before }, /stands in the environment/],
    [`keys extend ${publicFile}2`, { OPENPGP_KEYS_FILE: join(folder, "none") }, /cannot be read \(ENOENT\)/],
    [`keys import ${join(folder, "nonsense")}`, {}, /holds no complete OpenPGP private key block/],
  ];
  for (const [words, changed, expected] of refused) {
    await assert.rejects(run(words, changed), (error: Error) => {
      assert.match(error.message, expected, words);
      assert.doesNotMatch(error.message, /BEGIN|wrong|correct horse/);
      return true;
    });
  }
  assert.equal(readFileSync(place, "utf8"), before);
  assert.deepEqual(readdirSync(join(folder, "secrets")), ["openpgp_keys"]);
  assert.deepEqual(
    readdirSync(folder).filter((name) => /\.asc\d?\./.test(name)),
    [],
  );
});

test("a key whose primary secret is kept offline is left as it is", { skip: withoutGpg }, async (t) => {
  const { run, place, folder, publicFile } = await deskWithKey(t);
  const gnupg = createGnupg(t);
  const role = await generateSecretKey("Role", "role@example.org");
  gnupg.importKey(role.secret);
  const parts = mustWork(gnupg.run(["--armor", "--export-secret-subkeys", role.fingerprint])).toString();
  writeFileSync(join(folder, "role.asc"), parts);

  await run(`keys import ${join(folder, "role.asc")}`);

  await assert.rejects(
    run(`keys extend ${publicFile} --key ${role.fingerprint}`),
    /primary secret is not in this file/,
  );
  assert.equal((await keysIn(place)).all.length, 2);
});

async function deskWithKey(t: TestContext, options: NewKeyOptions = {}) {
  const desk = await startSetupDesk(t);
  const key = await generateSecretKey("Desk", "desk@example.org", {
    createdAt: weekAgo,
    passphrase,
    ...options,
  });
  const place = join(desk.folder, "secrets", "openpgp_keys");
  mkdirSync(join(desk.folder, "secrets"));
  writeFileSync(place, key.secret, { mode: 0o600 });
  const run = (words: string, changed: Record<string, string> = {}) =>
    desk.run(words, { OPENPGP_PASSPHRASE: passphrase, ...changed });
  return { run, key, place, folder: desk.folder, publicFile: join(desk.folder, "public.asc") };
}

async function keysIn(place: string): Promise<SecretKeys> {
  return await openDeskKeys({ OPENPGP_KEYS: readFileSync(place, "utf8"), OPENPGP_PASSPHRASE: passphrase });
}

/** As somebody writes who has our key since before. */
async function encryptWithGpg(t: TestContext, publicKey: string) {
  const gnupg = createGnupg(t);
  gnupg.importKey(publicKey);
  const message = mustWork(gnupg.run(["--armor", "-e", "-r", "desk@example.org"], "Bonjour")).toString();
  return { gnupg, message };
}

async function opened(message: string, keys: SecretKeys): Promise<string> {
  const result = await decrypt(message, keys);
  assert.ok(result.ok, JSON.stringify(result));
  return Buffer.from(result.bytes).toString();
}
