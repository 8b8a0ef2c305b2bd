/** The moments that a day, month or year spans, in UTC: "2026", "2026-10", "2026-10-05", "today". Null: none of these. */
export function readDay(text: string, now = new Date()): { from: Date; to: Date } | null {
  if (/^today$/i.test(text)) return readDay(now.toISOString().slice(0, 10));
  if (/^yesterday$/i.test(text)) {
    return readDay(new Date(now.getTime() - 86_400_000).toISOString().slice(0, 10));
  }
  const match = /^(20\d\d)(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text);
  if (!match) return null;
  const [year, month, day] = match.slice(1).map((part) => (part === undefined ? null : Number(part)));
  if (year == null || (month != null && (month < 1 || month > 12))) return null;
  const from = new Date(Date.UTC(year, (month ?? 1) - 1, day ?? 1));
  if (day != null && (from.getUTCDate() !== day || day === 0)) return null;
  const to =
    month == null
      ? new Date(Date.UTC(year + 1, 0, 1))
      : day == null
        ? new Date(Date.UTC(year, month, 1))
        : new Date(Date.UTC(year, month - 1, day + 1));
  return { from, to };
}

const seconds: Record<string, number> = { min: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

const longestAge = 100 * 31_536_000;

/** Seconds of "30min", "2h", "7d", "3w" or "1y"; null: it is none of these. */
export function readAge(text: string): number | null {
  const match = /^(\d{1,5})(min|h|d|w|y)$/i.exec(text);
  const unit = seconds[match?.[2]?.toLowerCase() ?? ""];
  const age = match && unit ? Number(match[1]) * unit : null;
  return age !== null && age <= longestAge ? age : null;
}

/** Units of 10^6 bytes, as reports count memory: "4G", "4GB", "512M". Null: it is none of these. */
export function readSize(text: string): number | null {
  const match = /^(\d{1,5}(?:\.\d{1,2})?)(G|M)(?:i?B)?$/i.exec(text);
  if (!match) return null;
  return Math.round(Number(match[1]) * (match[2]?.toUpperCase() === "G" ? 1000 : 1));
}

/**
 * A known issue: its whole address, or its number, "12", with what stands before the number in its address where two trackers
 * have it, "tails/tails#12". Null: it is none of these.
 */
export function readIssue(text: string): { address: string } | { number: string; before: string } | null {
  if (/^https?:\/\/[^\s/]\S{0,500}$/i.test(text)) return { address: text };
  const match = /^(?:([^\s#]{0,200})#)?(\d{1,15})$/.exec(text);
  return match && { number: match[2] ?? "", before: (match[1] ?? "").replace(/^\/+|\/+$/g, "") };
}
