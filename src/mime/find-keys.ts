import { type Armor, findArmors } from "./find-armor.ts";
import type { Attachment, Mail } from "./mail.ts";
import type { NotRead } from "./not-read.ts";
import { shapeOf, startsLikeRevocation } from "./packet-shape.ts";
import { textOfFile } from "./text-of-file.ts";

const mostKeys = 20;
/** With the certifications by others, which readers of keys take off. */
const largestKeyFile = 8 * 1024 * 1024;

/** An armoured key, and where it stood: the name of a file, or "text". */
export type KeyBlock = { source: "text" | "attachment"; where: string; block: string };

export type FoundKeys = { blocks: KeyBlock[]; notRead: NotRead[] };

/** The public keys, and revocations of keys, that come with a mail, in its text or in a file of any name, by what they are; binary ones are armoured. */
export function findKeys(mail: Pick<Mail, "text" | "attachments">): FoundKeys {
  const found: FoundKeys = { blocks: [], notRead: [] };
  addArmored(found, mail.text, "text", "text");
  for (const file of mail.attachments) addFile(found, file);
  const blocks = [...new Map(found.blocks.map((one) => [one.block, one])).values()];
  return { blocks: blocks.slice(0, mostKeys), notRead: found.notRead.slice(0, mostKeys) };
}

function addFile(found: FoundKeys, { filename, bytes }: Attachment): void {
  const shape = shapeOf(bytes);
  if (shape === "cut key") addUnread(found, filename, damaged);
  if (shape === "key" && bytes.length > largestKeyFile) addUnread(found, filename, tooLarge);
  else if (shape === "key" || startsLikeRevocation(bytes)) addBlock(found, "attachment", filename, bytes);
  const text = shape === "none" ? textOfFile(bytes) : null;
  if (text !== null) addArmored(found, text, "attachment", filename);
}

function addArmored(found: FoundKeys, text: string, source: KeyBlock["source"], where: string): void {
  for (const { kind, bytes } of findArmors(text, ["key", "secret key", "signature"])) {
    // Some programs write a revocation that stands alone as a signature.
    if (kind === "signature" && !(bytes && startsLikeRevocation(bytes))) continue;
    const why = whyNot(kind, bytes);
    if (why) addUnread(found, where, why);
    else if (bytes) addBlock(found, source, where, bytes);
  }
}

function whyNot(kind: Armor["kind"], bytes: Uint8Array | null): string | null {
  if (kind === "secret key") return "it is a secret key, which nobody but its owner may have";
  if (!bytes) return damaged;
  return bytes.length > largestKeyFile ? tooLarge : null;
}

const damaged = "the key is damaged or cut";
const tooLarge = "the key is larger than a key may be";

function addBlock(found: FoundKeys, source: KeyBlock["source"], where: string, bytes: Uint8Array): void {
  if (found.blocks.length < mostKeys * 2) found.blocks.push({ source, where, block: armored(bytes) });
}

/** Without a checksum, which nobody needs (RFC 9580 §6.1) and takes the library long. */
function armored(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${lines.join("\n")}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
}

function addUnread(found: FoundKeys, where: string, why: string): void {
  found.notRead.push({ sort: "key", where, why });
}
