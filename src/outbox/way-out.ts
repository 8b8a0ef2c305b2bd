import { type PublicKey, readPublicKeys } from "../openpgp/read-public-keys.ts";
import { maskAddresses } from "../people/mask-address.ts";
import type { Recipient } from "./recipient.ts";

/** How an answer would leave now, and why; "none": it cannot, and what to do about it. */
export type WayOut =
  | { kind: "encrypted"; to: string; reason: string; fingerprint: string; expires_at: Date | null }
  | { kind: "clear"; to: string; reason: string }
  | { kind: "none"; to: string | null; reason: string; advice: string };

/** Looks at the recipient and at the key itself, since one that has expired takes no answer. The address is masked. */
export async function findWayOut(recipient: Recipient | null): Promise<WayOut> {
  if (!recipient) {
    return {
      kind: "none",
      to: null,
      reason: "This person gave no address, so no answer can reach them.",
      advice: "The report counts all the same: note what you found, and resolve the ticket.",
    };
  }
  const to = maskAddresses(recipient.address);
  const armored = recipient.keys[0];
  if (armored) return byKey(to, recipient.reason, (await readPublicKeys(armored))[0]);
  if (recipient.mayGetClear) return { kind: "clear", to, reason: recipient.reason };
  return {
    kind: "none",
    to,
    reason: recipient.reason,
    advice: "As soon as a key of this person arrives on this ticket, the answer can leave encrypted.",
  };
}

function byKey(to: string, reason: string, key: PublicKey | undefined): WayOut {
  if (key?.canEncrypt) {
    return {
      kind: "encrypted",
      to,
      reason,
      fingerprint: inGroups(key.fingerprint),
      expires_at: key.expiresAt,
    };
  }
  return {
    kind: "none",
    to,
    reason: `${key?.problem ?? "The key that came with this ticket cannot be read"}.`,
    advice:
      "Nothing leaves in clear to somebody who gave a key. When a newer key arrives here, the answer can leave.",
  };
}

/** A fingerprint as people read it out: four digits at a time. */
export function inGroups(fingerprint: string): string {
  return fingerprint.match(/.{1,4}/g)?.join(" ") ?? "";
}
