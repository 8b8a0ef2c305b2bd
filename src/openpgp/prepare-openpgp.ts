import { config } from "openpgp";

/** What one message or key may ask of us; beyond it, it is refused. */
export const limits = {
  ciphertextBytes: 64 * 1024 * 1024,
  decompressedBytes: 25 * 1024 * 1024,
  sessionKeyPackets: 16,
  signatures: 32,
  smallestRsaBits: 2048,
  largestRsaBits: 8192,
  keyFileBytes: 256 * 1024,
  argon2MemoryExponent: 16,
};

/**
 * Sets the limits of OpenPGP.js in this thread, whose own defaults set none. May be called any number of times.
 * It also takes `DecompressionStream` away from the thread: Node's refuses the padding that Sequoia puts after
 * compressed data, the library's own fallback reads it.
 */
export function prepareOpenpgp(): void {
  config.maxDecompressedMessageSize = limits.decompressedBytes;
  config.maxArgon2MemoryExponent = limits.argon2MemoryExponent;
  config.minRSABits = limits.smallestRsaBits - 1; // some generators make 2047-bit keys of 2048 wanted
  config.constantTimePKCS1Decryption = true;
  config.allowUnauthenticatedMessages = false;
  config.allowUnauthenticatedStream = false;
  config.allowInsecureDecryptionWithSigningKeys = false;
  config.enforceGrammar = true;
  config.showVersion = false;
  config.showComment = false;
  Object.assign(globalThis, { DecompressionStream: undefined });
}
