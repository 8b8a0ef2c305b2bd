import { enums, type Key, readKeys, SignaturePacket } from "openpgp";
import { signatureHolds } from "./signature-holds.ts";

/** The keys in binary data, in their order; throws when it is no row of packets that OpenPGP.js takes for keys. */
export async function readKeysIn(bytes: Uint8Array): Promise<Key[]> {
  return (await readKeys({ binaryKeys: bytes })).map(usableWithoutNames);
}

/** The signatures that a key makes on itself, about no name of its own (RFC 9580 §5.2.1.9): the list in the key. */
export function directSignaturesOf(key: Key): SignaturePacket[] {
  const found: unknown = Reflect.get(key, "directSignatures");
  return isSignatures(found) ? found : [];
}

function isSignatures(found: unknown): found is SignaturePacket[] {
  return Array.isArray(found) && found.every((one) => one instanceof SignaturePacket);
}

/**
 * A version 4 key says what it is for beside its names, and OpenPGP.js uses none that bears no name, as people without one
 * have it and keys.openpgp.org gives it out. Here it goes by its direct-key signature, else by what each part for
 * encryption says of itself: that the key holds for ever, and may sign.
 */
function usableWithoutNames(key: Key): Key {
  const isNameless = key.keyPacket.version === 4 && key.users.every(({ userID }) => !userID);
  if (!isNameless) return key;
  return Object.assign(key, {
    getPrimarySelfSignature: async (date: Date | null = new Date()) =>
      (await newestDirect(key, date)) ?? impliedSignature(key),
  });
}

async function newestDirect(key: Key, date: Date | null): Promise<SignaturePacket | null> {
  const newestFirst = directSignaturesOf(key).toSorted(
    (one, other) => (other.created?.getTime() ?? 0) - (one.created?.getTime() ?? 0),
  );
  for (const signature of newestFirst.slice(0, mostSignatures)) {
    const { keyPacket } = key;
    if (await signatureHolds(signature, keyPacket, enums.signature.key, { key: keyPacket }, { date }))
      return signature;
  }
  return null;
}

const mostSignatures = 16;

function impliedSignature(key: Key): SignaturePacket {
  const { certifyKeys, signData } = enums.keyFlags;
  return Object.assign(new SignaturePacket(), {
    created: key.getCreationTime(),
    keyFlags: Uint8Array.of(certifyKeys | signData),
  });
}
