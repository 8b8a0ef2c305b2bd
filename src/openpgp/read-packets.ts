export type PacketHead = { tag: number; start: number; end: number };

export const packetTags = {
  publicKeySessionKey: 1,
  signature: 2,
  passwordSessionKey: 3,
  onePassSignature: 4,
  encryptedWithoutIntegrity: 9,
  marker: 10,
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

  const end = first & 0x40 ? endOfNewFormat(bytes, at + 1) : endOfOldFormat(bytes, at + 1, first & 3);
  if (end === null || end > bytes.length) return null;
  return { tag: first & 0x40 ? first & 0x3f : (first >> 2) & 0x0f, start: at, end };
}

/** Partial lengths may follow one another; each is walked over, none is copied. */
function endOfNewFormat(bytes: Uint8Array, at: number): number | null {
  for (let here = at; ; ) {
    const length = bytes[here];
    if (length === undefined) return null;
    if (length < 192) return here + 1 + length;
    if (length < 224)
      return withNumber(bytes, here + 1, 1, (low) => here + 2 + ((length - 192) << 8) + low + 192);
    if (length === 255) return withNumber(bytes, here + 1, 4, (body) => here + 5 + body);
    here += 1 + 2 ** (length & 0x1f);
  }
}

function endOfOldFormat(bytes: Uint8Array, at: number, lengthType: number): number | null {
  if (lengthType === 3) return bytes.length;
  const size = 2 ** lengthType;
  return withNumber(bytes, at, size, (body) => at + size + body);
}

function withNumber(
  bytes: Uint8Array,
  at: number,
  size: number,
  then: (value: number) => number,
): number | null {
  if (at + size > bytes.length) return null;
  let value = 0;
  for (let i = at; i < at + size; i += 1) value = value * 256 + (bytes[i] ?? 0);
  return then(value);
}
