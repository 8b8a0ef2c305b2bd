import { enums, type Key, readSignature, type SignaturePacket } from "openpgp";
import { dearmor } from "./dearmor.ts";
import { prepareOpenpgp } from "./prepare-openpgp.ts";
import { directSignaturesOf, readKeysIn } from "./read-keys.ts";
import { packetTags, readPacketHeads } from "./read-packets.ts";
import { anyHash, mostRevocations } from "./revocation.ts";
import { signatureHolds } from "./signature-holds.ts";

/**
 * A key with what its owner says against it in another copy, or in a revocation that came alone, both armoured:
 * revocations of the key, of its parts and of its names, and ends that a newer signature of its own sets sooner. All of it
 * has to be signed by the key itself; what widens the key is left out. Null: nothing of that is new.
 */
export async function restrictKey(kept: string, came: string): Promise<string | null> {
  prepareOpenpgp();
  const [key] = await keysOf(kept);
  if (!key) return null;
  let isNew = await revoke(key, { ...revocationsOf(key), theirs: await loneRevocations(came) });
  for (const copy of await keysOf(came)) {
    if (copy.getFingerprint() !== key.getFingerprint()) continue;
    isNew = (await takeNames(key, copy)) || isNew;
    for (const place of revocationsIn(key, copy)) isNew = (await revoke(key, place)) || isNew;
    for (const place of endsIn(key, copy)) isNew = (await shorten(key, place)) || isNew;
  }
  return isNew ? key.armor() : null;
}

/** The revocations in an armoured block without a key, such as `gpg --gen-revoke` writes (RFC 9580 §5.2.1.13). */
export async function loneRevocations(armored: string): Promise<SignaturePacket[]> {
  const bytes = dearmor(armored, "PUBLIC KEY BLOCK");
  const heads = bytes && readPacketHeads(bytes, mostRevocations);
  if (!bytes || !heads?.length || heads.some(({ tag }) => tag !== packetTags.signature)) return [];
  const read = await readSignature({ binarySignature: bytes }).catch(() => null);
  return [...(read?.packets ?? [])].filter(({ signatureType }) => signatureType === types.keyRevocation);
}

async function keysOf(armored: string): Promise<Key[]> {
  const bytes = dearmor(armored, "PUBLIC KEY BLOCK");
  return bytes ? await readKeysIn(bytes).catch(() => []) : [];
}

const types = enums.signature;

/** Where signatures of one sort stand in the key, which ones the copy has there, and what they are about. */
type Place = { ours: SignaturePacket[]; theirs: SignaturePacket[]; type: enums.signature; data: object };

function revocationsOf(key: Key): Omit<Place, "theirs"> {
  return { ours: key.revocationSignatures, type: types.keyRevocation, data: { key: key.keyPacket } };
}

function revocationsIn(key: Key, copy: Key): Place[] {
  return [
    { ...revocationsOf(key), theirs: copy.revocationSignatures },
    ...pairsOf(key, copy).map(({ ours, theirs, data, isPart }) => ({
      ours: ours.revocationSignatures,
      theirs: theirs.revocationSignatures,
      type: isPart ? types.subkeyRevocation : types.certRevocation,
      data,
    })),
  ];
}

function endsIn(key: Key, copy: Key): Place[] {
  const data = { key: key.keyPacket };
  return [
    { ours: directSignaturesOf(key), theirs: directSignaturesOf(copy), type: types.key, data },
    ...pairsOf(key, copy).map((pair) => ({
      ours: pair.ours.own,
      theirs: pair.theirs.own,
      type: pair.isPart ? types.subkeyBinding : types.certGeneric,
      data: pair.data,
    })),
  ];
}

type Own = { own: SignaturePacket[]; revocationSignatures: SignaturePacket[] };

/** The same part, or the same name, in both. */
function pairsOf(key: Key, copy: Key): { ours: Own; theirs: Own; data: object; isPart: boolean }[] {
  const { keyPacket } = key;
  const parts = key.subkeys.flatMap((ours) => {
    const theirs = copy.subkeys.find((one) => one.getFingerprint() === ours.getFingerprint());
    const data = { key: keyPacket, bind: ours.keyPacket };
    return theirs ? [{ ours: ownOfPart(ours), theirs: ownOfPart(theirs), data, isPart: true }] : [];
  });
  const names = key.users.flatMap((ours) => {
    const theirs = copy.users.find(({ userID }) => userID && userID.userID === ours.userID?.userID);
    const data = { key: keyPacket, userID: ours.userID };
    return theirs ? [{ ours: ownOfName(ours), theirs: ownOfName(theirs), data, isPart: false }] : [];
  });
  return [...parts, ...names];
}

function ownOfPart({ bindingSignatures, revocationSignatures }: Key["subkeys"][number]): Own {
  return { own: bindingSignatures, revocationSignatures };
}

function ownOfName({ selfCertifications, revocationSignatures }: Key["users"][number]): Own {
  return { own: selfCertifications, revocationSignatures };
}

/** A copy without names does not tell when the key ends, which stands beside them: then they are taken too. */
async function takeNames(key: Key, copy: Key): Promise<boolean> {
  const { keyPacket } = key;
  if (keyPacket.version !== 4 || key.users.some(({ userID }) => userID)) return false;
  let isNew = false;
  for (const user of copy.users.slice(0, mostNames)) {
    const data = { key: keyPacket, userID: user.userID };
    const newest = user.userID && (await newestOf(key, user.selfCertifications, types.certGeneric, data));
    if (newest?.keyNeverExpires !== false) continue;
    key.users.push(user);
    isNew = true;
  }
  return isNew;
}

const mostNames = 8;

/** True when a revocation was added. One that is there already is not looked at, whatever stands beside what is signed. */
async function revoke(key: Key, { ours, theirs, type, data }: Place): Promise<boolean> {
  const known = new Set(ours.map(textOf));
  let isNew = false;
  for (const signature of theirs.slice(0, mostRevocations)) {
    if (known.has(textOf(signature)) || ours.length >= mostRevocations) continue;
    if (!(await signatureHolds(signature, key.keyPacket, type, data, { date: null, settings: anyHash })))
      continue;
    ours.push(signature);
    known.add(textOf(signature));
    isNew = true;
  }
  return isNew;
}

function textOf({ signatureData }: SignaturePacket): string {
  return Buffer.from(signatureData ?? []).toString("hex");
}

/** True when a newer signature that ends sooner was added. */
async function shorten(key: Key, { ours, theirs, type, data }: Place): Promise<boolean> {
  const before = await newestOf(key, ours, type, data);
  const now = await newestOf(key, theirs, type, data);
  if (!now || createdAt(now) <= createdAt(before) || endOf(now) >= endOf(before)) return false;
  ours.push(now);
  return true;
}

async function newestOf(
  key: Key,
  signatures: SignaturePacket[],
  type: enums.signature,
  data: object,
): Promise<SignaturePacket | null> {
  const newestFirst = signatures.toSorted((one, other) => createdAt(other) - createdAt(one));
  for (const signature of newestFirst.slice(0, mostRevocations)) {
    if (await signatureHolds(signature, key.keyPacket, type, data, { date: null })) return signature;
  }
  return null;
}

function createdAt(signature: SignaturePacket | null): number {
  return signature?.created?.getTime() ?? Number.NEGATIVE_INFINITY;
}

/** Seconds after its part was made. */
function endOf(signature: SignaturePacket | null): number {
  return signature?.keyNeverExpires === false ? (signature.keyExpirationTime ?? 0) : Number.POSITIVE_INFINITY;
}
