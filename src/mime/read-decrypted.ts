import type { Budget } from "./budget.ts";
import { type Entity, readTree } from "./mime-tree.ts";

const longestHead = 16_384;

/**
 * What was inside a ciphertext, as an entity. Some programs encrypt the words alone, without any header: they are text from
 * their first byte, also where a line of them looks like a header.
 */
export function readDecrypted(bytes: Uint8Array, budget: Budget): Entity {
  const begin = Buffer.from(bytes.subarray(0, longestHead)).toString("latin1");
  const isEntity = /^\r?\n/.test(begin) || isWholeMail(bytes);
  return readTree(isEntity ? bytes : Buffer.concat([Buffer.from("\r\n"), bytes]), budget);
}

/** Whether bytes begin with the header of a MIME entity (RFC 2045 §3): fields, one of which tells about content. */
export function isWholeMail(bytes: Uint8Array): boolean {
  const begin = Buffer.from(bytes.subarray(0, longestHead)).toString("latin1");
  for (const line of begin.split(/\r?\n/)) {
    if (/^(content-(type|transfer-encoding|disposition)|mime-version)[ \t]*:/i.test(line)) return true;
    if (!/^[!-9;-~]+[ \t]*:|^[ \t]+\S/.test(line)) return false;
  }
  return false;
}
