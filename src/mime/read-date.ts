const time = String.raw`(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?(?:\s*([ap])\.?m\.?)?`;
/** A number, also behind "GMT", and names of zones, which may say nothing. */
const zone = String.raw`(?:\s*((?:[A-Z]{1,5}\s*)?[+-]\d{1,2}:?(?:\d{2})?|[A-Z]{1,5})(?![\d:+-])(?:\s[A-Z][A-Z ._]{0,40})?)?`;
const word = String.raw`[\p{L}\p{M}]{1,20}\.?`;

const forms: { pattern: RegExp; order: Part[] }[] = [
  {
    // Tue, 01 Dec 2026 08:00:00 +0200
    pattern: whole(
      String.raw`(?:${word}\s*[,\s]\s*)?(\d{1,2})\.?[\s-]*(${word})[\s,-]*(\d{2,4})[\s,]+${time}${zone}`,
    ),
    order: ["day", "month", "year", "hour", "minute", "second", "half", "zone"],
  },
  {
    // Tue Dec  1 08:00:00 2026
    pattern: whole(String.raw`(?:${word}\s*[,\s]\s*)?(${word})\s+(\d{1,2}),?\s+${time}\s+(\d{4})${zone}`),
    order: ["month", "day", "hour", "minute", "second", "half", "year", "zone"],
  },
  {
    // Dec 1, 2026 8:00:00 AM
    pattern: whole(String.raw`(?:${word}\s*[,\s]\s*)?(${word})\s+(\d{1,2}),?\s+(\d{4}),?\s+${time}${zone}`),
    order: ["month", "day", "year", "hour", "minute", "second", "half", "zone"],
  },
  {
    // 2026-12-01T08:00:00+02:00
    pattern: whole(String.raw`(\d{4})-(\d{2})-(\d{2})[T\s]\s*${time}${zone}`),
    order: ["year", "month", "day", "hour", "minute", "second", "half", "zone"],
  },
];

type Part = "day" | "month" | "year" | "hour" | "minute" | "second" | "half" | "zone";
type Parts = Partial<Record<Part, string>>;

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`, "iu");
}

/**
 * The time in a Date header (RFC 5322 §3.3 with the old forms of §4.3, and what programs write instead: names in their
 * language, ISO 8601, colons in the zone); null when any of it cannot be read. JavaScript's own reading is not used: it
 * takes nearly anything for a date, and leaves out what it does not know.
 */
export function readDate(value: string): Date | null {
  const text = withoutComments(value.slice(0, 200)).replace(/\s+/g, " ").trim();
  for (const { pattern, order } of forms) {
    const match = pattern.exec(text);
    if (match) return dateOf(Object.fromEntries(order.map((part, index) => [part, match[index + 1]])));
  }
  return null;
}

/** Comments may stand in one another (RFC 5322 §3.2.2). */
function withoutComments(text: string): string {
  let depth = 0;
  let kept = "";
  for (const letter of text) {
    if (letter === "(") depth += 1;
    if (depth === 0) kept += letter;
    if (letter === ")" && depth > 0) depth -= 1;
  }
  return kept;
}

function dateOf({
  day,
  month: name = "",
  year = "",
  hour,
  minute,
  second,
  half,
  zone: zoneName,
}: Parts): Date | null {
  const month = monthOf(name);
  const offset = offsetInMinutes(zoneName ?? "");
  if (month === null || offset === null) return null;

  const local = Date.UTC(
    fullYear(year),
    month,
    Number(day),
    hourOf(Number(hour), half),
    Number(minute),
    Number(second ?? 0),
  );
  const date = new Date(local - offset * 60_000);
  const possible = Number(hour) < (half ? 13 : 24) && Number(minute) < 60 && Number(second ?? 0) <= 60;
  const sameDay = new Date(local).getUTCDate() === Number(day);
  return possible && sameDay && date.getUTCFullYear() >= 1970 && date.getUTCFullYear() < 2200 ? date : null;
}

function hourOf(hour: number, half: string | undefined): number {
  return half ? (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0) : hour;
}

function fullYear(year: string): number {
  const number = Number(year);
  if (year.length === 2) return number < 50 ? 2000 + number : 1900 + number;
  return year.length === 3 ? 1900 + number : number;
}

const english =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?$/i;
const threeLetters = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const languages = "de fr es it pt ru uk nl pl cs sv da nb fi tr hu ro ar".split(" ");

/** From 0; null: no name of a month, or of different ones in different languages. */
function monthOf(name: string): number | null {
  if (/^\d{2}$/.test(name)) return Number(name) >= 1 && Number(name) <= 12 ? Number(name) - 1 : null;
  if (english.test(name)) return threeLetters.indexOf(name.slice(0, 3).toLowerCase());
  foreign ??= foreignNames();
  return foreign.get(bare(name)) ?? null;
}

let foreign: Map<string, number | null> | undefined;

function foreignNames(): Map<string, number | null> {
  const names = new Map<string, number | null>();
  for (const [language, month, options] of waysToWrite()) {
    const day = new Date(Date.UTC(2026, month, 15));
    const parts = new Intl.DateTimeFormat(language, options).formatToParts(day);
    const name = bare(parts.find(({ type }) => type === "month")?.value ?? "");
    const known = names.get(name);
    names.set(name, known === undefined || known === month ? month : null);
  }
  return names;
}

function waysToWrite(): [string, number, Intl.DateTimeFormatOptions][] {
  const alone = { timeZone: "UTC", numberingSystem: "latn", calendar: "gregory" } as const;
  const lengths = (["short", "long"] as const).flatMap((month) => [
    { ...alone, month },
    { ...alone, month, day: "numeric" as const },
  ]);
  return languages.flatMap((language) =>
    threeLetters.flatMap((_, month) =>
      lengths.map((options): [string, number, Intl.DateTimeFormatOptions] => [language, month, options]),
    ),
  );
}

function bare(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[\p{M}.]/gu, "")
    .toLowerCase();
}

const zones = new Map(
  Object.entries({
    ...{
      UT: 0,
      UTC: 0,
      GMT: 0,
      Z: 0,
      WET: 0,
      WEST: 60,
      BST: 60,
      CET: 60,
      MET: 60,
      CEST: 120,
      MEST: 120,
      MESZ: 120,
      MEZ: 60,
    },
    ...{ EET: 120, EEST: 180, MSK: 180, JST: 540, KST: 540, AEST: 600, AEDT: 660, NZST: 720, NZDT: 780 },
    ...{
      EST: -300,
      EDT: -240,
      CST: -360,
      CDT: -300,
      MST: -420,
      MDT: -360,
      PST: -480,
      PDT: -420,
      AKST: -540,
      HST: -600,
    },
  }),
);

/** Names that nobody knows count as GMT (RFC 5322 §4.3); null: a number that is no offset. */
function offsetInMinutes(zoneName: string): number | null {
  const match = /^[A-Z]{0,5}\s*([+-])(\d{2}|\d)(?::?(\d{2}))?$/i.exec(zoneName);
  if (!match) return /\d/.test(zoneName) ? null : (zones.get(zoneName.toUpperCase()) ?? 0);
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (minutes > 14 * 60 || Number(match[3] ?? 0) > 59) return null;
  return match[1] === "-" ? -minutes : minutes;
}
