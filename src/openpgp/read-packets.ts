/** `body` is where the content begins, unless it comes in pieces of partial length. */
export type PacketHead = { tag: number; start: number; body: number; end: number };

export const packetTags = {
  publicKeySessionKey: 1,
  signature: 2,
  passwordSessionKey: 3,
  onePassSignature: 4,
  publicKey: 6,
  compressed: 8,
  encryptedWithoutIntegrity: 9,
  marker: 10,
  literal: 11,
  encrypted: 18,
  encryptedAead: 20,
  padding: 21,
};

/**
 * The packets at the top level of binary OpenPGP data, read by their heads alone (RFC 9580 §4.2), at most `most`;
 * null when a head is broken or a packet reaches past the end.
 */
export function readPacketHeads(bytes: Uint8Array, most: number): PacketHead[] | null {
  const heads: PacketHead[] = [];
  let at = 0;
  while (at < bytes.length && heads.length < most) {
    const head = readHead(bytes, at);
    if (!head) return null;
    heads.push(head);
    at = head.end;
  }
  return heads;
}

function readHead(bytes: Uint8Array, at: number): PacketHead | null {
  const first = bytes[at];
  if (first === undefined || !(first & 0x80)) return null;

  const isNew = (first & 0x40) !== 0;
  const extent = isNew ? extentOfNewFormat(bytes, at + 1) : extentOfOldFormat(bytes, at + 1, first & 3);
  if (extent === null || extent.end > bytes.length) return null;
  return { tag: isNew ? first & 0x3f : (first >> 2) & 0x0f, start: at, ...extent };
}

type Extent = { body: number; end: number };

/** Partial lengths may follow one another; each is walked over, none is copied. */
function extentOfNewFormat(bytes: Uint8Array, at: number): Extent | null {
  for (let here = at; ; ) {
    const length = bytes[here];
    if (length === undefined) return null;
    if (length < 192) return { body: here + 1, end: here + 1 + length };
    if (length < 224) return extent(bytes, here + 1, 1, (low) => ((length - 192) << 8) + low + 192);
    if (length === 255) return extent(bytes, here + 1, 4, (size) => size);
    here += 1 + 2 ** (length & 0x1f);
  }
}

function extentOfOldFormat(bytes: Uint8Array, at: number, lengthType: number): Extent | null {
  if (lengthType === 3) return { body: at, end: bytes.length };
  return extent(bytes, at, 2 ** lengthType, (size) => size);
}

/** Reads the length from `octets` bytes; the body follows them. */
function extent(
  bytes: Uint8Array,
  at: number,
  octets: number,
  sizeOf: (value: number) => number,
): Extent | null {
  if (at + octets > bytes.length) return null;
  let value = 0;
  for (let i = at; i < at + octets; i += 1) value = value * 256 + (bytes[i] ?? 0);
  return { body: at + octets, end: at + octets + sizeOf(value) };
}
