import { createHash } from "node:crypto";

/**
 * 16 hex digits that stand for one text. A translation names by it the source that it was made from, on every desk
 * and in git alike; so a source that is changed and changed back is the same source again.
 */
export function fingerprintOf(body: string): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 16);
}
