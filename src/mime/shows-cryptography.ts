import { type Budget, newBudget } from "./budget.ts";
import type { Mail } from "./mail.ts";
import { shapeOf } from "./packet-shape.ts";
import { parseMail } from "./parse-mail.ts";

const deepest = 4;

/**
 * Whether any OpenPGP or S/MIME stands in a mail: ciphertext, signature or key, whole, cut or damaged. It looks at the
 * bytes alone and decrypts nothing, so that it is the same for a ciphertext that opens and for one that does not.
 */
export async function showsCryptography(
  raw: Uint8Array,
  mail: Mail,
  depth = 0,
  budget: Budget = newBudget(),
): Promise<boolean> {
  if (isIn(raw) || armor.test(mail.text)) return true;
  for (const { contentType, bytes } of mail.attachments) {
    if (isIn(bytes) || shapeOf(bytes) !== "none" || isCms(bytes)) return true;
    if (!contentType.startsWith("message/") || depth >= deepest) continue;
    const inner = await parseMail(bytes, budget);
    // What is not looked into may hold anything.
    if (!inner.ok || (await showsCryptography(bytes, inner.mail, depth + 1, budget))) return true;
  }
  return false;
}

/** The labels of OpenPGP (RFC 3156), S/MIME (RFC 8551), and of files that may hold either. */
const labels =
  /application\/(?:x-)?(?:pgp|pkcs7|pkcs10|ms-tnef)|multipart\/encrypted|\.(?:pgp|gpg|p7m|p7s|p7c|p7z)["'?\s;]|winmail\.dat/i;
/** The head of an armour (RFC 9580 §6.2), its blanks in whatever form a mail can give them. */
const armor =
  /begin(?:[\s\u00a0\u2000-\u200f\u202f\u2060\u3000\ufeff]|\u00c2\u00a0|=20|=a0|=c2=a0|=\s|&nbsp;|&#\d{1,5};|&#x[0-9a-f]{1,5};|<[^<>]{0,60}>){1,8}(?:pgp|pkcs7|cms)/i;
/** "BEGIN PGP" and the id of CMS (RFC 5652 §3) in base64, at each of the three places where they may begin in a group. */
const encoded = /QkVHSU4gUEdQ|FR0lOIFBHU|RUdJTiBQR1|KoZIhvcNAQc|qGSIb3DQEH|hkiG9w0BBw/;

function isIn(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  if (labels.test(text) || armor.test(text)) return true;
  // Lines that were broken for their way, and texts in UTF-16.
  const joined = text.replace(/=?\r?\n|\0/g, "");
  return armor.test(joined) || encoded.test(joined);
}

const cmsTypes = Buffer.from("06092a864886f70d0107", "hex");

function isCms(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x30) return false;
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 40)).includes(cmsTypes);
}
