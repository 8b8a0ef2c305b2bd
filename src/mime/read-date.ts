const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const zones = new Map([
  ["UT", 0],
  ["UTC", 0],
  ["GMT", 0],
  ["Z", 0],
  ["EST", -300],
  ["EDT", -240],
  ["CST", -360],
  ["CDT", -300],
  ["MST", -420],
  ["MDT", -360],
  ["PST", -480],
  ["PDT", -420],
]);

const form =
  /^(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]{0,6}[\s-]+(\d{2,4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|[A-Za-z]{1,5})?/;

/**
 * The time in a Date header (RFC 5322 §3.3 with the old forms of §4.3), or null when it is none. JavaScript's own
 * reading is not used: it takes nearly anything for a date.
 */
export function readDate(value: string): Date | null {
  const match = form.exec(value.slice(0, 200).trim());
  if (!match) return null;
  const [, day = "", monthName = "", year = "", hour = "", minute = "", second = "0", zone = "GMT"] = match;

  const month = months.indexOf(monthName.toLowerCase());
  const local = Date.UTC(fullYear(year), month, Number(day), Number(hour), Number(minute), Number(second));
  const date = new Date(local - offsetInMinutes(zone) * 60_000);
  const possible = month !== -1 && Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;
  const sameDay = new Date(local).getUTCDate() === Number(day);
  return possible && sameDay && date.getUTCFullYear() >= 1970 && date.getUTCFullYear() < 2200 ? date : null;
}

function fullYear(year: string): number {
  const number = Number(year);
  if (year.length === 2) return number < 50 ? 2000 + number : 1900 + number;
  return year.length === 3 ? 1900 + number : number;
}

/** Unknown names of zones count as GMT, as RFC 5322 §4.3 says. */
function offsetInMinutes(zone: string): number {
  const match = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (!match) return zones.get(zone.toUpperCase()) ?? 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}
