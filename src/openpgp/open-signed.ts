import { readMessage } from "openpgp";
import { checkSignatures, type SignatureCheck } from "./check-signatures.ts";
import { binaryOf } from "./dearmor.ts";
import { contentOf, type DecryptionFailure, failureOf } from "./decrypt.ts";
import { limits, prepareOpenpgp } from "./prepare-openpgp.ts";
import { packetTags, readPacketHeads } from "./read-packets.ts";

export type SignedMessage =
  | { ok: true; bytes: Uint8Array; signature: SignatureCheck; openedBy: null; sessionHash: null }
  | { ok: false; reason: DecryptionFailure };

/** Whether an OpenPGP message is signed or only wrapped, not encrypted: its first packet tells. */
export function isOnlySigned(data: Uint8Array | string): boolean {
  const bytes = binaryOf(data, "MESSAGE");
  const first = bytes && readPacketHeads(bytes, 1)?.[0];
  return first !== null && first !== undefined && wrappers.has(first.tag);
}

const wrappers = new Set([
  packetTags.signature,
  packetTags.onePassSignature,
  packetTags.compressed,
  packetTags.literal,
]);

/** Opens a message that is signed and not encrypted (RFC 9580 §10.3). Never throws. */
export async function openSigned(data: Uint8Array | string, verifyWith: string[]): Promise<SignedMessage> {
  prepareOpenpgp();
  if (data.length > limits.ciphertextBytes) return { ok: false, reason: "too large" };
  const bytes = binaryOf(data, "MESSAGE");
  if (!bytes) return { ok: false, reason: "damaged" };
  try {
    const message = await readMessage({ binaryMessage: bytes });
    const content = contentOf(message);
    if (typeof content === "string") return { ok: false, reason: content };
    const signature = await checkSignatures(message, verifyWith);
    return { ok: true, bytes: content, signature, openedBy: null, sessionHash: null };
  } catch (error) {
    return { ok: false, reason: failureOf(error) };
  }
}
