import { generateKey, readKey } from "openpgp";
import { prepareOpenpgp } from "./prepare-openpgp.ts";

export type NewKeyOptions = {
  /** Curve25519 in the form GnuPG 2.2 reads, unless told otherwise. */
  kind?: "curve25519" | "rsa4096" | "rsa3072";
  passphrase?: string;
  /** Never, when left out. */
  expiresInDays?: number;
  createdAt?: Date;
};

export type NewKey = { secret: string; public: string; fingerprint: string };

/** Makes a key for this name and address: version 4, one part to sign, one to encrypt. Both blocks are armoured. */
export async function generateSecretKey(
  name: string,
  address: string,
  options: NewKeyOptions = {},
): Promise<NewKey> {
  prepareOpenpgp();

  const { privateKey, publicKey } = await generateKey({
    userIDs: [{ name, email: address }],
    passphrase: options.passphrase,
    keyExpirationTime: (options.expiresInDays ?? 0) * 24 * 60 * 60,
    date: options.createdAt,
    format: "armored",
    ...algorithmOf(options.kind ?? "curve25519"),
  });
  const fingerprint = (await readKey({ armoredKey: publicKey })).getFingerprint().toUpperCase();
  return { secret: privateKey, public: publicKey, fingerprint };
}

function algorithmOf(kind: "curve25519" | "rsa4096" | "rsa3072") {
  if (kind === "curve25519") return { type: "ecc", curve: "ed25519Legacy" } as const;
  return { type: "rsa", rsaBits: kind === "rsa4096" ? 4096 : 3072 } as const;
}
