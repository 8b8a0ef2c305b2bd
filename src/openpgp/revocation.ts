import { enums, type Key, type SignaturePacket } from "openpgp";
import { signatureHolds } from "./signature-holds.ts";

const { keySuperseded, keyCompromised, keyRetired } = enums.reasonForRevocation;

/** How the owner of a key took it back. */
export type Revocation = {
  /** As the owner's program dated it; null: it did not. */
  at: Date | null;
  reason: "superseded" | "compromised" | "retired" | "not told";
};

/**
 * How the owner had taken a key back at a moment; null: they had not. Without a moment one counts whenever it is dated, also
 * ahead: a clock may be wrong, and nothing is to be encrypted to such a key. Without a reason, or with "compromised", that is for
 * all times, before it too; a key that was retired or superseded was right until then (RFC 9580 §5.2.3.31). A revocation
 * made with an old hash counts as well: it only ever stops something. What others revoke never counts.
 */
export async function revocationAt(key: Key, moment: Date | null): Promise<Revocation | null> {
  const { keyPacket } = key;
  const hardFirst = key.revocationSignatures
    .slice(0, mostRevocations)
    .toSorted((one, other) => Number(isSoft(one)) - Number(isSoft(other)));
  for (const signature of hardFirst) {
    const when = { date: isSoft(signature) ? moment : null, settings: anyHash };
    if (await signatureHolds(signature, keyPacket, enums.signature.keyRevocation, { key: keyPacket }, when))
      return { at: signature.created, reason: reasonOf(signature) };
  }
  return null;
}

/** Whether the owner took a part of a key back. */
export async function hasRevokedPart(key: Key): Promise<boolean> {
  for (const { keyPacket, revocationSignatures } of key.subkeys) {
    const data = { key: key.keyPacket, bind: keyPacket };
    for (const signature of revocationSignatures.slice(0, mostRevocations)) {
      const when = { date: null, settings: anyHash };
      if (await signatureHolds(signature, key.keyPacket, enums.signature.subkeyRevocation, data, when))
        return true;
    }
  }
  return false;
}

function isSoft({ reasonForRevocationFlag: reason }: SignaturePacket): boolean {
  return reason === keyRetired || reason === keySuperseded;
}

function reasonOf({ reasonForRevocationFlag: reason }: SignaturePacket): Revocation["reason"] {
  if (reason === keySuperseded) return "superseded";
  if (reason === keyCompromised) return "compromised";
  return reason === keyRetired ? "retired" : "not told";
}

/** More than any owner makes; somebody else can put false ones on a key. */
export const mostRevocations = 32;
export const anyHash = { rejectHashAlgorithms: new Set<enums.hash>() };
