import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Vault } from "../vault/vault.ts";

/** A new random reference for one mail of ours: 32 hexadecimal digits that tell nothing. */
export function newReference(): string {
  return randomBytes(16).toString("hex");
}

/** The Message-ID of a mail of ours: `<reference.code@host>`, the code a keyed hash that nobody else can make. */
export function messageIdOf(vault: Vault, reference: string, deskAddress: string): string {
  const host = deskAddress.slice(deskAddress.lastIndexOf("@") + 1);
  return `<${reference}.${codeOf(vault, reference).toString("hex")}@${host}>`;
}

/**
 * The reference in a Message-ID that this desk made; null for any other, forged or guessed ones included. Relays write more
 * around what stands left of the host, or another host: the code proves it all the same.
 */
export function referenceOf(vault: Vault, messageId: string): string | null {
  const [, reference, code] = ours.exec(messageId.trim()) ?? [];
  if (!reference || !code) return null;
  const lower = reference.toLowerCase();
  return timingSafeEqual(codeOf(vault, lower), Buffer.from(code, "hex")) ? lower : null;
}

const ours = /^<[^<>\s]{0,200}?(?<![0-9a-f])([0-9a-f]{32})\.([0-9a-f]{32})(?![0-9a-f])[^<>\s]{0,400}>$/i;

function codeOf(vault: Vault, reference: string): Buffer {
  return vault.lookUpHash("message id", reference).subarray(0, 16);
}
