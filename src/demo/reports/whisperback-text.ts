import { osRelease } from "./os-release.ts";
import { isSince, type Release } from "./releases.ts";
import type { Section } from "./section.ts";
import type { Language, ToldReport } from "./told-report.ts";
import { wrapText } from "./wrap-text.ts";

/** Stands in a body where the key block of the person belongs, until the caller has made that key. */
export const KEY_BLOCK_PLACE = "[key block of this person]";

/** The parts of a report, in the order in which WhisperBack writes them. */
export type ReportParts = {
  told: ToldReport;
  language: Language;
  release: Release;
  sections: Section[];
  journal: string[];
};

/** Lays a whole report out, byte for byte as WhisperBack of that release does. */
export function whisperbackText({ told, language, release, sections, journal }: ReportParts): string {
  const { version } = release;
  let text = `Subject: ${told.summary}\n`;
  if (told.contact) text += `From: ${told.contact}\n`;
  if (told.key) text += `OpenPGP-Key: ${told.key === "block" ? "included below" : told.key}\n`;
  text += `${told.withoutHeaders ? "" : headersOf(release)}\n`;
  if (!isSince(version, "5.20") && !told.withoutHeaders) text += "\n";
  text += bugSpecificOf(told);
  text += `\n${wrapText(told.headings ? underHeadings(told, language) : underQuestions(told, version))}\n\n`;
  if (told.key === "block") text += `${KEY_BLOCK_PLACE}\n\n`;
  if (!told.withoutDebugging) {
    for (const section of sections) text += sectionText(section);
    text += `\n======= content of /bin/journalctl --catalog --no-pager =======\n${linesText(journal)}`;
  }
  return `${text}\n`;
}

function headersOf(release: Release): string {
  if (isSince(release.version, "6.0")) return `Tails-Version: ${osRelease(release)}`;
  return `Tails-Version: ${release.version} - ${release.date}\n${release.commit}\nlive-boot: 1:20210208\nlive-config: 11.0.3+nmu1`;
}

function bugSpecificOf({ bugSpecific }: ToldReport): string {
  if (!bugSpecific) return "";
  const details = bugSpecific.details ? `Bug-specific details: ${bugSpecific.details}\n` : "";
  return `Bug-specific app: ${bugSpecific.app}\nBug-specific summary: ${bugSpecific.summary}\n${details}`;
}

const questionTitles = [
  "What were you trying to achieve?",
  "What happened instead?",
  "What did you do that triggered this error?",
];

/** From 7.3.1 on a question without an answer is left out. */
function underQuestions({ questions }: ToldReport, version: string): string {
  const asked = questionTitles.map((title, index) => ({ title, answer: questions?.[index] ?? "" }));
  const shown = isSince(version, "7.3.1") ? asked.filter(({ answer }) => answer.trim() !== "") : asked;
  return `${shown.map(({ title, answer }) => `${underlined(title)}\n\n${answer}\n\n`).join("")}\n\n\n`;
}

function underHeadings({ headings }: ToldReport, language: Language): string {
  const parts = oldHeadings[language].map(
    (title, index) => `${underlined(title)}\n\n${headings?.[index] ?? ""}`,
  );
  return `${parts.join("\n\n\n")}\n`;
}

function underlined(title: string): string {
  return `${title}\n${"-".repeat(title.length)}`;
}

function sectionText({ key, content }: Section): string {
  const marker = `\n======= content of ${key} =======\n`;
  if (typeof content === "string") return marker + linesText(content.split("\n"));
  const files = content.map(
    ({ path, text }) => `\n>  === content of ${path} ===\n${text.replace(/^/gm, "> ")}\n`,
  );
  return marker + files.join("");
}

/** Since 3.7.1 two leading dashes and the blanks after them go, and with them the end of a bare line. */
function linesText(lines: string[]): string {
  let text = "";
  for (const line of lines) text += line.startsWith("--") ? `${line}\n`.replace(/^--\s*/, "") : `${line}\n`;
  return text;
}

const oldHeadings: Record<Language, string[]> = {
  en: [
    "Name of the affected software",
    "Exact steps to reproduce the error",
    "Actual result and description of the error",
    "Desired result",
  ],
  fr: [
    "Nom du logiciel concerné",
    "Étapes exactes pour reproduire l’erreur",
    "Résultat observé et description de l’erreur",
    "Résultat souhaité",
  ],
  de: [
    "Name der betroffenen Software",
    "Genaue Schritte, um das Problem zu reproduzieren",
    "Tatsächliches Ergebnis und Beschreibung des Problems",
    "Gewünschtes Ergebnis",
  ],
  es: [
    "Nombre del software afectado",
    "Pasos exactos para reproducir el error",
    "Resultado real y descripción del error",
    "Resultado deseado",
  ],
  it: [
    "Nome del software coinvolto",
    "I passi esatti per replicare l'errore",
    "Risultato effettivo e descrizione dell'errore",
    "Risultato atteso",
  ],
  pt: [
    "Nome do programa afetado",
    "Passos exatos para reproduzir o problema",
    "Resultado obtido e descrição do erro",
    "Resultado esperado",
  ],
};
