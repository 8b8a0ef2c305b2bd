/** The id in a Subject such as "Fwd: Bug report: a1b2…", with anything in front; null when there is none. */
export function findReportId(subject: string): string | null {
  return /\bBug report: ([0-9a-f]{1,32})\b/.exec(subject.slice(0, 10_000))?.[1] ?? null;
}

/** The ids that a text links to as wb:<id> or wb://<id>, each once, in order. */
export function findReportLinks(text: string): string[] {
  return [...new Set([...text.matchAll(/\bwb:(?:\/\/)?([0-9a-f]{1,32})\b/g)].map(([, id]) => id ?? ""))];
}

/** What a mail is; `hint` tells staff why something that looks like a report is kept as ordinary mail. */
export type Recognised =
  | { kind: "report"; id: string }
  | { kind: "hand-saved"; id: string | null }
  | { kind: "mail"; id: string | null; hint: string | null };

/**
 * Decide whether a mail is a WhisperBack report: an id in its outer Subject, OpenPGP encryption, and a cleartext
 * that begins with "Subject:", all three. A mail with the technical details pasted in is a hand-saved report.
 */
export function recogniseReport(mail: {
  subject: string;
  encrypted: boolean;
  cleartext: string;
}): Recognised {
  const id = findReportId(mail.subject);
  const startsAsReport = /^\uFEFF?Subject:/.test(mail.cleartext);
  if (id !== null && mail.encrypted && startsAsReport) return { kind: "report", id };
  if (isHandSaved(mail.cleartext)) return { kind: "hand-saved", id };
  return { kind: "mail", id, hint: hintOf(id !== null, mail.encrypted, startsAsReport) };
}

function isHandSaved(text: string): boolean {
  return (
    /(?:^|\n)Tails-Version:/.test(text) &&
    /(?:^|\n)======= content of [^\n]{1,4000} =======(?:\r?\n|$)/.test(text)
  );
}

function hintOf(hasId: boolean, encrypted: boolean, startsAsReport: boolean): string | null {
  if (hasId && startsAsReport) return "It looks like a WhisperBack report, but it was not encrypted.";
  if (hasId && encrypted) return "The Subject has the id of a report, but the text is not a report.";
  if (hasId) return "The Subject has the id of a report.";
  if (encrypted && startsAsReport)
    return "The text begins like a WhisperBack report, but the Subject has no id.";
  return null;
}
