import { binaryOf } from "../openpgp/dearmor.ts";
import { contentOfEntity } from "./entity-content.ts";
import { isCiphertext } from "./is-ciphertext.ts";
import type { Entity } from "./mime-tree.ts";

/** What an entity as a whole is: a layer of cryptography around another one, or not (RFC 9787 §4.2). */
export type CryptoLayer =
  | { kind: "encrypted"; ciphertext: Uint8Array; repaired: boolean }
  | { kind: "signed"; payload: Entity; signature: Uint8Array }
  | { kind: "S/MIME" }
  | { kind: "none" };

/**
 * Which layer an entity is. Mail servers turn multipart/encrypted into multipart/mixed and put an empty text in front
 * ("exchange"), so the parts tell; with anything else beside them it is no layer.
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
  if (!type.startsWith("multipart/") || type === "multipart/signed") return null;
  const control = children.find((part) => part.type === "application/pgp-encrypted");
  const others = control ? children.filter((part) => part !== control && !isEmptyText(part)) : [];
  if (!control || others.length > 1) return null;

  // Some servers put the ciphertext into the first part and drop the second.
  const ciphertext = contentOfEntity(others[0] ?? control);
  if (!isCiphertext(ciphertext)) return null;
  return { kind: "encrypted", ciphertext, repaired: type !== "multipart/encrypted" };
}

function isEmptyText(entity: Entity): boolean {
  return (
    entity.type.startsWith("text/") && Buffer.from(contentOfEntity(entity)).toString("latin1").trim() === ""
  );
}
