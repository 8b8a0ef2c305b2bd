import { findArmors } from "./find-armor.ts";

/** Whether words outside of all parts say no more than that the mail is made of parts, or signed, or encrypted. */
export function isUsualNotice(text: string): boolean {
  const isNotice = text.length < 600 && /\bMIME\b|multi-?part|OpenPGP|\bPGP\b/i.test(text);
  return isNotice && findArmors(text, ["message", "key"]).length === 0;
}
