import { cleanAddress } from "../mime/clean-address.ts";

const farthest = 16 * 1024;

/**
 * Who probably wrote a raw mail, from the beginning of its header; null where that does not tell. It is good enough to say
 * whose mail is read first, and for nothing else: the mail itself is read elsewhere, behind a fence.
 */
export function probableSender(raw: Uint8Array): string | null {
  const begin = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.length, farthest)).toString("latin1");
  const [head = ""] = begin.split(/\n\r?\n/, 1);
  const from = /^from[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)/im.exec(head)?.[1] ?? "";
  const address = /<([^<>\s]{3,320})>/.exec(from)?.[1] ?? /[^\s<>@]{1,64}@[^\s<>@]{1,255}/.exec(from)?.[0];
  return address ? cleanAddress(address) : null;
}
