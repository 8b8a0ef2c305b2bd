import { createHash } from "node:crypto";
import { packetTags, readPacketHeads } from "./read-packets.ts";

/**
 * Takes the certifications by other people off binary keys, by the bytes of their packets alone: a key that 20,000
 * strangers signed costs nothing then. Null when it is no row of packets.
 */
export function stripCertifications(keys: Uint8Array): Uint8Array | null {
  const heads = readPacketHeads(keys, mostPackets);
  if (!heads || heads.length === mostPackets) return null;

  let owner: string | null = null;
  const kept = heads.filter(({ tag, body, end }) => {
    const content = keys.subarray(body, end);
    if (tag === packetTags.publicKey) owner = keyIdOf(content);
    return tag !== packetTags.signature || !isByAnother(content, owner);
  });
  return Buffer.concat(kept.map(({ start, end }) => keys.subarray(start, end)));
}

const mostPackets = 100_000;

/** RFC 9580 §5.5.4. */
function keyIdOf(publicKey: Uint8Array): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(publicKey.length);
  if (publicKey[0] === 6) {
    return createHash("sha256")
      .update("\x9b", "latin1")
      .update(length)
      .update(publicKey)
      .digest("hex")
      .slice(0, 16);
  }
  const hash = createHash("sha1").update("\x99", "latin1").update(length.subarray(2)).update(publicKey);
  return hash.digest("hex").slice(-16);
}

/** Certifications of user ids have the types 0x10 to 0x13, their revocation 0x30. What names no issuer is kept. */
function isByAnother(signature: Uint8Array, owner: string | null): boolean {
  const [version = 0, type = 0] = signature;
  const isCertification = (type >= 0x10 && type <= 0x13) || type === 0x30;
  if ((version !== 4 && version !== 6) || !isCertification) return false;
  const issuer = issuerOf(Buffer.from(signature), version);
  return issuer !== null && issuer !== owner;
}

function issuerOf(signature: Buffer, version: number): string | null {
  const octets = version === 6 ? 4 : 2;
  let at = 4;
  for (let area = 0; area < 2 && at + octets <= signature.length; area += 1) {
    const end = at + octets + signature.readUIntBE(at, octets);
    const issuer = issuerIn(signature.subarray(at + octets, end));
    if (issuer) return issuer;
    at = end;
  }
  return null;
}

/** Subpackets 16 (key id) and 33 (fingerprint), RFC 9580 §5.2.3.12 and §5.2.3.35. */
function issuerIn(subpackets: Buffer): string | null {
  for (let at = 0; at + 1 < subpackets.length; ) {
    const first = subpackets[at] ?? 0;
    const octets = first < 192 ? 1 : first < 255 ? 2 : 5;
    if (at + octets > subpackets.length) return null;
    const length =
      octets === 1
        ? first
        : octets === 2
          ? ((first - 192) << 8) + (subpackets[at + 1] ?? 0) + 192
          : subpackets.readUInt32BE(at + 1);
    const content = subpackets.subarray(at + octets, at + octets + length);
    const kind = (content[0] ?? 0) & 0x7f;
    if (kind === 16) return content.subarray(1, 9).toString("hex");
    if (kind === 33)
      return (content[1] === 6 ? content.subarray(2, 10) : content.subarray(-8)).toString("hex");
    at += octets + Math.max(length, 1);
  }
  return null;
}
