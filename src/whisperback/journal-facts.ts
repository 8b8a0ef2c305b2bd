import type { Facts } from "./report.ts";

/** What the kernel said at its start about the firmware of the computer. */
export function readJournalFacts(journal: string | null): Pick<Facts, "coreboot" | "secureBoot"> {
  if (journal === null) return { coreboot: null, secureBoot: null };
  return { coreboot: hasCoreboot(journal), secureBoot: readSecureBoot(journal) };
}

function hasCoreboot(journal: string): boolean {
  for (let at = journal.indexOf("COREBOOT"); at !== -1; at = journal.indexOf("COREBOOT", at + 1)) {
    const lineStart = journal.lastIndexOf("\n", at) + 1;
    if (/amnesia[^\n]*kernel[^\n]*ACPI:/.test(journal.slice(Math.max(lineStart, at - 400), at))) return true;

    const lineEnd = journal.indexOf("\n", at);
    if (lineEnd === -1) return false;
    at = lineEnd;
  }
  return false;
}

// The kernel speaks about Secure Boot in its first lines.
function readSecureBoot(journal: string): boolean | null {
  const match = /kernel: [^\n]{0,60}secure ?boot[^\n]{0,20}? (enabled|disabled)/i.exec(
    journal.slice(0, 1_000_000),
  );
  return match ? match[1]?.toLowerCase() === "enabled" : null;
}
