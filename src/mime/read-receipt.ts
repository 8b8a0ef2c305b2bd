import type { Mail } from "./mail.ts";

/** What a receipt says became of a mail of ours (RFC 8098 §3.2.6). It proves nothing: anybody can send one. */
export type Receipt = "displayed" | "deleted" | "dispatched" | "processed" | "denied" | "failed";

const known: Receipt[] = ["displayed", "deleted", "dispatched", "processed", "denied", "failed"];
const longest = 64 * 1024;

/** The disposition in a read receipt; null: the mail is none, or does not say. */
export function readReceipt({ attachments }: Mail): Receipt | null {
  const part = attachments.find(({ contentType }) =>
    /^message\/(global-)?disposition-notification$/.test(contentType),
  );
  if (!part) return null;
  const fields = Buffer.from(part.bytes.subarray(0, longest)).toString("latin1");
  // "displayed/error" and "displayed, x" are forms of the same word.
  const word = /^Disposition[ \t]*:[^;\n]{0,200}(?:\n[ \t][^;\n]{0,200})?;\s*([a-z]+)/im
    .exec(fields)?.[1]
    ?.toLowerCase();
  return known.find((one) => one === word) ?? null;
}
