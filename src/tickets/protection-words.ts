import type { CryptoSummary, SummaryReason } from "../mime/crypto-summary.ts";
import type { NotRead } from "../mime/not-read.ts";
import type { Segment } from "../mime/open-document.ts";
import { maskAddresses } from "../people/mask-address.ts";
import { moment } from "../web/format.ts";
import type { ThreadMessage } from "./thread.ts";
import type { MessageContent } from "./ticket.ts";
import { inClearMark, notSignedMark } from "./unlike-before.ts";

/** A word and its colour: good = a good verdict, bad = wrong or lost, turn = ours to do, quiet = a fact. */
export type Chip = { words: string; tone: "good" | "bad" | "turn" | "quiet" };

export type NotReadLine = { words: string; where: string; why: string };

/** What stands behind the two words of the summary. `key`: a fingerprint or the number of a key, in groups. */
export type ProtectionFact = { name: string; words: string; keys: string[] };

/** The one summary of a message from outside, in two words for its frame (RFC 9787 §3). */
export function protectionChips({ content, encryption, signature, marks }: ThreadMessage): Chip[] {
  const encrypted = encryptionChips(content.crypto?.encryption ?? encryption, content.notRead ?? []);
  const signed = signatureChip(content.crypto, signature);
  return [
    ...(marks.includes(inClearMark) ? encrypted.map(toInClear) : encrypted),
    marks.includes(notSignedMark) && signed.tone === "quiet" ? { ...signed, tone: "turn" } : signed,
  ];
}

function toInClear(chip: Chip): Chip {
  return chip.words === notEncrypted ? { words: inClearMark, tone: "turn" } : chip;
}

const notEncrypted = "not encrypted";

/** What of a message looks encrypted, or like a key, and was not read, and why: a line of its frame for each. */
export function notReadLines({ content }: ThreadMessage): NotReadLine[] {
  return (content.notRead ?? []).map(({ sort, where, why }) => ({ words: notReadWords[sort], where, why }));
}

/** The reasons behind the summary, for whoever opens them; empty for a message that came before they were kept. */
export function protectionFacts({ content, marks }: ThreadMessage): ProtectionFact[] {
  const { crypto } = content;
  if (!crypto) return [];
  return [
    { name: "Encryption", words: encryptionWords(crypto.encryption, content), keys: [] },
    ...(crypto.encryptedTo.length > 0
      ? [{ name: "To our key", words: "", keys: crypto.encryptedTo.map(inFours) }]
      : []),
    ...signatureFacts(crypto),
    ...(marks.includes("copied ciphertext") ? [{ name: "Copied", words: copiedWords, keys: [] }] : []),
    ...(crypto.errant.length > 0
      ? [{ name: "Not counted", words: `In an odd place of the mail: ${crypto.errant.join(", ")}`, keys: [] }]
      : []),
  ];
}

/** What protected one piece of a text that is shown in pieces. */
export function pieceWords({ sort }: Segment, crypto: CryptoSummary | undefined): string {
  if (sort === "encrypted" || (sort === "plain" && crypto?.encryption === "encrypted"))
    return sort === "encrypted" ? "This was encrypted" : "This was encrypted with the mail";
  if (sort === "signed") return "This stands inside the signed block: whether it holds stands above";
  return "This was not protected: anybody on the way could read it, change it, or add it";
}

function encryptionChips(encryption: CryptoSummary["encryption"], notRead: NotRead[]): Chip[] {
  const chips: Record<CryptoSummary["encryption"], Chip> = {
    none: { words: notEncrypted, tone: "quiet" },
    encrypted: { words: "encrypted", tone: "good" },
    partly: { words: "partly encrypted", tone: "quiet" },
  };
  const unopened: Chip = { words: "a part was not opened", tone: "turn" };
  const isKey = ({ sort }: NotRead) => sort === "key";
  return [
    // Something encrypted came, whatever else could be read.
    ...(encryption === "none" && notRead.some((part) => !isKey(part)) ? [] : [chips[encryption]]),
    ...(notRead.every(isKey) ? [] : [unopened]),
    ...(notRead.some(isKey) ? [{ words: "a key was not read", tone: "turn" as const }] : []),
  ];
}

const notReadWords: Record<NotRead["sort"], string> = {
  "OpenPGP message": "A part is encrypted and was not opened",
  "S/MIME": "A part is encrypted or signed with S/MIME and was not opened",
  key: "A key was not read",
};

function signatureChip(crypto: CryptoSummary | undefined, signature: ThreadMessage["signature"]): Chip {
  if (signature === "no") return { words: "not signed", tone: "quiet" };
  if (signature === "bad") return { words: "bad signature", tone: "bad" };
  if (signature === "good")
    return { words: `signed by ${maskAddresses(crypto?.signedBy ?? "the person")}`, tone: "good" };
  const reason = crypto?.reason;
  return { words: (reason && shortReasons[reason]) ?? "signature cannot be checked", tone: "quiet" };
}

/** The reasons that staff have to tell apart at a glance; all others cannot be checked. */
const shortReasons: Partial<Record<SummaryReason, string>> = {
  "no key": "signature cannot be checked: key not known",
  "old packet": "signature cannot be checked: of an old kind",
  "weak hash": "signature cannot be checked: of an old kind",
  "weak key": "signature cannot be checked: of an old kind",
  "key expired": "signed with an expired key",
  "key revoked": "signed with a revoked key",
  "signature expired": "signature expired",
  "covers only a part": "signature covers only a part",
  "is outside the encryption": "signature does not prove the sender",
  "not exactly one sender": "signature does not prove the sender",
  "key of another address": "signature does not prove the sender",
  "sender inside is another one": "signature does not prove the sender",
  "not near its date": "signature does not prove the sender",
  "meant for others": "signature does not prove the sender",
};

function signatureFacts(crypto: CryptoSummary): ProtectionFact[] {
  const { signature, reason, coversAll, headersProtected, signer, signerKeyId, signedAt } = crypto;
  if (signature === "no") return [{ name: "Signature", words: "none", keys: [] }];
  const key = signer ?? signerKeyId;
  return [
    { name: "Signature", words: reason ? reasonWords[reason] : goodWords, keys: [] },
    ...(signature === "good"
      ? [
          {
            name: "Covers",
            words: headersProtected ? "all of it and the subject" : "all of it, not the subject",
            keys: [],
          },
        ]
      : [{ name: "Covers", words: coversAll ? "all of it, if it holds" : "not all of it", keys: [] }]),
    ...(key
      ? [
          {
            name: "By the key",
            words: signer ? "" : "as it says itself, which proves nothing",
            keys: [inFours(key)],
          },
        ]
      : []),
    ...(signedAt ? [{ name: "Made", words: moment(new Date(signedAt)), keys: [] }] : []),
    ...(crypto.intendedFor
      ? [
          {
            name: "Made for",
            words: crypto.intendedFor === "us" ? "us" : "other recipients than us",
            keys: [],
          },
        ]
      : []),
  ];
}

function inFours(key: string): string {
  return key.match(/.{1,4}/g)?.join(" ") ?? "";
}

function encryptionWords(
  encryption: CryptoSummary["encryption"],
  { notRead, warnings }: MessageContent,
): string {
  const words: Record<CryptoSummary["encryption"], string> = {
    none: "none: whoever carried the mail could read it",
    encrypted: "all of it",
    partly: "a part of it; the rest stood in clear beside it",
  };
  const isUnopened =
    notRead?.some(({ sort }) => sort !== "key") || warnings?.some((warning) => olderWarnings.test(warning));
  return encryption === "none" && isUnopened
    ? "what is shown stood in clear; a part of the mail is encrypted and was not opened"
    : words[encryption];
}

/** Of messages that came before it was kept what was not read. */
const olderWarnings = /encrypted and was not opened|encrypted with S\/MIME|encrypted file was not opened/;

const goodWords = "good, by a key that was confirmed for this address, made near the mail's date";

const copiedWords =
  "The encrypted part may be taken from somebody else's mail: it came before from another sender, or something in clear stands beside it. Never quote it in an answer.";

const reasonWords: Record<SummaryReason, string> = {
  "no key": "cannot be checked: the key that made it was not confirmed for anybody here",
  "old packet": "cannot be checked: of an old kind (version 3) that proves nothing today",
  "weak hash": "cannot be checked: made with MD5, SHA-1 or RIPEMD, which can be forged",
  "weak key": "cannot be checked: made with DSA or with a key that is too short",
  "key expired": "the key that made it had expired",
  "key revoked": "the key that made it was revoked by its owner",
  "signature expired": "it has an end of its own, which is over",
  "made at an impossible time": "cannot be checked: made in the future, or before its key",
  "not supported": "cannot be checked: of a kind that we cannot read",
  "does not fit the text": "bad: it does not fit the text. Something changed on the way, or it is forged",
  "covers only a part": "it is about a part of what is shown, so it says nothing about the rest",
  "is outside the encryption":
    "it is around the encryption: it tells who passed the mail on, not who wrote it",
  "not exactly one sender": "the mail does not name exactly one sender, so it cannot be one's signature",
  "key of another address": "it fits, but its key was confirmed for another address than the sender's",
  "sender inside is another one": "it fits, but the sender inside it is another one than the mail's",
  "not near its date":
    "it fits, but was made more than a day away from the mail's date: it may be an old mail sent again",
  "meant for others":
    "it fits, but was made for a mail encrypted to somebody else, who may have passed it on",
};
