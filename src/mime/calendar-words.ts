import ICAL from "ical.js";

/** A calendar that is longer has more parameters than its reader takes in a moment. */
const longest = 256 * 1024;
const mostEntries = 20;
const mostLetters = 4000;

/** Whether a text is a calendar (RFC 5545 §3.4), by how it begins. */
export function isCalendar(text: string): boolean {
  return /^\ufeff?\s{0,20}BEGIN:VCALENDAR\b/i.test(text);
}

/** What an invitation says, in words: what, when and in which zone, where, by whom; null when it cannot be read. */
export function calendarWords(text: string): string | null {
  try {
    const calendar = new ICAL.Component(ICAL.parse(text.slice(0, longest)));
    const method = String(calendar.getFirstPropertyValue("method") ?? "").toUpperCase();
    const entries = ["vevent", "vtodo", "vjournal"].flatMap((name) => calendar.getAllSubcomponents(name));
    if (entries.length === 0) return null;
    const shown = entries.slice(0, mostEntries).map((entry) => entryWords(entry));
    const more =
      entries.length > mostEntries ? [`And ${entries.length - mostEntries} more in the file.`] : [];
    return [titles[method] ?? "Calendar entry", ...shown, ...more].join("\n");
  } catch {
    return null;
  }
}

const titles: Record<string, string> = {
  REQUEST: "Invitation",
  CANCEL: "Cancelled invitation",
  REPLY: "Answer to an invitation",
  COUNTER: "Another time proposed for an invitation",
};

function entryWords(entry: ICAL.Component): string {
  const text = (name: string) => {
    const value = entry.getFirstPropertyValue(name);
    return value === null ? "" : String(value).slice(0, mostLetters).trim();
  };
  const lines = [
    ["What", text("summary")],
    ["Begins", timeWords(entry, "dtstart")],
    ["Ends", timeWords(entry, "dtend") || timeWords(entry, "due")],
    ["Lasts", text("duration")],
    ["Repeats", text("rrule")],
    ["Where", text("location")],
    ["By", personWords(entry, "organizer")],
    ["For", entry.getAllProperties("attendee").slice(0, mostEntries).map(nameOf).filter(Boolean).join(", ")],
    ["Link", text("url")],
  ];
  const facts = lines.filter(([, words]) => words).map(([name, words]) => `${name}: ${words}`);
  return [...facts, text("description"), text("comment")].filter(Boolean).join("\n");
}

/** As it is written, with its zone by name: what it means elsewhere, a person works out. */
function timeWords(entry: ICAL.Component, name: string): string {
  const property = entry.getFirstProperty(name);
  const value = property?.getFirstValue();
  if (!property || !(value instanceof ICAL.Time)) return "";
  const [date = "", time = ""] = value.toString().split("T");
  if (value.isDate) return date;
  const zone = property.getFirstParameter("tzid");
  return `${date} ${time.slice(0, 5)} ${zone || (time.endsWith("Z") ? "UTC" : "(no time zone)")}`;
}

function personWords(entry: ICAL.Component, name: string): string {
  const property = entry.getFirstProperty(name);
  return property ? nameOf(property) : "";
}

function nameOf(property: ICAL.Property): string {
  const address = String(property.getFirstValue() ?? "").replace(/^mailto:/i, "");
  const name = property.getFirstParameter("cn") ?? "";
  return name && name !== address ? `${name} <${address}>` : address;
}
