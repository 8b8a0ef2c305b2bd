type Parts = {
  subject?: string;
  from?: string;
  key?: string;
  version?: string; // without it, Headers were unticked
  prefill?: string[];
  text?: string;
  keyBlock?: string;
  sections?: [key: string, text: string][];
};

export const titles = [
  "What were you trying to achieve?",
  "What happened instead?",
  "What did you do that triggered this error?",
] as const;

export const cmdline = "/proc/cmdline";
export const manufacturer = "/usr/sbin/dmidecode -s system-manufacturer";
export const journal = "/bin/journalctl --catalog --no-pager";

/** The text of a report as Tails 7 makes it. */
export function makeReport(parts: Parts = {}): string {
  const headers = [`Subject: ${parts.subject ?? "It does not work"}`];
  if (parts.from !== undefined) headers.push(`From: ${parts.from}`);
  if (parts.key !== undefined) headers.push(`OpenPGP-Key: ${parts.key}`);
  headers.push(parts.version === undefined ? "" : versionBlock(parts.version));
  headers.push(...(parts.prefill ?? []));
  const block = parts.keyBlock === undefined ? "" : `${parts.keyBlock}\n\n`;
  return `${headers.join("\n")}\n\n${parts.text ?? ""}\n\n\n\n${block}\n${sectionsText(parts.sections ?? [])}`;
}

/** The sections as Tails 3.9 and later print them. */
export function sectionsText(sections: readonly (readonly [key: string, text: string])[]): string {
  return sections.map(([key, text]) => `\n======= content of ${key} =======\n${text}\n`).join("");
}

/** A question or heading with its dashes and its answer. */
export function answer(title: string, text: string): string {
  return `${title}\n${"-".repeat(Array.from(title).length)}\n\n${text}\n\n`;
}

/** The Tails-Version lines of Tails 6.0 and later. */
export function versionBlock(version: string): string {
  return `Tails-Version: NAME="Tails"\nID="tails"\nVERSION="${version}"\nHOME_URL="https://[URL REMOVED]\nTAILS_DISTRIBUTION="stable"`;
}

/** The smallest set of sections that a whole report has. */
export const fewSections: [string, string][] = [
  [cmdline, "BOOT_IMAGE=/live/vmlinuz FSUUID=2f3b-1c9d quiet"],
  [manufacturer, "Examplecorp"],
  [journal, "Nov 04 10:20:01 amnesia kernel: Linux version 6.12"],
];
