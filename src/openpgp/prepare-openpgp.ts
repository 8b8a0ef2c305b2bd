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
  /** With the certifications by others, which are taken off before anything is read. */
  keyFileBytesWithCertifications: 8 * 1024 * 1024,
  argon2MemoryExponent: 16,
};

/**
 * Sets the limits of OpenPGP.js in this thread, whose own defaults set none. May be called any number of times.
 * It also takes `DecompressionStream` away from the thread: Node's refuses the padding that Sequoia puts after
 * compressed data, the library's own fallback reads it.
 */
export function prepareOpenpgp(): void {
  refuseOldOpenssl(process.versions.openssl);
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

/** Before 3.2, OpenSSL tells whether the padding of an RSA session key was right, and with that the key can be guessed. */
export function refuseOldOpenssl(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 3 || (major === 3 && minor >= 2)) return;
  throw new Error(`This Node.js has OpenSSL ${version}; 3.2 or newer is needed to decrypt mail safely`);
}
