import { inflateSync } from "node:zlib";
import { Constructed, fromBER, ObjectIdentifier, OctetString, Sequence } from "asn1js";

/** What a file of S/MIME is (RFC 8551 §3.2, RFC 5652), by its bytes; `content` is what an opaque signature is about, or what was compressed. */
export type Smime =
  | { kind: "encrypted" }
  | { kind: "signed" | "compressed"; content: Uint8Array | null }
  | { kind: "other" };

const prefix = Buffer.from("2a864886f70d01", "hex");
const longest = 32 * 1024 * 1024;

const kinds: Record<string, Smime["kind"]> = {
  "1.2.840.113549.1.7.2": "signed",
  "1.2.840.113549.1.7.3": "encrypted",
  "1.2.840.113549.1.7.4": "encrypted",
  "1.2.840.113549.1.9.16.1.23": "encrypted",
  "1.2.840.113549.1.9.16.1.9": "compressed",
};

/** Reads a CMS message, in DER or BER, also as PEM or base64; null when bytes are none. Never throws. */
export function readSmime(bytes: Uint8Array): Smime | null {
  const binary = binaryOf(bytes);
  if (!binary || !looksLikeCms(binary)) return null;
  const kind = kinds[typeIn(binary)] ?? "other";
  if (kind !== "signed" && kind !== "compressed") return { kind };
  const content = binary.length > longest ? null : contentOf(binary);
  return { kind, content: kind === "compressed" && content ? inflated(content) : content };
}

function binaryOf(bytes: Uint8Array): Buffer | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer[0] === 0x30) return buffer;
  const begin = buffer.subarray(0, 200).toString("latin1").trimStart();
  if (begin.startsWith("MI")) return Buffer.from(buffer.toString("latin1"), "base64");
  if (!/^-----BEGIN (PKCS7|CMS|SMIME|ENVELOPED MESSAGE)/.test(begin)) return null;
  return Buffer.from(buffer.toString("latin1").replace(/-----[^\n]*/g, ""), "base64");
}

/** A sequence that begins with an object identifier of PKCS. */
function looksLikeCms(binary: Buffer): boolean {
  const at = binary[1] === undefined ? -1 : 2 + (binary[1] > 0x80 ? binary[1] & 0x0f : 0);
  return binary[0] === 0x30 && binary[at] === 0x06 && binary.subarray(at + 2, at + 9).equals(prefix);
}

function typeIn(binary: Buffer): string {
  const at = 2 + ((binary[1] ?? 0) > 0x80 ? (binary[1] ?? 0) & 0x0f : 0);
  const { result } = fromBER(Uint8Array.from(binary.subarray(at, at + 2 + (binary[at + 1] ?? 0))));
  return result instanceof ObjectIdentifier ? result.valueBlock.toString() : "";
}

/** What RFC 3274 compressed; null when it is damaged, or too much. */
function inflated(content: Uint8Array): Uint8Array | null {
  try {
    return inflateSync(content, { maxOutputLength: longest });
  } catch {
    return null;
  }
}

/** The encapsulated content: ContentInfo → SignedData or CompressedData → EncapsulatedContentInfo → eContent (RFC 5652 §5). */
function contentOf(binary: Buffer): Uint8Array | null {
  try {
    const message = fromBER(Uint8Array.from(binary)).result;
    const signedData = insideOf(partsOf(message)[1]);
    const encapsulated = partsOf(signedData).findLast(
      (part) => part instanceof Sequence && partsOf(part)[0] instanceof ObjectIdentifier,
    );
    const content = insideOf(partsOf(encapsulated)[1]);
    return content instanceof OctetString ? new Uint8Array(content.getValue()) : null;
  } catch {
    return null;
  }
}

function partsOf(block: unknown): unknown[] {
  return block instanceof Constructed ? block.valueBlock.value : [];
}

/** What an explicit tag is put around. */
function insideOf(block: unknown): unknown {
  return partsOf(block)[0];
}
