import assert from "node:assert/strict";
import { test } from "node:test";
import { createMessage, encrypt, type Key, readKey, readPrivateKey } from "openpgp";
import { readMail } from "#src/inbox/read-mail.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { deskAddress, deskSecretKey } from "#test/support/intake.ts";
import { oddWrappings } from "./odd-wrappings.ts";
import { type Ciphertexts, words, wrapped, wrappings } from "./wrappings.ts";

const keys = await openSecretKeys([deskSecretKey]);
const ours = (await readPrivateKey({ armoredKey: deskSecretKey })).toPublic();
const stranger = await readKey({ armoredKey: (await generateSecretKey("", "else@example.net")).public });
const entity = `Content-Type: text/plain; charset=utf-8\r\n\r\n${words}\r\n`;

async function ciphertextsFor(encryptionKeys: Key): Promise<Ciphertexts> {
  const make = async (text: string, wildcard = false) =>
    await encrypt({ message: await createMessage({ text }), encryptionKeys, wildcard });
  return {
    text: await make(`${words}\n`),
    entity: await make(entity),
    hidden: await make(entity, true),
    foreign: await make(words),
    password: await encrypt({ message: await createMessage({ text: words }), passwords: ["correct horse"] }),
    key: (await generateSecretKey("", "mia@example.org")).public,
  };
}

const whole = await ciphertextsFor(ours);
const changed = (change: (armored: string) => string): Ciphertexts => ({
  ...whole,
  text: change(whole.text),
  entity: change(whole.entity),
  hidden: change(whole.hidden),
});
const middle = (armored: string) => armored.length >> 1;
const variants: Record<string, Ciphertexts> = {
  "that opens": whole,
  "with one letter changed": changed((armored) => {
    const at = middle(armored) + (armored[middle(armored)] === "\n" ? 1 : 0);
    return `${armored.slice(0, at)}${armored[at] === "A" ? "B" : "A"}${armored.slice(at + 1)}`;
  }),
  "that is cut": changed((armored) => {
    const kept = armored.slice(0, armored.indexOf("\n", middle(armored)));
    return `${kept}\n-----END PGP MESSAGE-----\n`;
  }),
  "for somebody else": await ciphertextsFor(stranger),
};

/** What decides about an automatic reply, of a mail that was read; of one that was not, that none goes. */
async function decidedBy(raw: Buffer): Promise<string> {
  const reading = await readMail(raw, keys, deskAddress);
  if (reading.ok) return reading.showsCryptography || reading.noAutomaticAnswer ? "none" : "a reply";
  return "cryptography" in reading ? "none" : reading.reason;
}

const isAboutCiphertext = ({ make }: (typeof wrappings)[number]) =>
  make(whole).body !==
  make({ ...whole, text: whole.foreign, entity: whole.foreign, hidden: whole.foreign }).body;

for (const wrapping of [...wrappings, ...oddWrappings].filter(isAboutCiphertext)) {
  test(`no automatic reply to what opens, is changed, cut or for somebody else: ${wrapping.name}`, async () => {
    for (const [variant, ciphertexts] of Object.entries(variants)) {
      assert.equal(await decidedBy(wrapped(wrapping, ciphertexts, "mallory@example.net")), "none", variant);
    }
  });
}
