import { commandLineOf, toldIn } from "./demo-reports.ts";
import { journalOf } from "./journal.ts";
import { type Machine, machines } from "./machines.ts";
import { findRelease, recentVersions } from "./releases.ts";
import { sectionsOf } from "./sections.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import { stickNamed } from "./sticks.ts";
import type { Language, ToldReport } from "./told-report.ts";
import { whisperbackText } from "./whisperback-text.ts";

/** What a made-up report may be asked for: the size of its journal in bytes, and its language. */
export type SeededOptions = { logBytes?: number; language?: Language };

/**
 * A realistic report body made from a number: the same for the same number, another one for another.
 * About 4 kB, and as much more as the journal is asked to be long.
 */
export function seededReport(seed: number, options: SeededOptions = {}): string {
  const random = seededRandom(`report ${seed}`);
  const language = options.language ?? random.pick(languages);
  const release = findRelease(random.pick(recentVersions));
  const told = retold(random, language, seed, release.version);
  const machine: Machine = machines[told.machine];
  const stick = stickNamed(`${seed}`);
  const commandLine = commandLineOf(machine, stick);

  const around = {
    machine,
    release,
    installed: findRelease("6.14.1"),
    stick,
    language,
    commandLine,
    persistence: told.persistence ?? null,
    additionalSoftware: [],
    bridges: [],
  };
  const sections = sectionsOf(around).filter(({ key }) => shortSections.some((part) => key.includes(part)));
  const journal = journalOf({
    random,
    machine,
    release,
    commandLine,
    language,
    trouble: told.trouble,
    size: { bytes: options.logBytes ?? 500 },
  });
  return whisperbackText({ told, language, release, sections, journal });
}

const languages: Language[] = ["en", "en", "en", "fr", "fr", "de", "es", "it", "pt"];
const shortSections = [
  "cmdline",
  "dmidecode",
  "lspci",
  "free --mega",
  "df --human",
  "persistence.conf",
  "os-release",
];

/** Mixes the answers of people with one trouble, and adds what only this report says. */
function retold(random: SeededRandom, language: Language, seed: number, release: string): ToldReport {
  const asked = toldIn(language).filter(({ questions }) => questions);
  const main = random.pick(asked);
  const alike = asked.filter(({ trouble }) => trouble === main.trouble);
  const answer = (index: 0 | 1 | 2) => random.pick(alike).questions?.[index] || main.questions?.[index] || "";
  const detail = details[language](2 + random.below(58), 1 + random.below(28), random.hex(6));
  return {
    ...main,
    machine: random.pick(alike).machine,
    release,
    contact:
      random.below(3) === 0 ? undefined : `reader${seed}@example.${random.pick(["org", "net", "com"])}`,
    key: undefined,
    bugSpecific: undefined,
    withoutHeaders: undefined,
    withoutDebugging: undefined,
    questions: [answer(0), `${answer(1)} ${detail}`, answer(2)],
  };
}

/** A sentence of its own for each report: minutes, days and the code of a screen or a file. */
const details: Record<Language, (minutes: number, days: number, code: string) => string> = {
  en: (minutes, days, code) =>
    `It happened after ${minutes} minutes, and for ${days} days now. The note on the screen ended with ${code}.`,
  fr: (minutes, days, code) =>
    `Cela arrive au bout de ${minutes} minutes, depuis ${days} jours. Le message se terminait par ${code}.`,
  de: (minutes, days, code) =>
    `Es passiert nach ${minutes} Minuten, seit nunmehr ${days} Tagen. Die Meldung endete mit ${code}.`,
  es: (minutes, days, code) =>
    `Pasa a los ${minutes} minutos, desde hace ${days} días. El mensaje terminaba en ${code}.`,
  it: (minutes, days, code) =>
    `Succede dopo ${minutes} minuti, da ${days} giorni. Il messaggio finiva con ${code}.`,
  pt: (minutes, days, code) =>
    `Acontece depois de ${minutes} minutos, há ${days} dias. A mensagem terminava com ${code}.`,
};
