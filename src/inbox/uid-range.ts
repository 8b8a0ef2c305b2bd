/** UIDs as IMAP writes them, neighbours together: 1:3,7 (RFC 9051 §9, sequence-set). */
export function range(uids: number[]): string {
  const parts: [number, number][] = [];
  for (const uid of uids.toSorted((one, other) => one - other)) {
    const last = parts.at(-1);
    if (last && uid <= last[1] + 1) last[1] = uid;
    else parts.push([uid, uid]);
  }
  return parts.map(([first, last]) => (first === last ? `${first}` : `${first}:${last}`)).join(",");
}
