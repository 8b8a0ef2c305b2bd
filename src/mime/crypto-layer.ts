import { binaryOf } from "../openpgp/dearmor.ts";
import { contentOfEntity } from "./entity-content.ts";
import { type Ciphertext, ciphertextIn } from "./is-ciphertext.ts";
import type { Entity } from "./mime-tree.ts";

/** What an entity as a whole is: a layer of cryptography around another one, or not (RFC 9787 §4.2). */
export type CryptoLayer =
  | { kind: "encrypted"; ciphertext: Ciphertext; repaired: boolean; part: Entity }
  | { kind: "signed"; payload: Entity; signature: Uint8Array }
  | { kind: "S/MIME" }
  | { kind: "none" };

/**
 * Which layer an entity is. Mail servers turn multipart/encrypted into multipart/mixed, put an empty text in front
 * ("exchange") and forget the types, so the parts tell; with anything else beside them it is no layer.
 */
export function layerOf(entity: Entity): CryptoLayer {
  return smime(entity) ?? signed(entity) ?? encrypted(entity) ?? { kind: "none" };
}

function smime({ type, parameters }: Entity): CryptoLayer | null {
  const named = /^application\/(x-)?pkcs7-(mime|signature)$/;
  const isSmime = named.test(type) || named.test((parameters.get("protocol") ?? "").toLowerCase());
  return isSmime ? { kind: "S/MIME" } : null;
}

function signed({ type, parameters, children }: Entity): CryptoLayer | null {
  const [payload, signature] = children;
  const protocol = parameters.get("protocol")?.toLowerCase();
  if (type !== "multipart/signed" || (protocol && protocol !== "application/pgp-signature")) return null;
  if (!payload || signature?.type !== "application/pgp-signature" || children.length !== 2) return null;
  const bytes = binaryOf(contentOfEntity(signature), "SIGNATURE") ?? new Uint8Array();
  return { kind: "signed", payload, signature: bytes };
}

function encrypted({ type, children }: Entity): CryptoLayer | null {
  if (!type.startsWith("multipart/") || type === "multipart/signed" || children.length > 6) return null;
  const parts = children.filter((part) => !isEmptyText(part));
  const control = parts.find(isControl);
  const others = parts.filter((part) => part !== control);
  const [part] = others;
  if (!part || others.length !== 1) return null;

  // Some servers put the ciphertext into the first part and drop the second; one with a name of its own is a file.
  const isLabelled = part.type === "application/pgp-encrypted" && !isNamed(part);
  if (!control && !isLabelled && type !== "multipart/encrypted") return null;
  const ciphertext = ciphertextIn(contentOfEntity(part));
  if (!ciphertext?.isAll) return null;
  return { kind: "encrypted", ciphertext, repaired: type !== "multipart/encrypted", part };
}

const longestControl = 200;

/** The control part of PGP/MIME says "Version: 1" and nothing else (RFC 3156 §4), whatever a server called it. */
function isControl(entity: Entity): boolean {
  if (entity.children.length > 0 || entity.body.length > longestControl) return false;
  const content = contentOfEntity(entity);
  return isVersion(content) || (entity.type === "application/pgp-encrypted" && isBlank(content));
}

/** Whether bytes are what the control part of PGP/MIME says. */
export function isVersion(content: Uint8Array): boolean {
  return (
    content.length <= longestControl &&
    /^\s*version\s*:?\s*1\s*$/i.test(Buffer.from(content).toString("latin1"))
  );
}

const isBlank = (content: Uint8Array) => Buffer.from(content).toString("latin1").trim() === "";

function isNamed({ parameters, headers }: Entity): boolean {
  return (
    parameters.has("name") ||
    headers.some(({ name, value }) => name === "content-disposition" && /filename/i.test(value))
  );
}

/** Whether a part is a text, as a page too, in which nothing stands. */
export function isEmptyText(entity: Entity): boolean {
  return (
    entity.type.startsWith("text/") &&
    entity.body.length < 4000 &&
    Buffer.from(contentOfEntity(entity))
      .toString("latin1")
      .replace(/&nbsp;|<[^<>]*>/g, "")
      .trim() === ""
  );
}
