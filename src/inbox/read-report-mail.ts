import { linesThatMatter } from "../logs/lines-that-matter.ts";
import { placeOfKind } from "../logs/section-kinds.ts";
import type { Mail } from "../mime/mail.ts";
import { readPublicKeys } from "../openpgp/read-public-keys.ts";
import { keyFactsOf } from "../people/key-facts.ts";
import { textsOfReport } from "../search/texts-of-message.ts";
import type { StoredReport } from "../tickets/read-report.ts";
import { packText } from "../vault/pack.ts";
import { parseReport } from "../whisperback/parse-report.ts";
import type { Report } from "../whisperback/report.ts";
import { unwrap } from "../whisperback/unwrap.ts";
import { detectLanguage } from "./detect-language.ts";
import type { MailReading, OfferedKey, ReportReading } from "./mail-reading.ts";
import type { Opened } from "./open-mail.ts";
import { protectionOf } from "./protection-of.ts";

/** Reads a mail that is a WhisperBack report. Nothing in it is proven, and its header From names nobody. */
export async function readReportMail(
  outer: Mail,
  opened: Opened,
  whisperbackId: string | null,
): Promise<MailReading> {
  const report = parseReport(opened.cleartext);
  const handSaved = report.format === "hand-saved";
  const subject = report.summary.value ?? (handSaved ? opened.subject : "");
  return {
    ok: true,
    sender: "person",
    // The header From is the same for all reports, and anybody can have typed the address inside.
    noAutomaticAnswer: "It is a WhisperBack report",
    messageId: outer.messageId,
    references: [],
    from: handSaved ? (outer.from[0] ?? null) : null,
    named: [],
    subject,
    date: outer.date?.toISOString() ?? null,
    text: report.userText,
    attachments: opened.attachments,
    encryption: opened.encryption,
    signature: opened.signature,
    ...protectionOf(outer, opened),
    language: languageOf(report),
    offeredKeys: await keyOfReport(report),
    report: { ...openFacts(report, whisperbackId, outer, handSaved), ...sealedParts(report) },
    bounceOf: [],
    searchTexts: textsOfReport(subject, report, report.sections, opened.attachments),
    notRead: opened.notRead,
    warnings: [...opened.warnings, ...report.warnings],
  };
}

function languageOf(report: Report): string | null {
  const words = [report.summary.value ?? "", ...answersOf(report), report.message].join("\n");
  const hint = report.languageHint?.language.slice(0, 2) ?? null;
  return detectLanguage(words) ?? hint;
}

function answersOf(report: Report): string[] {
  return [...report.questions, ...report.oldAnswers].map(({ text }) => unwrap(text)).filter(Boolean);
}

async function keyOfReport(report: Report): Promise<OfferedKey[]> {
  if (report.key.value?.kind !== "block") return [];
  const keys = await readPublicKeys(report.key.value.value);
  return keys.map((key) => ({
    source: "report",
    also: [],
    fingerprint: key.fingerprint,
    armored: key.armored,
    facts: keyFactsOf(key),
  }));
}

function openFacts(report: Report, whisperbackId: string | null, outer: Mail, handSaved: boolean) {
  const { facts } = report;
  return {
    whisperbackId,
    // A report that a person mailed by hand is answered where it came from.
    contactAddress: report.contact.value?.address ?? (handSaved ? (outer.from[0]?.address ?? null) : null),
    tailsVersion: report.tailsVersion.value,
    installedVersion: report.installedVersion.value,
    manufacturer: facts.manufacturer,
    model: facts.model,
    ramMb: facts.ramMb,
    bootMedium: facts.bootMedium,
    persistentStorage: facts.persistentStorage,
    virtualMachine: facts.virtualMachine,
    coreboot: facts.coreboot,
    stickId: facts.stickId,
  };
}

function sealedParts(report: Report): Pick<ReportReading, "packedReport" | "packedLogs" | "logSections"> {
  const { sections, ...rest } = report;
  const stored: StoredReport = {
    ...rest,
    facts: { ...rest.facts, stickId: null },
    linesThatMatter: linesThatMatter(sections),
    sections: sections.map(({ title, kind, state, lineCount }) => ({
      title,
      kind,
      state,
      lineCount,
      ...placeOfKind(kind),
    })),
  };
  return {
    packedReport: packText(JSON.stringify(stored)),
    packedLogs: sections.length > 0 ? packText(JSON.stringify(sections)) : null,
    logSections: sections.length,
  };
}
