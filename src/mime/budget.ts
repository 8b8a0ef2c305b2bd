import type { Attachment } from "./mail.ts";

/**
 * What reading one mail may cost, shared by all that is read of it: itself, attached mails, and what was decrypted. `rests`
 * are bytes that stand in no part, because a bound was reached; they become a file.
 */
export type Budget = { bytes: number; parts: number; rests: Uint8Array[] };

/** Four times what the largest mail has, and three times the parts of the most broken-up one. */
const most = { bytes: 200_000_000, parts: 3000 };

export function newBudget(): Budget {
  return { ...most, rests: [] };
}

/** What stands in no part, as one file; none for most mails. The same bytes read twice are there once. */
export function filesOfRests({ rests }: Budget): Attachment[] {
  const distinct = rests.filter(
    (bytes, at) => !rests.slice(0, at).some((earlier) => Buffer.compare(earlier, bytes) === 0),
  );
  if (distinct.length === 0) return [];
  const bytes = Buffer.concat(distinct.flatMap((rest) => [rest, Buffer.from("\r\n")]).slice(0, -1));
  return [{ filename: "rest-of-headers.txt", contentType: "text/plain", bytes }];
}

/** The words for it. */
export function warningsOfRests({ rests }: Budget): string[] {
  if (rests.length === 0) return [];
  return [
    "a header is longer than 64 kB or has more than 1,000 fields: the rest of it is in rest-of-headers.txt",
  ];
}
