import { checkDetached, type SignatureCheck } from "../openpgp/check-signatures.ts";
import { type Decrypted, type DecryptionFailure, decrypt } from "../openpgp/decrypt.ts";
import type { SecretKeys } from "../openpgp/open-secret-keys.ts";
import { isOnlySigned, openSigned, type SignedMessage } from "../openpgp/open-signed.ts";
import type { Budget } from "./budget.ts";
import { layerOf } from "./crypto-layer.ts";
import type { Ciphertext } from "./is-ciphertext.ts";
import type { OpenLayer } from "./layer-part.ts";
import type { Entity } from "./mime-tree.ts";
import { readDecrypted } from "./read-decrypted.ts";

/** One layer of the cryptographic envelope; `signature` is "no" where a layer only encrypts. */
export type Layer = {
  kind: "encrypted" | "signed";
  signature: SignatureCheck;
  /** Fingerprint of our key, and the mark of the ciphertext; null for a layer that only signs. */
  openedBy: string | null;
  sessionHash: string | null;
};

/** What may be tried for one mail, however many pieces of OpenPGP stand in it. */
export type Tries = {
  keys: SecretKeys;
  verifyWith: string[];
  left: number;
  bytesLeft: number;
  /** Attached mails that are still read inside. */
  mailsLeft: number;
  /** The charset that a person chose for the words of the mail. */
  chosen?: string | undefined;
  budget: Budget;
};

/** Layers from outside in with the entities that they are, what they protect, and what stands in them beside that. */
export type Envelope =
  | { ok: true; layers: Layer[]; opened: OpenedLayer[]; payload: Entity; outside: Uint8Array[] }
  | { ok: false; reason: DecryptionFailure };

type OpenedLayer = { entity: Entity; layer: OpenLayer };

const mostLayers = 5;

/**
 * Opens the cryptographic envelope of an entity: the layers that follow one another from its very outside (RFC 9787
 * §4.4). Nothing is shown of a payload before its decryption has proven its integrity.
 */
export async function openEnvelope(root: Entity, tries: Tries): Promise<Envelope> {
  const layers: Layer[] = [];
  const opened: OpenedLayer[] = [];
  const outside: Uint8Array[] = [];
  let entity = root;
  while (layers.length < mostLayers) {
    const layer = layerOf(entity);
    if (layer.kind !== "encrypted" && layer.kind !== "signed") break;
    outside.push(...entity.outside);
    opened.push({ entity, layer });
    if (layer.kind === "encrypted") {
      const decrypted = await decryptOnce(layer.ciphertext, tries);
      if (!decrypted.ok) return decrypted;
      const { signature, openedBy, sessionHash } = decrypted;
      layers.push({ kind: "encrypted", signature, openedBy, sessionHash });
      entity = readDecrypted(decrypted.bytes, tries.budget);
    } else {
      const signature = await checkPart(layer.payload.raw, layer.signature, tries.verifyWith);
      layers.push({ kind: "signed", signature, openedBy: null, sessionHash: null });
      entity = layer.payload;
    }
  }
  return { ok: true, layers, opened, payload: entity, outside };
}

/** Decrypts, unless this mail has already had its share. */
export async function decryptOnce({ packets }: Ciphertext, tries: Tries): Promise<Decrypted> {
  if (!packets) return { ok: false, reason: "damaged" };
  return await takeFrom(tries, () => decrypt(packets, tries.keys, tries.verifyWith));
}

/** Opens a message that is encrypted, or only signed, unless this mail has already had its share. */
export async function openOnce(packets: Uint8Array | null, tries: Tries): Promise<Decrypted | SignedMessage> {
  if (!packets) return { ok: false, reason: "damaged" };
  return await takeFrom<Decrypted | SignedMessage>(tries, () =>
    isOnlySigned(packets)
      ? openSigned(packets, tries.verifyWith)
      : decrypt(packets, tries.keys, tries.verifyWith),
  );
}

async function takeFrom<T extends Decrypted | SignedMessage>(
  tries: Tries,
  open: () => Promise<T>,
): Promise<T | { ok: false; reason: "too large" }> {
  if (tries.left <= 0 || tries.bytesLeft <= 0) return { ok: false, reason: "too large" };
  tries.left -= 1;
  const opened = await open();
  if (opened.ok) tries.bytesLeft -= opened.bytes.length;
  return opened;
}

/** Signed are the lines as they travel, with CRLF (RFC 3156 §5); some programs sign what they have on the disk. */
async function checkPart(
  part: Uint8Array,
  signature: Uint8Array,
  verifyWith: string[],
): Promise<SignatureCheck> {
  const check = await checkDetached(withCrlf(part), signature, verifyWith);
  if (check.signed !== "bad") return check;
  const asItCame = await checkDetached(part, signature, verifyWith);
  return asItCame.signed === "good" ? asItCame : check;
}

function withCrlf(bytes: Uint8Array): Buffer {
  return Buffer.from(
    Buffer.from(bytes)
      .toString("latin1")
      .replace(/\r\n|\r|\n/g, "\r\n"),
    "latin1",
  );
}
