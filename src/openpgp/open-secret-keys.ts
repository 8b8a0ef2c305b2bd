import { decryptKey, type PrivateKey, readPrivateKeys } from "openpgp";
import { dearmor } from "./dearmor.ts";
import { prepareOpenpgp } from "./prepare-openpgp.ts";

/** A secret key of ours, open. `keyIds` are those of the primary key and all subkeys, in capitals. */
export type SecretKey = { fingerprint: string; keyIds: string[]; key: PrivateKey };

/** Our secret keys, the one that signs first. Lives in one thread and is never written anywhere. */
export type SecretKeys = { readonly all: readonly SecretKey[] };

/** Opens our secret keys. Throws an Error that names the position of the text, never its content. */
export async function openSecretKeys(armored: string[], passphrase?: string): Promise<SecretKeys> {
  prepareOpenpgp();

  const all: SecretKey[] = [];
  for (const [index, text] of armored.entries()) {
    for (const key of await readKeysOf(text, index + 1)) all.push(await unlock(key, passphrase));
  }
  return { all };
}

async function readKeysOf(text: string, position: number): Promise<PrivateKey[]> {
  const bytes = dearmor(text, "PRIVATE KEY BLOCK");
  if (!bytes) throw new Error(`Secret key file ${position} holds no complete OpenPGP private key block`);
  try {
    return await readPrivateKeys({ binaryKeys: bytes });
  } catch (error) {
    throw new Error(`Secret key file ${position} cannot be read: ${reasonOf(error)}`);
  }
}

async function unlock(key: PrivateKey, passphrase: string | undefined): Promise<SecretKey> {
  const fingerprint = key.getFingerprint().toUpperCase();
  const secret: SecretKey = {
    fingerprint,
    keyIds: key.getKeyIDs().map((id) => id.toHex().toUpperCase()),
    key,
  };
  if (!isLocked(key)) return secret;
  if (!passphrase) throw new Error(`The secret key ${fingerprint} is locked and no passphrase is given`);
  try {
    return { ...secret, key: await decryptKey({ privateKey: key, passphrase }) };
  } catch {
    throw new Error(`The passphrase does not open the secret key ${fingerprint}`);
  }
}

function isLocked(key: PrivateKey): boolean {
  return key.getKeys().some((part) => !part.keyPacket.isDecrypted() && !isDummy(part.keyPacket));
}

/** A role key often comes without its primary secret, which stays offline: GnuPG writes a dummy in its place. */
function isDummy(packet: object): boolean {
  return "isDummy" in packet && typeof packet.isDummy === "function" && packet.isDummy() === true;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown reason";
}
