const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A string as the protocol writes it, one character for each byte: quoted, or a literal when it must be; NIL for null. */
export function quote(text: string | null): string {
  if (text === null) return "NIL";
  if (/^[\x20-\x7e]*$/.test(text) && text.length < 1000) return `"${text.replace(/["\\]/g, "\\$&")}"`;
  const bytes = text.replaceAll("\0", "");
  return `{${bytes.length}}\r\n${bytes}`;
}

/** A date and time as in INTERNALDATE: "07-Nov-2026 08:15:00 +0000". */
export function formatDateTime(date: Date): string {
  const [day, month] = [String(date.getUTCDate()).padStart(2, "0"), months[date.getUTCMonth()]];
  return `"${day}-${month}-${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)} +0000"`;
}

/** Reads such a date and time; null when it is none. */
export function parseDateTime(text: string): Date | null {
  const form = /^[ \d]\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;
  const date = new Date(
    form.test(text) ? text.trim().replaceAll("-", (_, at: number) => (at < 12 ? " " : "-")) : NaN,
  );
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Reads a day as in SEARCH, "7-Nov-2026"; null when it is none. */
export function parseDay(text: string): Date | null {
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  const month = months.findIndex((name) => name.toLowerCase() === match?.[2]?.toLowerCase());
  return match && month >= 0 ? new Date(Date.UTC(Number(match[3]), month, Number(match[1]))) : null;
}
