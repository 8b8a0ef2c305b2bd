import type { SignaturePacket } from "openpgp";

/**
 * Fingerprints of the keys for whose owners a signature was made, in capitals; empty: it does not say (RFC 9580
 * §5.2.3.36). Only what the signature itself covers counts.
 */
export function intendedRecipients(packet: SignaturePacket | undefined): string[] {
  const subpackets: unknown = packet ? Reflect.get(packet, "unknownSubpackets") : null;
  if (!Array.isArray(subpackets)) return [];
  return subpackets.flatMap(({ type, body }: { type: unknown; body: unknown }) =>
    type === intendedRecipient && body instanceof Uint8Array && body.length > 1
      ? [Buffer.from(body.subarray(1)).toString("hex").toUpperCase()]
      : [],
  );
}

const intendedRecipient = 35;
