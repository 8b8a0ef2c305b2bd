import {
  config,
  decryptKey,
  encryptKey,
  enums,
  type PrivateKey,
  readPrivateKey,
  readPrivateKeys,
  SignaturePacket,
  type Subkey,
} from "openpgp";
import { dearmor } from "./dearmor.ts";
import type { NewKey } from "./generate-secret-key.ts";
import { prepareOpenpgp } from "./prepare-openpgp.ts";
import { withoutForeignCertifications } from "./without-foreign-certifications.ts";

/**
 * A secret key of ours with a new end; null: it never ends. Its newest part for each use gets the same end, older ones
 * keep theirs. Throws an Error with a reason for the sysadmin.
 */
export async function extendSecretKey(
  armored: string,
  end: Date | null,
  passphrase?: string,
): Promise<NewKey> {
  return await changed(armored, passphrase, async (key) => {
    await signKeyAgain(key, end);
    for (const subkey of newestOfEachUse(key.subkeys)) {
      const binding = newest(subkey.bindingSignatures);
      if (binding?.keyExpirationTime) await bindAgain(key, subkey, end);
    }
    return key;
  });
}

/**
 * A secret key of ours with a new part for encryption. The older ones end now, so that nobody encrypts to them any more,
 * and stay to read what was encrypted before. Throws an Error with a reason for the sysadmin.
 */
export async function rotateSecretKey(armored: string, passphrase?: string): Promise<NewKey> {
  return await changed(armored, passphrase, async (key) => {
    const now = new Date();
    for (const subkey of key.subkeys.filter((one) => useOf(one) === "encryption")) {
      const end = await subkey.getExpirationTime();
      if (end === null || end > now) await bindAgain(key, subkey, now);
    }
    return await key.addSubkey({});
  });
}

/** A key whose passphrase is another one, or none: for a key that comes from elsewhere. */
export async function relockSecretKey(
  armored: string,
  from: string | undefined,
  to: string | undefined,
): Promise<NewKey> {
  const key = await read(armored);
  const open = isLocked(key) ? await unlock(key, from) : key;
  return await asNewKey(to ? await encryptKey({ privateKey: open, passphrase: to }) : open);
}

/** An armoured block for each key in one; a block that cannot be read stays as it is. */
export async function oneKeyEach(armored: string): Promise<string[]> {
  prepareOpenpgp();
  const bytes = dearmor(armored, "PRIVATE KEY BLOCK");
  const keys = bytes ? await readPrivateKeys({ binaryKeys: bytes }).catch(() => []) : [];
  return keys.length > 1 ? keys.map((key) => key.armor()) : [armored];
}

async function changed(
  armored: string,
  passphrase: string | undefined,
  change: (key: PrivateKey) => Promise<PrivateKey>,
): Promise<NewKey> {
  const key = await read(armored);
  const wasLocked = isLocked(key);
  const open = wasLocked ? await unlock(key, passphrase) : key;
  if (isDummy(open.keyPacket))
    throw new Error(
      "Its primary secret is not in this file: change it where that is kept, and import it again",
    );
  const result = await change(open);
  return await asNewKey(
    wasLocked && passphrase ? await encryptKey({ privateKey: result, passphrase }) : result,
  );
}

async function read(armored: string): Promise<PrivateKey> {
  prepareOpenpgp();
  const bytes = dearmor(armored, "PRIVATE KEY BLOCK");
  if (!bytes) throw new Error("This is no complete OpenPGP private key block");
  return await readPrivateKey({ binaryKey: bytes });
}

async function unlock(privateKey: PrivateKey, passphrase: string | undefined): Promise<PrivateKey> {
  if (!passphrase) throw new Error("It is locked and no passphrase is given");
  try {
    return await decryptKey({ privateKey, passphrase });
  } catch {
    throw new Error("The passphrase does not open it");
  }
}

async function asNewKey(key: PrivateKey): Promise<NewKey> {
  return {
    secret: key.armor(),
    public: withoutForeignCertifications(key.toPublic()).armor(),
    fingerprint: key.getFingerprint().toUpperCase(),
  };
}

/** Every name on the key that was not taken back, and what the key says of itself (RFC 9580 §5.2.1.11), with a new end. */
async function signKeyAgain(key: PrivateKey, end: Date | null): Promise<void> {
  const expiry = secondsUntil(key.getCreationTime(), end);
  for (const user of key.users) {
    const latest = newest(user.selfCertifications);
    if (!latest || user.revocationSignatures.length > 0) continue;
    const name = user.userID ? { userID: user.userID } : { userAttribute: user.userAttribute };
    const data = { ...name, key: key.keyPacket };
    user.selfCertifications.push(await signAgain(key, latest, data, expiry));
  }
  const direct: SignaturePacket[] = Reflect.get(key, "directSignatures") ?? [];
  const latest = newest(direct);
  if (latest) direct.push(await signAgain(key, latest, { key: key.keyPacket }, expiry));
}

async function bindAgain(key: PrivateKey, subkey: Subkey, end: Date | null): Promise<void> {
  const latest = newest(subkey.bindingSignatures);
  if (!latest) throw new Error("A part of this key is not bound to it");
  const data = { key: key.keyPacket, bind: subkey.keyPacket };
  const expiry = secondsUntil(subkey.getCreationTime(), end);
  subkey.bindingSignatures.push(await signAgain(key, latest, data, expiry));
}

/** At least a second: nothing would be "never". */
function secondsUntil(created: Date, end: Date | null): number | null {
  return end && Math.max(1, Math.floor((end.getTime() - created.getTime()) / 1000));
}

const kept = [
  "signatureType",
  "keyFlags",
  "preferredSymmetricAlgorithms",
  "preferredHashAlgorithms",
  "preferredCompressionAlgorithms",
  "preferredAEADAlgorithms",
  "preferredCipherSuites",
  "features",
  "isPrimaryUserID",
  "keyServerPreferences",
  "preferredKeyServer",
  "policyURI",
  "embeddedSignature",
];

/** The same statement as an older signature, with another end. The older one stays, for what was signed in its time. */
async function signAgain(
  key: PrivateKey,
  latest: SignaturePacket,
  data: object,
  expiry: number | null,
): Promise<SignaturePacket> {
  const signature = new SignaturePacket();
  for (const name of kept) Reflect.set(signature, name, Reflect.get(latest, name));
  Object.assign(signature, {
    publicKeyAlgorithm: key.keyPacket.algorithm,
    hashAlgorithm: enums.hash.sha512,
    keyExpirationTime: expiry,
    keyNeverExpires: expiry === null,
  });
  // Of two made in the same second nobody knows the newer one.
  const date = new Date(Math.max(Date.now(), (latest.created?.getTime() ?? 0) + 1000));
  await Reflect.apply(Reflect.get(signature, "sign"), signature, [key.keyPacket, data, date, false, config]);
  return signature;
}

function newest(signatures: SignaturePacket[]): SignaturePacket | undefined {
  return signatures.toSorted((one, other) => timeOf(other.created) - timeOf(one.created))[0];
}

function newestOfEachUse(subkeys: Subkey[]): Subkey[] {
  const sorted = subkeys
    .filter(({ revocationSignatures }) => revocationSignatures.length === 0)
    .toSorted((one, other) => timeOf(other.getCreationTime()) - timeOf(one.getCreationTime()));
  return [...new Map(sorted.toReversed().map((subkey) => [useOf(subkey), subkey])).values()];
}

function useOf(subkey: Subkey): "encryption" | "other" | "signing" {
  const flags = newest(subkey.bindingSignatures)?.keyFlags?.[0] ?? 0;
  const { encryptCommunication, encryptStorage, signData } = enums.keyFlags;
  if (flags & (encryptCommunication | encryptStorage)) return "encryption";
  return flags & signData ? "signing" : "other";
}

function timeOf(date: Date | null): number {
  return date?.getTime() ?? 0;
}

function isLocked(key: PrivateKey): boolean {
  return key.getKeys().some(({ keyPacket }) => !isDummy(keyPacket) && isClosed(keyPacket));
}

function isClosed(packet: object): boolean {
  return (
    "isDecrypted" in packet && typeof packet.isDecrypted === "function" && packet.isDecrypted() === false
  );
}

function isDummy(packet: object): boolean {
  return "isDummy" in packet && typeof packet.isDummy === "function" && packet.isDummy() === true;
}
