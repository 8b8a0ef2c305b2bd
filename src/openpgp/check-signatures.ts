import { createMessage, enums, type Key, type Message, readSignature, type Signature, verify } from "openpgp";
import { dearmor } from "./dearmor.ts";
import { intendedRecipients } from "./intended-recipients.ts";
import { limits } from "./prepare-openpgp.ts";
import { readKeysIn } from "./read-keys.ts";
import { packetTags } from "./read-packets.ts";
import { remember } from "./remember.ts";
import { revocationAt } from "./revocation.ts";

/** "cannot check": no key, or a signature of a kind that proves nothing today; the reason tells which. */
export type SignatureVerdict = "no" | "cannot check" | "bad" | "good";

/** Why a signature is not good. */
export type SignatureReason =
  | "no key"
  | "old packet"
  | "weak hash"
  | "weak key"
  | "key expired"
  | "key revoked"
  | "signature expired"
  | "made at an impossible time"
  | "not supported"
  | "does not fit the text";

export type SignatureCheck = {
  signed: SignatureVerdict;
  /** Null when good, and when nothing is signed. */
  reason: SignatureReason | null;
  /** Which key the signature names; anybody may write that. */
  signerKeyId: string | null;
  /** Fingerprint of the primary key that it was checked with; null when there was none. */
  signer: string | null;
  signedAt: Date | null;
  /** For the owners of which keys it was made; empty when it does not say. */
  intendedFor: string[];
};

export const notSigned: SignatureCheck = {
  signed: "no",
  reason: null,
  signerKeyId: null,
  signer: null,
  signedAt: null,
  intendedFor: [],
};

type Content = Pick<Message<Uint8Array>, "unwrapCompressed">;
type Checked = Awaited<ReturnType<Message<Uint8Array>["verify"]>>[number];

/** What the signatures inside a message prove, all of them taken together: one bad one spoils the rest. */
export async function checkSignatures(message: Content, verifyWith: string[]): Promise<SignatureCheck> {
  const content = message.unwrapCompressed();
  const packets = content.packets.filterByTag(packetTags.signature, packetTags.onePassSignature);
  const unread = unreadSignatures(content.packets);
  if (packets.length === 0 && unread.length === 0) return notSigned;

  const keys = await readKeysOf(verifyWith);
  return await togetherOf(await content.verify(keys), keys, unread);
}

/** What a signature that stands beside its text proves. Never throws. */
export async function checkDetached(
  bytes: Uint8Array,
  signature: Uint8Array,
  verifyWith: string[],
): Promise<SignatureCheck> {
  try {
    const read: Signature = await readSignature({ binarySignature: signature });
    if (read.packets.length > limits.signatures) return cannotCheck("not supported");
    const keys = await readKeysOf(verifyWith);
    const message = await createMessage({ binary: bytes });
    const { signatures } = await verify({
      message,
      signature: read,
      verificationKeys: keys,
      format: "binary",
    });
    return await togetherOf(signatures, keys, unreadSignatures(read.packets));
  } catch {
    return cannotCheck("not supported");
  }
}

async function togetherOf(
  checked: Checked[],
  keys: Key[],
  unread: SignatureReason[],
): Promise<SignatureCheck> {
  const checks: SignatureCheck[] = [];
  for (const one of checked) checks.push(await checkOf(one, keys));
  for (const signed of ["bad", "good", "cannot check"] as const) {
    const check = checks.find((one) => one.signed === signed);
    if (check) return check;
  }
  // Of a version that the library cannot read, or of a kind that says nothing about the text.
  return cannotCheck(unread[0] ?? "not supported");
}

/** Signatures that the library leaves out, because of their version or their algorithm. */
function unreadSignatures(packets: Iterable<object>): SignatureReason[] {
  return [...packets].flatMap((packet) => {
    const raw: unknown = Reflect.get(packet, "rawContent");
    if (Reflect.get(packet, "tag") !== packetTags.signature || !(raw instanceof Uint8Array)) return [];
    return [(raw[0] ?? 0) < 4 ? "old packet" : "not supported"];
  });
}

function cannotCheck(reason: SignatureReason): SignatureCheck {
  return { ...notSigned, signed: "cannot check", reason };
}

async function checkOf({ verified, signature, keyID }: Checked, keys: Key[]): Promise<SignatureCheck> {
  // Taken hold of before anything is awaited: a rejection that nobody waits for ends the program.
  const outcome = verified.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );
  const packet = (await signature.catch(() => null))?.packets[0];
  const key = keys.find((one) => one.getKeys(keyID).length > 0);
  const check = {
    signerKeyId: keyID.toHex().toUpperCase(),
    signer: key ? key.getFingerprint().toUpperCase() : null,
    signedAt: packet?.created ?? null,
    intendedFor: intendedRecipients(packet),
  };
  const weak = packet ? weaknessOf(packet.hashAlgorithm, packet.publicKeyAlgorithm) : null;
  const failure = await outcome;
  if (weak) return { ...check, signed: "cannot check", reason: weak };
  if (!key) return { ...check, signed: "cannot check", reason: "no key" };
  if (failure !== null) return { ...check, ...inWords(failure) };
  if (await revocationAt(key, check.signedAt ?? new Date()))
    return { ...check, signed: "cannot check", reason: "key revoked" };
  return { ...check, signed: "good", reason: null };
}

function weaknessOf(hash: number | null, publicKey: number | null): SignatureReason | null {
  const { md5, sha1, ripemd } = enums.hash;
  if (hash === md5 || hash === sha1 || hash === ripemd) return "weak hash";
  return publicKey === enums.publicKey.dsa || publicKey === enums.publicKey.elgamal ? "weak key" : null;
}

/** The library tells its errors apart by their text alone. */
function inWords(message: string): Pick<SignatureCheck, "signed" | "reason"> {
  if (/digest did not match|verification failed/i.test(message))
    return { signed: "bad", reason: "does not fit the text" };
  const kinds: [RegExp, SignatureReason][] = [
    [/Signature is expired/i, "signature expired"],
    [/in the future|newer than/i, "made at an impossible time"],
    [/revoked/i, "key revoked"],
    [/expired/i, "key expired"],
    [/Insecure/i, "weak hash"],
    [/bits|considered too weak/i, "weak key"],
  ];
  const reason = kinds.find(([pattern]) => pattern.test(message))?.[1] ?? "not supported";
  return { signed: "cannot check", reason };
}

async function readKeysOf(armored: string[]): Promise<Key[]> {
  return (await Promise.all(armored.map(keysIn))).flat();
}

/**
 * Keys with numbers beyond all measure are left out: one check with 65,536 bits takes minutes. Somebody who writes often is
 * checked with the same key each time, and what the key says of itself is verified once: that is half the work.
 */
const keysIn = remember(64, async (block: string): Promise<Key[]> => {
  const bytes = dearmor(block, "PUBLIC KEY BLOCK");
  const found = bytes ? await readKeysIn(bytes).catch(() => []) : [];
  return found.filter((key) => key.getKeys().every(isOfUsualSize));
});

function isOfUsualSize(part: { getAlgorithmInfo(): { bits?: number } }): boolean {
  return (part.getAlgorithmInfo().bits ?? 0) <= limits.largestRsaBits;
}
