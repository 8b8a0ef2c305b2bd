import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Shorter content does not shrink enough to be worth the time. */
const compressFrom = 512;
const largestContent = 256 * 1024 * 1024;

/** Content as it is sealed: compressed when that makes it smaller, after a byte that says so. */
export function pack(bytes: Uint8Array): Buffer {
  if (bytes.length < compressFrom) return Buffer.concat([Buffer.from([0]), bytes]);
  const compressed = zstdCompressSync(bytes);
  return compressed.length < bytes.length
    ? Buffer.concat([Buffer.from([1]), compressed])
    : Buffer.concat([Buffer.from([0]), bytes]);
}

/** Text for `vault.sealPacked`: what a process without the vault packs is smaller on its way to the one that has it. */
export function packText(text: string): Buffer {
  return pack(Buffer.from(text));
}

/** What `pack` packed. */
export function unpack(packed: Buffer): Buffer {
  const content = packed.subarray(1);
  return packed[0] === 1 ? zstdDecompressSync(content, { maxOutputLength: largestContent }) : content;
}
