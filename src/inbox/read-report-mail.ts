import { createHash } from "node:crypto";
import { linesThatMatter } from "../logs/lines-that-matter.ts";
import { placeOfKind } from "../logs/section-kinds.ts";
import type { Mail } from "../mime/mail.ts";
import { namedAddresses } from "../mime/named-addresses.ts";
import type { NotRead } from "../mime/not-read.ts";
import { textsOfReport } from "../search/texts-of-message.ts";
import type { StoredReport } from "../tickets/read-report.ts";
import { packText } from "../vault/pack.ts";
import { parseReport } from "../whisperback/parse-report.ts";
import type { Report } from "../whisperback/report.ts";
import { unwrap } from "../whisperback/unwrap.ts";
import { detectLanguage } from "./detect-language.ts";
import { type KeysThatCame, readKeysThatCame } from "./keys-that-came.ts";
import type { MailReading, ReportReading } from "./mail-reading.ts";
import type { Opened } from "./open-mail.ts";
import { protectionOf } from "./protection-of.ts";

/**
 * Reads a mail that is a WhisperBack report. Nothing in it is proven, and its header From names nobody, unless a person
 * saved the report and mailed it by hand.
 */
export async function readReportMail(
  outer: Mail,
  opened: Opened,
  whisperbackId: string | null,
  byHand: boolean,
  deskAddress: string,
): Promise<MailReading> {
  const report = parseReport(opened.cleartext);
  const handSaved = byHand || report.format === "hand-saved";
  const came = await keysOf(report, opened, byHand);
  const subject = report.summary.value ?? (handSaved ? opened.subject : "");
  return {
    ok: true,
    sender: "person",
    // The header From is the same for all reports, and anybody can have typed the address inside.
    noAutomaticAnswer: "It is a WhisperBack report",
    showsCryptography: true,
    messageId: outer.messageId,
    references: [],
    from: handSaved ? (outer.from[0] ?? null) : null,
    named: handSaved
      ? namedAddresses(outer, { inner: opened.inner, text: "", attached: [] }, deskAddress)
      : [],
    subject,
    date: outer.date?.toISOString() ?? null,
    text: report.userText,
    attachments: opened.attachments,
    parts: opened.parts,
    encryption: opened.encryption,
    signature: opened.signature,
    ...protectionOf(outer, opened),
    language: languageOf(report),
    offeredKeys: came.keys,
    revocations: came.revocations,
    report: {
      ...openFacts(report, whisperbackId, outer, handSaved),
      contentDigest: digestOf(opened.cleartext),
      namesKey: report.key.state !== "absent",
      encryptedBy: byHand && opened.encryption === "encrypted" ? writersOf(report, outer) : [],
      ...sealedParts(report),
    },
    bounceOf: [],
    searchTexts: textsOfReport(subject, report, report.sections, opened.attachments),
    notRead: [...opened.notRead, ...came.notRead, ...keyNamed(report, came)],
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

/** From the key field, and whatever else a person put into the text or beside it; the header is the program's. */
async function keysOf({ key }: Report, { keyBlocks }: Opened, byHand: boolean): Promise<KeysThatCame> {
  const field = key.value?.kind === "block" ? [key.value.value] : [];
  const others = keyBlocks.filter(({ source }) => byHand || source !== "autocrypt");
  return await readKeysThatCame([
    ...field.map((block) => ({ source: "report" as const, where: "report", block })),
    ...others.map((one) =>
      one.source === "text" ? { ...one, source: "report" as const, where: "report" } : one,
    ),
  ]);
}

/** A key that the report names and does not bring; one that is damaged stands among those that came. */
function keyNamed({ key }: Report, { keys }: KeysThatCame): NotRead[] {
  if (key.state === "absent" || key.value?.kind === "block") return [];
  if (keys.some(({ fingerprint }) => fingerprint === key.value?.value)) return [];
  const named = { fingerprint: "by its fingerprint", keyid: "by its id", url: "by an address" };
  const why = key.value
    ? `it is named ${named[key.value.kind]}, and did not come`
    : "what stands in its field is no key that can be read";
  return [{ sort: "key", where: "report", why }];
}

function writersOf({ contact }: Report, outer: Mail): string[] {
  const addresses = [outer.from[0]?.address, contact.value?.address];
  return [...new Set(addresses.filter((address) => address !== undefined))];
}

/** The same for a report that is sent again, however its lines were ended or folded on the way. */
function digestOf(text: string): string {
  return createHash("sha256").update(text.replace(/\s+/g, " ").trim()).digest("hex");
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
