import { armor, enums } from "openpgp";
import { findArmor } from "./find-armor.ts";
import type { Attachment, Mail } from "./mail.ts";

const mostKeys = 20;
/** With the certifications by others, which readers of keys take off. */
const largestKeyFile = 8 * 1024 * 1024;

export type KeyBlock = { source: "text" | "attachment"; block: string };

/** The armoured public key blocks that come with a mail: in its text, or attached (binary ones are armoured). */
export function keyBlocksOf(mail: Pick<Mail, "text" | "attachments">): KeyBlock[] {
  const inText = blocksIn(mail.text).map((block) => ({ source: "text" as const, block }));
  const attached = mail.attachments
    .flatMap(keysIn)
    .map((block) => ({ source: "attachment" as const, block }));
  return [...new Map([...inText, ...attached].map((one) => [one.block, one])).values()].slice(0, mostKeys);
}

function keysIn({ contentType, filename, bytes }: Attachment): string[] {
  const named = contentType === "application/pgp-keys" || /\.(asc|gpg|pgp|key|pub)$/i.test(filename);
  if (!named || bytes.length > largestKeyFile) return [];

  const blocks = blocksIn(Buffer.from(bytes).toString("latin1").replace(/\r\n?/g, "\n"));
  return blocks.length > 0 || !isBinaryKey(bytes) ? blocks : [armor(enums.armor.publicKey, bytes)];
}

function blocksIn(text: string): string[] {
  const blocks: string[] = [];
  let rest: string | undefined = text;
  while (rest && blocks.length < mostKeys) {
    const found = findArmor(rest, "PUBLIC KEY BLOCK");
    if (found && found.armor.length <= largestKeyFile) blocks.push(found.armor);
    rest = found?.after;
  }
  return blocks;
}

/** A public key packet comes first. */
function isBinaryKey(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  return (first & 0x80) !== 0 && (first & 0x40 ? first & 0x3f : (first >> 2) & 0x0f) === 6;
}
