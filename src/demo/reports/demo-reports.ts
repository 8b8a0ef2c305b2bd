import { createHash } from "node:crypto";
import { journalOf } from "./journal.ts";
import { type Machine, machines } from "./machines.ts";
import { findRelease } from "./releases.ts";
import { sectionsOf } from "./sections.ts";
import { seededRandom } from "./seeded-random.ts";
import { type Stick, stickNamed } from "./sticks.ts";
import { toldInGerman } from "./texts-de.ts";
import { toldInEnglish } from "./texts-en.ts";
import { toldInSpanish } from "./texts-es.ts";
import { toldInFrench } from "./texts-fr.ts";
import { toldInItalian } from "./texts-it.ts";
import { toldInPortuguese } from "./texts-pt.ts";
import type { Language, ToldReport } from "./told-report.ts";
import { KEY_BLOCK_PLACE, whisperbackText } from "./whisperback-text.ts";

/** One report of the demo. `body` is the decoded text before MIME, with a mark where a key block belongs. */
export type DemoReport = {
  whisperbackId: string;
  body: string;
  address: string | null;
  wantsKey: boolean;
  language: Language;
  ageHours: number;
};

/** The 60 reports of the demo, oldest first; the same in each run. */
export function demoReports(): DemoReport[] {
  const reports = languages.flatMap((language) =>
    toldIn(language).map((told, index) => demoReport(told, language, `${language} ${index}`)),
  );
  return reports.sort((one, other) => other.ageHours - one.ageHours);
}

/** The body with the key block at its place; without one, the report is that of a person who gave no key. */
export function layOutReport(report: DemoReport, keyBlock: string | null): string {
  if (!report.wantsKey) return report.body;
  if (keyBlock) return report.body.replace(KEY_BLOCK_PLACE, () => keyBlock.replaceAll("\r\n", "\n").trim());
  return report.body.replace(`${KEY_BLOCK_PLACE}\n\n`, "").replace("OpenPGP-Key: included below\n", "");
}

/** What people wrote in this language. */
export function toldIn(language: Language): ToldReport[] {
  return toldByLanguage[language];
}

const toldByLanguage: Record<Language, ToldReport[]> = {
  en: toldInEnglish,
  fr: toldInFrench,
  de: toldInGerman,
  es: toldInSpanish,
  it: toldInItalian,
  pt: toldInPortuguese,
};

const languages: Language[] = ["en", "fr", "de", "es", "it", "pt"];

function demoReport(told: ToldReport, language: Language, name: string): DemoReport {
  return {
    whisperbackId: whisperbackIdFor(told.sending ?? name),
    body: bodyOf(told, language, name),
    address: told.contact?.match(/[\w.-]+@[\w.-]+\w/)?.[0] ?? null,
    wantsKey: told.key === "block",
    language,
    ageHours: told.ageHours,
  };
}

/** A number in hexadecimal, without leading zeros, as WhisperBack writes it. */
function whisperbackIdFor(name: string): string {
  return createHash("sha256").update(`report ${name}`).digest("hex").slice(0, 32).replace(/^0+/, "");
}

function bodyOf(told: ToldReport, language: Language, name: string): string {
  const machine: Machine = machines[told.machine];
  const release = findRelease(told.release);
  const stick = stickNamed(told.stick ?? told.sending ?? name);
  const commandLine = commandLineOf(machine, stick, told.bootOptions);

  const sections = sectionsOf({
    machine,
    release,
    installed: findRelease(told.installed ?? told.release),
    stick,
    language,
    commandLine,
    persistence: told.persistence ?? null,
    additionalSoftware: told.additionalSoftware ?? [],
    bridges: told.bridges ?? [],
  });
  const random = seededRandom(name);
  const journal = journalOf({
    random,
    machine,
    release,
    commandLine,
    language,
    trouble: told.trouble,
    size: { lines: told.journalLines },
  });
  return whisperbackText({ told, language, release, sections, journal });
}

/** What the kernel was started with; the options that a person added come last. */
export function commandLineOf(machine: Machine, stick: Stick, added = ""): string {
  const mitigation = machine.cpu.vendor === "GenuineIntel" ? "mds=full,nosmt " : "";
  return `BOOT_IMAGE=/live/vmlinuz initrd=/live/initrd.img boot=live config live-media=removable nopersistence noprompt timezone=Etc/UTC splash noautologin module=Tails slab_nomerge slub_debug=FZ mce=0 vsyscall=none init_on_free=1 ${mitigation}page_alloc.shuffle=1 randomize_kstack_offset=on spec_store_bypass_disable=on FSUUID=${stick.fsuuid} quiet ${added}`.trimEnd();
}
