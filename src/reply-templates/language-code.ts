import type { Database } from "../database.ts";
import { offeredLanguages } from "../staff/change-languages.ts";

/** "fr", "zh-TW", "sr-Latn": as the tables hold it. */
export function isLanguageCode(text: unknown): text is string {
  return (
    typeof text === "string" &&
    /^[a-z]{2,3}(-([A-Z]{2}|[A-Z][a-z]{3}))?$/.test(text) &&
    names.of(text) !== undefined
  );
}

const names = new Intl.DisplayNames("en-GB", { type: "language", fallback: "none" });

// Languages that people write to a help desk like ours in, besides those with a queue.
const others = [
  "ar",
  "ca",
  "cs",
  "el",
  "fa",
  "id",
  "ja",
  "ko",
  "my",
  "nl",
  "pl",
  "ro",
  "ru",
  "sr",
  "sw",
  "tr",
  "uk",
  "vi",
  "zh",
  "zh-TW",
];

/** The languages to choose from: those of the queues first. */
export async function templateLanguages(db: Database): Promise<string[]> {
  return [...new Set([...(await offeredLanguages(db)), "en", ...others])];
}
