import { notSigned, type SignatureCheck, type SignatureReason } from "../openpgp/check-signatures.ts";
import { readPublicKeys } from "../openpgp/read-public-keys.ts";
import { remember } from "../openpgp/remember.ts";
import { isSameAddress } from "./clean-address.ts";
import type { Mail } from "./mail.ts";
import { isOneSender } from "./one-sender.ts";
import type { Layer } from "./open-envelope.ts";

/** A key that a staff member confirmed for an address. Keys that come with a mail are never among these. */
export type PinnedKey = { address: string; armored: string };

export type SummaryReason =
  | SignatureReason
  | "covers only a part"
  | "is outside the encryption"
  | "not exactly one sender"
  | "key of another address"
  | "sender inside is another one"
  | "not near its date"
  | "meant for others";

/** The one summary of a mail (RFC 9787 §3). "good" means signed by `signedBy`, and nothing less. */
export type CryptoSummary = {
  encryption: "none" | "encrypted" | "partly";
  /** Fingerprints of the keys of ours that opened it. */
  encryptedTo: string[];
  signature: SignatureCheck["signed"];
  reason: SummaryReason | null;
  /** The signature is about everything that is shown; the subject too when `headersProtected`. */
  coversAll: boolean;
  headersProtected: boolean;
  /** The address that is proven to have signed; null unless the signature is good. */
  signedBy: string | null;
  signer: string | null;
  signerKeyId: string | null;
  signedAt: string | null;
  /** Whether the signature names us among those for whom it was made (RFC 9580 §5.2.3.36); null: it names nobody. */
  intendedFor?: "us" | "others" | null;
  /** Cryptography in odd places, which gives no status: "signed part", "encrypted part", "S/MIME". */
  errant: string[];
};

/** What was found in one mail, before it is judged. */
export type CryptoFacts = {
  outer: Mail;
  /** The mail inside the envelope when its headers are protected. */
  inner: Mail | null;
  layers: Layer[];
  /** Signatures of inline blocks; null when something that is not in the block is shown beside it. */
  inline: { checks: SignatureCheck[]; wholeMail: boolean };
  /** Something that was encrypted apart, inside what was signed: the signature is about its ciphertext alone. */
  openedInside: boolean;
  encryption: CryptoSummary["encryption"];
  encryptedTo: string[];
  errant: string[];
  pinned: PinnedKey[];
};

/** Judges a mail. Computed again from the raw copy when a key was imported; it depends on nothing else. */
export async function summarise(facts: CryptoFacts): Promise<CryptoSummary> {
  const { check, coversAll, reason } = judged(facts);
  const proven =
    check.signed === "good" && !reason ? await provenBy(check, facts) : { reason, signedBy: null };
  const isGood = check.signed === "good";
  return {
    encryption: facts.encryption,
    encryptedTo: facts.encryptedTo,
    signature: isGood && !proven.signedBy ? "cannot check" : check.signed,
    reason: isGood ? proven.reason : check.reason,
    coversAll,
    headersProtected: facts.inner !== null,
    signedBy: proven.signedBy,
    signer: check.signer,
    signerKeyId: check.signerKeyId,
    signedAt: check.signedAt?.toISOString() ?? null,
    intendedFor: intendedFor(check, facts),
    errant: facts.errant,
  };
}

type Judged = { check: SignatureCheck; coversAll: boolean; reason: SummaryReason | null };

/** The innermost signature of the envelope counts; one around the ciphertext says nothing about who wrote what is in it. */
function judged({ layers, inline, openedInside }: CryptoFacts): Judged {
  const at = layers.findLastIndex(({ signature }) => signature.signed !== "no");
  const check = layers[at]?.signature;
  if (check) {
    const isOutside = openedInside || layers.slice(at + 1).some(({ kind }) => kind === "encrypted");
    return { check, coversAll: !isOutside, reason: isOutside ? "is outside the encryption" : null };
  }
  const worst =
    inline.checks.find(({ signed }) => signed === "bad") ??
    inline.checks.find(({ signed }) => signed === "cannot check") ??
    inline.checks[0];
  if (!worst) return { check: notSigned, coversAll: false, reason: null };
  return {
    check: worst,
    coversAll: inline.wholeMail,
    reason: inline.wholeMail ? null : "covers only a part",
  };
}

const mostHoursApart = 24;

async function provenBy(
  check: SignatureCheck,
  facts: CryptoFacts,
): Promise<{ reason: SummaryReason | null; signedBy: string | null }> {
  const { outer, inner, pinned } = facts;
  const because = (reason: SummaryReason) => ({ reason, signedBy: null });
  if (intendedFor(check, facts) === "others") return because("meant for others");
  const [from] = outer.from;
  if (!from || !isOneSender(outer)) return because("not exactly one sender");
  if (inner && !(isOneSender(inner) && isSameAddress(inner.from[0]?.address, from.address)))
    return because("sender inside is another one");
  const signedBy = await pinnedFor(from.address, check, pinned);
  if (!signedBy) return because("key of another address");

  const date = inner?.date ?? outer.date;
  const apart = date && check.signedAt ? Math.abs(date.getTime() - check.signedAt.getTime()) : Infinity;
  if (apart > mostHoursApart * 3_600_000) return because("not near its date");
  return { reason: null, signedBy };
}

/** Somebody may take what was signed and encrypted to them, and encrypt it anew to us: the signature then names them. */
function intendedFor(check: SignatureCheck, { encryptedTo }: CryptoFacts): CryptoSummary["intendedFor"] {
  if (check.intendedFor.length === 0) return null;
  return check.intendedFor.some((fingerprint) => encryptedTo.includes(fingerprint)) ? "us" : "others";
}

/** Pinned for this address by a person, and the key itself says that it belongs to this address, or bears no name at all. */
async function pinnedFor(
  address: string,
  check: SignatureCheck,
  pinned: PinnedKey[],
): Promise<string | null> {
  for (const one of pinned.filter((key) => isSameAddress(key.address, address))) {
    for (const key of await namesOf(one.armored)) {
      if (key.fingerprint !== check.signer) continue;
      if (key.isNameless || key.userIds.some((userId) => isSameAddress(addressOf(userId), address)))
        return one.address;
    }
  }
  return null;
}

/** Whose a key is does not change, so of one that is asked for again it is read once. */
const namesOf = remember(64, async (armored) =>
  (await readPublicKeys(armored)).map(({ fingerprint, userIds, isNameless }) => ({
    fingerprint,
    userIds,
    isNameless,
  })),
);

function addressOf(userId: string): string {
  return (/<([^<>]*)>\s*$/.exec(userId)?.[1] ?? userId).trim();
}
