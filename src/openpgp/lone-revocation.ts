import { armor, enums } from "openpgp";
import { dearmor } from "./dearmor.ts";
import { prepareOpenpgp } from "./prepare-openpgp.ts";
import { loneRevocations } from "./restrict-key.ts";

/** A revocation that came without its key, armoured; `issuer`: the fingerprint that it names, if it names one whole. */
export type LoneRevocation = { armored: string; issuer: string | null };

const mostBytes = 64 * 1024;

/** The revocation of a key in an armoured block without the key; null: it is none. Whether it holds the key itself tells. */
export async function readLoneRevocation(block: string): Promise<LoneRevocation | null> {
  if (block.length > 2 * mostBytes) return null;
  prepareOpenpgp();
  const [signature] = await loneRevocations(block);
  const bytes = dearmor(block, "PUBLIC KEY BLOCK");
  if (!signature || !bytes) return null;
  const { issuerFingerprint } = signature;
  return {
    armored: armor(enums.armor.publicKey, bytes),
    issuer: issuerFingerprint ? Buffer.from(issuerFingerprint).toString("hex").toUpperCase() : null,
  };
}
