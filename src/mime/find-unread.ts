import { contentOfEntity } from "./entity-content.ts";
import { looksLikeFile, looksLikeText } from "./looks-like-file.ts";
import { type Entity, entitiesOf, readTree } from "./mime-tree.ts";
import { keysNamedIn } from "./named-keys.ts";
import type { NotRead } from "./not-read.ts";
import { shapeOf } from "./packet-shape.ts";
import { firstHeader } from "./read-headers.ts";
import { filenameOf } from "./read-leaf.ts";
import { sortsIn } from "./suspect-text.ts";
import { namesInArchive } from "./zip-names.ts";

const deepest = 6;
const mostFound = 20;

/**
 * What looks encrypted, or like a key, in a mail as it came, wherever and in whatever form: for all that the readers of
 * armour, files and pages do not recognise. It opens nothing, so it finds the same in what opens and in what does not.
 */
export function findUnread(tree: Entity, depth = 0): NotRead[] {
  const found = inHeader(tree);
  for (const entity of entitiesOf(tree)) {
    if (isEnvelope(entity))
      found.push(notRead("OpenPGP message", "text", "it is labelled as encrypted, and is not"));
    for (const bytes of entity.outside) found.push(...inText(latin1(bytes), "text"));
    if (entity.children.length === 0) found.push(...inLeaf(entity, depth));
    if (found.length >= mostFound) break;
  }
  return found.slice(0, mostFound);
}

const unknown = "it stands in a form or in a place from which this desk does not open it";
const named = "it is named, and did not come";

function notRead(sort: NotRead["sort"], where: string, why = unknown): NotRead {
  return { sort, where, why };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** What is labelled so and was not opened lost what it held on its way (RFC 3156 §4). */
function isEnvelope({ type, parameters }: Entity): boolean {
  return (
    type === "multipart/encrypted" &&
    /^(?:application\/pgp-encrypted)?$/i.test(parameters.get("protocol") ?? "")
  );
}

/** Fields in which programs name or give the key of the sender; and armour in any field. */
function inHeader({ headers }: Entity): NotRead[] {
  const isFromList = firstHeader(headers, "list-id") !== null;
  return headers.flatMap(({ name, value }) => {
    if (name === "autocrypt")
      return isFromList ? [] : [notRead("key", "Autocrypt", "it is no key of the sender, or cannot be read")];
    const namesKey = keyField.test(name) && /(?:[0-9a-f] ?){8}|:\/\//i.test(value);
    return namesKey ? [notRead("key", name, named)] : inText(value, name);
  });
}

const keyField =
  /^(?:openpgp|x-(?:open)?(?:pgp|gpg)(?:-(?:key|key-?id|key-?url|fingerprint|fpr|fp))?|x-gpg-?key)$/;

function inText(text: string, where: string): NotRead[] {
  return [...sortsIn(text)].map((sort) => notRead(sort, where));
}

function inLeaf(entity: Entity, depth: number): NotRead[] {
  const bytes = contentOfEntity(entity);
  if (/^message\/(rfc822|global|news)$/.test(entity.type) && depth < deepest)
    return findUnread(readTree(bytes), depth + 1);
  const filename = filenameOf(entity);
  const text = latin1(bytes);
  const where = filename ?? "text";
  return [
    ...(looksLikeFile(bytes) ? [] : inText(text, where)),
    ...inFile(bytes, text, where),
    ...(keysNamedIn(text) ? [notRead("key", where, named)] : []),
  ];
}

/** Files whose names, or what stands in them, tell that they hold what this desk does not take out. */
function inFile(bytes: Uint8Array, text: string, where: string): NotRead[] {
  const inside = [...namesInArchive(text), ...namesInYenc(text)].find((name) => encryptedName.test(name));
  if (inside) return [notRead("OpenPGP message", where, `it holds ${inside}, which was not taken out`)];
  if (text.startsWith("KBXf", 8)) return [notRead("key", where, "it is a key box of GnuPG")];
  const isNamed = /\.(?:gpg|pgp)$/i.test(where);
  const isOther = isNamed && !looksLikeText(bytes) && shapeOf(bytes) === "none" && !isSignature(bytes);
  return isOther
    ? [notRead("OpenPGP message", where, "it is called encrypted, and cannot be read as that")]
    : [];
}

const encryptedName = /\.(?:gpg|pgp|asc|p7m)$/i;

function namesInYenc(text: string): string[] {
  return [...text.matchAll(/^=ybegin [^\r\n]{0,200}?name=([^\r\n]{1,200})/gm)].map(([, name = ""]) =>
    name.trim(),
  );
}

/** The tag of a signature packet (RFC 9580 §5.2), in either format. */
function isSignature([first = 0]: Uint8Array): boolean {
  return first === 0xc2 || (first >= 0x88 && first <= 0x8b);
}
