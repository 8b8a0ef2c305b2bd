import { extendSecretKey, relockSecretKey, rotateSecretKey } from "../openpgp/renew-secret-key.ts";
import { BadCommand, type Command } from "./command.ts";
import { secretKeyBlocks } from "./desk-keys.ts";
import {
  findBlock,
  type KeyFile,
  readBlocks,
  readKeyFile,
  readNamed,
  storeBlocks,
  storeChangedKey,
} from "./key-file.ts";
import { readDays, textOf } from "./setup-command.ts";

const startAgain = "Start the workers again: they hold the keys as they were.";
const whichKey = { value: "FINGERPRINT", help: "which key (default: the one that signs)" };

/** `whisperdesk keys …`: the commands that change the file of OPENPGP_KEYS. It is written whole or not at all. */
export const keyFileCommands: Command[] = [
  {
    name: "keys import",
    operands: ["FILE"],
    summary: "Takes secret OpenPGP keys over from a file, to open mail with",
    text: [
      "They are put behind the others, so they open mail and do not sign. Afterwards staff can try mail again that was",
      "set aside, and check old mail again.",
    ].join("\n"),
    options: {
      first: { help: "puts the key in front: it signs from now on" },
      passphrase: {
        value: "FILE",
        help: "file with the passphrase that the keys have now (default: the desk's)",
      },
    },
    async run(context, { operands: [name = ""], options }) {
      const file = await readKeyFile(context);
      const passphraseFile = textOf(options.passphrase);
      const passphrase = passphraseFile ? (await readNamed(passphraseFile)).trimEnd() : file.passphrase;
      const found = await readBlocks(await readNamed(name), passphrase, name);
      const known = new Set(file.blocks.map(({ fingerprint }) => fingerprint));
      const fresh = found.filter(({ fingerprint }) => !known.has(fingerprint));
      if (fresh.length === 0) throw new BadCommand(`Every key of ${name} is there already`);

      const added = await Promise.all(
        fresh.map(async (block) => {
          if (!passphraseFile) return block;
          const { secret } = await relocked(block.armored, passphrase, file.passphrase);
          return { ...block, armored: secret };
        }),
      );
      await storeBlocks(file, options.first ? [...added, ...file.blocks] : [...file.blocks, ...added]);
      for (const { fingerprint } of added) context.print(`${fingerprint}: ${file.place}`);
      context.print(startAgain);
      return 0;
    },
  },
  {
    name: "keys extend",
    operands: ["PUBLIC-FILE"],
    summary: "Gives one of the desk's keys a new end, and writes its new public half to a new file",
    text: "Give the public half out again: every copy out there has the old date.",
    options: {
      "key-days": { value: "DAYS", help: "days from now until it expires (default: 730)" },
      key: whichKey,
    },
    async run(context, { operands: [publicFile = ""], options }) {
      const days = readDays(options["key-days"]) ?? 730;
      const end = new Date(Date.now() + days * 86_400_000);
      const file = await readKeyFile(context);
      const block = findBlock(file, textOf(options.key));
      const key = await orBadCommand(block, () => extendSecretKey(block.armored, end, file.passphrase));
      await storeChangedKey(file, key, publicFile);
      context.print(
        `${key.fingerprint} expires ${end.toISOString().slice(0, 10)}. Its public half: ${publicFile}`,
      );
      context.print(startAgain);
      return 0;
    },
  },
  {
    name: "keys rotate",
    operands: ["PUBLIC-FILE"],
    summary:
      "Makes a new part for encryption in one of the desk's keys, and writes its new public half to a new file",
    text: [
      "The old part ends now, so that nobody encrypts to it who has the new public half, and stays to read what was",
      "encrypted to it. The fingerprint stays the same. Give the public half out again.",
    ].join("\n"),
    options: { key: whichKey },
    async run(context, { operands: [publicFile = ""], options }) {
      const file = await readKeyFile(context);
      const block = findBlock(file, textOf(options.key));
      const key = await orBadCommand(block, () => rotateSecretKey(block.armored, file.passphrase));
      await storeChangedKey(file, key, publicFile);
      context.print(`${key.fingerprint} has a new part for encryption. Its public half: ${publicFile}`);
      context.print(startAgain);
      return 0;
    },
  },
];

async function relocked(armored: string, from: string | undefined, to: string | undefined) {
  return await relockSecretKey(secretKeyBlocks(armored)[0] ?? "", from, to);
}

/** What is wrong with the key is the sysadmin's to mend; the message names it. */
async function orBadCommand<Value>(
  { fingerprint }: KeyFile["blocks"][number],
  change: () => Promise<Value>,
): Promise<Value> {
  try {
    return await change();
  } catch (error) {
    throw new BadCommand(
      `${fingerprint}: ${error instanceof Error ? error.message : "it cannot be changed"}`,
    );
  }
}
