import type { CryptoSummary } from "../mime/crypto-summary.ts";
import type { NotRead } from "../mime/not-read.ts";

/** The marks of a mail that came without the protection that its person used before. */
export const inClearMark = "in clear";
export const notSignedMark = "not signed";

type Protected = {
  encryption: "none" | "encrypted";
  signature: CryptoSummary["signature"];
  crypto: CryptoSummary;
  notRead: NotRead[];
};

/** How the mails of a person were protected before this one. */
export type Habits = { encrypts: boolean; signs: boolean };

/** The marks of a mail, by what its person did before: it may be forged, since anybody can write any sender. */
export function unlikeBefore(reading: Protected, { encrypts, signs }: Habits): string[] {
  return [
    ...(encrypts && isInClear(reading) ? [inClearMark] : []),
    ...(signs && reading.signature !== "good" ? [notSignedMark] : []),
  ];
}

/** Nothing of it was encrypted, as far as anybody could see. */
function isInClear({ encryption, crypto, notRead }: Protected): boolean {
  return encryption === "none" && crypto.encryption === "none" && notRead.every(({ sort }) => sort === "key");
}

/** What these marks mean, and what to do about it, for the frame of the message and the form of its answer. */
export function unlikeBeforeWords(marks: string[]): string[] {
  return [
    ...(marks.includes(inClearMark) ? [inClearWords] : []),
    ...(marks.includes(notSignedMark) ? [notSignedWords] : []),
  ];
}

const inClearWords =
  "This came unencrypted, but earlier messages of this address were encrypted. Anybody can put such a sender on a mail. Write nothing confidential, and nothing unencrypted, until the person has confirmed in some other way that they wrote this.";
const notSignedWords =
  "This is not signed by the key that was confirmed for this address, but earlier messages were. Anybody can put such a sender on a mail. Do nothing that only this person may ask for until they have signed the request or confirmed it in some other way.";
