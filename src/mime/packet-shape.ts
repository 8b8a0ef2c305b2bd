import { packetTags, readPacketHeads } from "../openpgp/read-packets.ts";

/**
 * What binary data is by its packets (RFC 9580 §4.2), read strictly, since other files may begin with a byte that could
 * be a packet's: a ciphertext or a public key, whole or cut short; "none" for anything else.
 */
export function shapeOf(bytes: Uint8Array): "ciphertext" | "cut ciphertext" | "key" | "cut key" | "none" {
  const head = headAt(bytes, 0);
  if (head && isKey(bytes, head)) return named("key", sequenceOf(bytes, keyParts));
  if (head && (isSessionKey(bytes, head) || isMarker(bytes, head)))
    return named("ciphertext", sequenceOf(bytes, messageParts));
  return head && isBareContainer(bytes, head) ? "ciphertext" : "none";
}

/** Whether data begins as a message does: with an encrypted, compressed, signed or literal packet. */
export function startsLikeMessage(bytes: Uint8Array): boolean {
  const head = headAt(bytes, 0);
  return head !== null && (wrappers.includes(head.tag) || isSessionKey(bytes, head));
}

/** Whether data begins as a public or a secret key does. */
export function startsLikeKey(bytes: Uint8Array): boolean {
  const head = headAt(bytes, 0);
  return head !== null && (isKey(bytes, head) || isKey(bytes, head, secretKey));
}

/** Whether data begins with a signature by which a key is taken back (RFC 9580 §5.2.1.13), of whatever version. */
export function startsLikeRevocation(bytes: Uint8Array): boolean {
  const head = headAt(bytes, 0);
  if (head?.tag !== signature) return false;
  const version = bytes[head.body] ?? 0;
  return bytes[head.body + (version === 3 ? 2 : 1)] === keyRevocation && [3, 4, 6].includes(version);
}

const keyRevocation = 0x20;
const secretKey = 5;
const { publicKeySessionKey, passwordSessionKey, encrypted, encryptedAead, encryptedWithoutIntegrity } =
  packetTags;
const { signature, onePassSignature, compressed, literal, marker, padding, publicKey } = packetTags;
const containers = [encrypted, encryptedAead, encryptedWithoutIntegrity];
const messageParts = [publicKeySessionKey, passwordSessionKey, ...containers, marker, padding];
const wrappers = [signature, onePassSignature, compressed, literal, marker, padding, ...containers];
/** Signatures, the key, trust, user ids, subkeys, user attributes, and what may stand between packets. */
const keyParts = [signature, publicKey, 12, 13, 14, 17, marker, padding];
const algorithms = [1, 2, 3, 16, 17, 18, 19, 20, 22, 25, 26, 27, 28];
const mostPackets = 5000;

type Head = { tag: number; body: number };

/** The tag and the place of the body, also of a packet that reaches past the end. */
function headAt(bytes: Uint8Array, at: number): Head | null {
  const first = bytes[at];
  if (first === undefined || !(first & 0x80)) return null;
  if (!(first & 0x40)) return { tag: (first >> 2) & 0x0f, body: at + 1 + ([1, 2, 4][first & 3] ?? 0) };
  const length = bytes[at + 1] ?? 0;
  const octets = length === 255 ? 5 : length >= 192 && length < 224 ? 2 : 1;
  return { tag: first & 0x3f, body: at + 1 + octets };
}

function isSessionKey(bytes: Uint8Array, { tag, body }: Head): boolean {
  const version = bytes[body] ?? 0;
  // Version 6 tells how long the fingerprint is that it names: none, or that of version 4 or 6 (RFC 9580 §5.1.2).
  if (tag === publicKeySessionKey && version === 6) return [0, 21, 33].includes(bytes[body + 1] ?? 255);
  if (tag === publicKeySessionKey) return version === 3 && algorithms.includes(bytes[body + 9] ?? 0);
  return tag === passwordSessionKey && [4, 5, 6].includes(version) && (bytes[body + 1] ?? 255) <= 64;
}

/** Three letters and nothing else (RFC 9580 §5.8). */
function isMarker(bytes: Uint8Array, { tag, body }: Head): boolean {
  return (
    tag === marker &&
    bytes[body - 1] === 3 &&
    String.fromCharCode(...bytes.subarray(body, body + 3)) === "PGP"
  );
}

function isKey(bytes: Uint8Array, { tag, body }: Head, wanted = publicKey): boolean {
  const version = bytes[body] ?? 0;
  if (tag !== wanted) return false;
  const algorithm = bytes[body + ([2, 3].includes(version) ? 7 : 5)] ?? 0;
  return [2, 3, 4, 5, 6].includes(version) && algorithms.includes(algorithm);
}

/** Without a session key it is one packet of a version that there is, from the first byte to the last. */
function isBareContainer(bytes: Uint8Array, { tag, body }: Head): boolean {
  if (tag !== encrypted || ![1, 2].includes(bytes[body] ?? 0) || bytes.length < 20) return false;
  return readPacketHeads(bytes, 2)?.length === 1 && ((bytes[0] ?? 0) & 0xc3) !== 0x83;
}

function named<Name extends string>(name: Name, sequence: ReturnType<typeof sequenceOf>) {
  if (sequence === "other") return "none";
  return sequence === "cut" ? (`cut ${name}` as const) : name;
}

/** Whether the data is made of these packets alone; "cut": the last one does not end within it. */
function sequenceOf(bytes: Uint8Array, fitting: number[]): "whole" | "cut" | "other" {
  let at = 0;
  for (let count = 0; count < mostPackets && at < bytes.length; count += 1) {
    const head = headAt(bytes, at);
    // Some programs put a line break behind binary data.
    if (!head && count > 0 && bytes.length - at <= 2) return "whole";
    if (!head || !fitting.includes(head.tag)) return "other";
    const end = readPacketHeads(bytes.subarray(at), 1)?.[0]?.end;
    if (end === undefined) return "cut";
    at += end;
  }
  return "whole";
}
