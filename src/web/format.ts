const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const moments = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
const days = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const numbers = new Intl.NumberFormat("en-GB");
const plurals = new Intl.PluralRules("en-GB");
const languages = new Intl.DisplayNames("en-GB", { type: "language", fallback: "none" });

/** How long ago, in the two largest units: "3 d 4 h", "20 min", "just now". The future has "in" before it. */
export function age(date: Date, now = Date.now()): string {
  const distance = now - date.getTime();
  const words = span(Math.abs(distance));
  if (words === "") return "just now";
  return distance < 0 ? `in ${words}` : words;
}

function span(distance: number): string {
  const units: [number, string][] = [
    [Math.floor(distance / day), "d"],
    [Math.floor((distance % day) / hour), "h"],
    [Math.floor((distance % hour) / minute), "min"],
  ];
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return "";
  return units
    .slice(first, first === 1 ? 2 : first + 2)
    .filter(([count, unit]) => count > 0 && !(unit === "h" && distance >= 30 * day))
    .map(([count, unit]) => `${unit === "d" ? numbers.format(count) : count} ${unit}`)
    .join(" ");
}

/** "18 Nov 2026, 21:04 UTC": the same for readers in every place. */
export const moment = (date: Date) => `${moments.format(date)} UTC`;
/** "18 Nov 2026" */
export const dayOf = (date: Date) => days.format(date);
/** "21:04:07 UTC", for what ends within seconds. */
export const timeOf = (date: Date) => `${date.toISOString().slice(11, 19)} UTC`;
export const iso = (date: Date) => date.toISOString();
/** "12,345" */
export const number = (value: number | string) => numbers.format(Number(value));
/** `plural(3, "mail", "mails")` = "3 mails" */
export function plural(count: number | string, one: string, many: string): string {
  return `${number(count)} ${plurals.select(Number(count)) === "one" ? one : many}`;
}
/** "14 kB" */
export function bytes(size: number | string): string {
  const value = Number(size);
  if (value < 1000) return plural(value, "byte", "bytes");
  if (value < 1_000_000) return `${number(Math.round(value / 1000))} kB`;
  return `${number(Math.round(value / 100_000) / 10)} MB`;
}
/** "fr" → "French"; what nobody knows stays as it is. */
export function language(code: string): string {
  return (/^[a-z]{2,3}(-[A-Za-z]{2,4})?$/.test(code) && languages.of(code)) || code;
}
/** A count that was not counted further than 1,000: "1,000+". */
export const bounded = (count: number) => (count > 1000 ? "1,000+" : number(count));
/** The desk's words for a role. */
export function roleName(role: string): string {
  return { help_desk: "help desk", lead: "lead", admin: "admin" }[role] ?? role;
}
