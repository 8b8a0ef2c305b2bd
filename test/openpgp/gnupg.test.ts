import assert from "node:assert/strict";
import { test } from "node:test";
import { composeEncrypted, type Outgoing } from "#src/mime/compose-mail.ts";
import { findPgp } from "#src/mime/find-pgp.ts";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { generateSecretKey, type NewKeyOptions } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { readPublicKeys } from "#src/openpgp/read-public-keys.ts";
import { parsed } from "../mime/fixture.ts";
import { createGnupg, mustWork, withoutGpg } from "./gnupg.ts";

const text = Buffer.from("Bonjour, voici le journal. ".repeat(800));
const kinds: NewKeyOptions["kind"][] = ["curve25519", "rsa4096"];
const keys = await Promise.all(kinds.map((kind) => generateSecretKey("Desk", "desk@example.org", { kind })));

for (const [index, kind] of kinds.entries()) {
  const desk = keys[index] ?? assert.fail();
  const forms: [string, string[]][] = [
    ["an armoured mail", ["--armor", "--recipient", desk.fingerprint]],
    ["a binary mail", ["--recipient", desk.fingerprint]],
    ["a mail to a hidden recipient", ["--hidden-recipient", desk.fingerprint]],
    ["a mail without compression", ["--compress-algo", "none", "--recipient", desk.fingerprint]],
    ["a mail compressed with zlib", ["--compress-algo", "zlib", "--recipient", desk.fingerprint]],
    ["a mail compressed with bzip2", ["--compress-algo", "bzip2", "--recipient", desk.fingerprint]],
  ];

  for (const [what, options] of forms) {
    test(`opens ${what} from gpg to ${kind}`, { skip: withoutGpg }, async (t) => {
      const gpg = createGnupg(t);
      gpg.importKey(desk.public);
      const ciphertext = mustWork(gpg.run(["--encrypt", ...options], text));

      const opened = await decrypt(ciphertext, await openSecretKeys(keys.map((key) => key.secret)));

      assert.ok(opened.ok, JSON.stringify(opened));
      assert.deepEqual(Buffer.from(opened.bytes), text);
      assert.equal(opened.openedBy, desk.fingerprint);
      assert.equal(opened.signed, "no");
    });
  }

  test(`sends from ${kind} what gpg decrypts and verifies`, { skip: withoutGpg }, async (t) => {
    const gpg = createGnupg(t);
    mustWork(
      gpg.run(["--passphrase", "", "--quick-gen-key", "Lea <lea@example.org>", "ed25519", "sign", "never"]),
    );
    const fingerprint =
      /^fpr:+([0-9A-F]{40}):/m.exec(gpg.run(["--with-colons", "--list-keys"]).stdout.toString())?.[1] ?? "";
    mustWork(gpg.run(["--passphrase", "", "--quick-add-key", fingerprint, "cv25519", "encr", "never"]));
    gpg.importKey(desk.public);
    const lea = mustWork(gpg.run(["--armor", "--export", fingerprint])).toString();
    const raw = await composeEncrypted(answer, [lea], await openSecretKeys([desk.secret]));
    const place = findPgp(await parsed(raw));
    assert.equal(place.kind, "pgp-mime");

    const result = gpg.run(["--status-fd", "2", "--decrypt"], place.ciphertext);

    assert.match(result.stderr, /GOODSIG/);
    assert.match(result.stderr, /GOODMDC|DECRYPTION_OKAY/);
    const inner = await parsed(mustWork(result));
    assert.equal(inner.text, answer.text);
    assert.equal(inner.subject, answer.subject);
    assert.equal(result.stdout.length, 4096);
  });
}

test("tells a good signature by gpg from one that cannot be checked", { skip: withoutGpg }, async (t) => {
  const desk = keys[0] ?? assert.fail();
  const gpg = createGnupg(t);
  gpg.importKey(desk.public);
  mustWork(
    gpg.run(["--passphrase", "", "--quick-gen-key", "Lea <lea@example.org>", "rsa3072", "sign", "never"]),
  );
  const lea = mustWork(gpg.run(["--armor", "--export", "lea@example.org"])).toString();
  const ciphertext = mustWork(
    gpg.run(
      ["--passphrase", "", "-u", "lea@example.org", "--sign", "--encrypt", "-r", desk.fingerprint],
      text,
    ),
  );
  const sha1 = mustWork(
    gpg.run(
      ["--digest-algo", "SHA1", "-u", "lea@example.org", "--sign", "--encrypt", "-r", desk.fingerprint],
      text,
    ),
  );
  const secret = await openSecretKeys([desk.secret]);

  const withKey = await decrypt(ciphertext, secret, [lea]);
  const withoutKey = await decrypt(ciphertext, secret);
  const weak = await decrypt(sha1, secret, [lea]);

  assert.ok(withKey.ok && withoutKey.ok && weak.ok);
  assert.equal(withKey.signed, "good");
  assert.equal(withoutKey.signed, "cannot check");
  assert.equal(withoutKey.signerKeyId, withKey.signerKeyId);
  assert.equal(weak.signed, "cannot check");
});

test("opens with a locked key made by gpg, its primary part offline", { skip: withoutGpg }, async (t) => {
  const gpg = createGnupg(t);
  const locked = ["--passphrase", "tea"];
  mustWork(gpg.run([...locked, "--quick-gen-key", "Desk <desk@example.org>", "ed25519", "sign", "never"]));
  const fingerprint =
    /^fpr:+([0-9A-F]{40}):/m.exec(gpg.run(["--with-colons", "--list-keys"]).stdout.toString())?.[1] ?? "";
  mustWork(gpg.run([...locked, "--quick-add-key", fingerprint, "cv25519", "encr", "never"]));
  const whole = mustWork(gpg.run([...locked, "--armor", "--export-secret-keys"])).toString();
  const subkeys = mustWork(gpg.run([...locked, "--armor", "--export-secret-subkeys"])).toString();
  const ciphertext = mustWork(gpg.run(["--encrypt", "-r", fingerprint], text));

  for (const secret of [whole, subkeys]) {
    const opened = await decrypt(ciphertext, await openSecretKeys([secret], "tea"));
    assert.ok(opened.ok, JSON.stringify(opened));
    assert.equal(opened.openedBy, fingerprint);
  }
  await assert.rejects(
    openSecretKeys([whole], "coffee"),
    /passphrase does not open the secret key [0-9A-F]{40}$/,
  );
  await assert.rejects(openSecretKeys([whole]), /no passphrase is given/);
});

test("describes keys made by gpg: expired, revoked, only for signing", { skip: withoutGpg }, async (t) => {
  const gpg = createGnupg(t);
  const make = (name: string, ...more: string[]) =>
    mustWork(
      gpg.run([
        "--passphrase",
        "",
        ...more.slice(2),
        "--quick-gen-key",
        name,
        more[0] ?? "",
        more[1] ?? "",
        more[2] ? "30d" : "never",
      ]),
    );
  make("signs@example.org", "ed25519", "sign");
  make("old@example.org", "rsa2048", "default", "--faked-system-time=20200101T000000!");
  make("gone@example.org", "rsa2048", "default");
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(
    gpg.run(["--with-colons", "--list-keys", "gone@example.org"]).stdout.toString(),
  )?.[1];
  const { readFileSync } = await import("node:fs");
  gpg.importKey(
    readFileSync(`${gpg.home}/openpgp-revocs.d/${fingerprint}.rev`, "utf8").replace(
      ":-----BEGIN",
      "-----BEGIN",
    ),
  );
  const problemOf = async (name: string) =>
    (await readPublicKeys(mustWork(gpg.run(["--armor", "--export", name])).toString()))[0];

  const [signs, old, gone] = await Promise.all(
    ["signs@example.org", "old@example.org", "gone@example.org"].map(problemOf),
  );

  assert.match(signs?.problem ?? "", /can sign but not encrypt/);
  assert.equal(old?.problem, "This key expired on 2020-01-31");
  assert.deepEqual(old?.userIds, ["old@example.org"]);
  assert.match(gone?.problem ?? "", /^This key was revoked by its owner on [-0-9]+$/);
  assert.equal(gone?.revocation?.reason, "not told");
  for (const key of [signs, old, gone]) assert.equal(key?.canEncrypt, false);
});

const answer: Outgoing = {
  from: { name: "Desk", address: "desk@example.org" },
  to: { name: "Lea", address: "lea@example.org" },
  subject: "Re: Écran noir",
  text: "Bonjour,\nvoici la réponse.",
  messageId: "<answer-1@example.org>",
  inReplyTo: null,
  references: [],
  date: new Date("2026-11-21T10:00:00Z"),
  language: "fr",
  attachments: [],
};
