import { type Key, type Message, readKeys } from "openpgp";
import { dearmor } from "./dearmor.ts";
import { packetTags } from "./read-packets.ts";

/** "cannot check": no key, or a signature of a kind that proves nothing today (SHA-1, old versions, expired key). */
export type SignatureVerdict = "no" | "cannot check" | "bad" | "good";

type Verdict = { signed: SignatureVerdict; signerKeyId: string | null };
type Content = Pick<Message<Uint8Array>, "unwrapCompressed">;
type Checked = Awaited<ReturnType<Message<Uint8Array>["verify"]>>[number];

/** What the signatures of a decrypted message prove, all of them taken together: one bad one spoils the rest. */
export async function checkSignatures(message: Content, verifyWith: string[]): Promise<Verdict> {
  const content = message.unwrapCompressed();
  const packets = content.packets.filterByTag(packetTags.signature, packetTags.onePassSignature);
  if (packets.length === 0) return { signed: "no", signerKeyId: null };

  const verdicts: Verdict[] = [];
  for (const signature of await content.verify(await readKeysOf(verifyWith))) {
    verdicts.push({ signed: await verdictOf(signature), signerKeyId: signature.keyID.toHex().toUpperCase() });
  }
  for (const signed of ["bad", "good", "cannot check"] as const) {
    const verdict = verdicts.find((one) => one.signed === signed);
    if (verdict) return verdict;
  }
  // Of a version that the library cannot read, or of a kind that says nothing about the text.
  return { signed: "cannot check", signerKeyId: null };
}

async function verdictOf({ verified }: Checked): Promise<SignatureVerdict> {
  try {
    await verified;
    return "good";
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    return /digest did not match|verification failed/i.test(message) ? "bad" : "cannot check";
  }
}

async function readKeysOf(armored: string[]): Promise<Key[]> {
  const keys: Key[] = [];
  for (const block of armored) {
    const bytes = dearmor(block, "PUBLIC KEY BLOCK");
    if (bytes) keys.push(...(await readKeys({ binaryKeys: bytes }).catch(() => [])));
  }
  return keys;
}
