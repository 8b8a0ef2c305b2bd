import { findArmor } from "./find-armor.ts";

/** Whether bytes are an armoured message, or binary ones that begin with a session key or an encrypted packet. */
export function isCiphertext(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  if (first & 0x80) return [1, 3, 9, 18, 20].includes(first & 0x40 ? first & 0x3f : (first >> 2) & 0x0f);
  const begin = Buffer.from(bytes.subarray(0, 4096)).toString("latin1").replace(/\r\n?/g, "\n");
  return findArmor(begin, "MESSAGE") !== null;
}
