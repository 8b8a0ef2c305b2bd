import type { Facts } from "./report.ts";

/** What the kernel said at its start about the firmware of the computer. */
export function readJournalFacts(journal: string | null): Pick<Facts, "coreboot" | "secureBoot"> {
  if (journal === null) return { coreboot: null, secureBoot: null };
  return { coreboot: hasCoreboot(journal), secureBoot: readSecureBoot(journal) };
}

function hasCoreboot(journal: string): boolean {
  let at = journal.indexOf("COREBOOT");
  while (at !== -1) {
    const end = journal.indexOf("\n", at);
    const line = journal.slice(journal.lastIndexOf("\n", at) + 1, end === -1 ? journal.length : end);
    if (holdsInOrder(line, ["amnesia", "kernel", "ACPI:", "COREBOOT"])) return true;
    at = end === -1 ? -1 : journal.indexOf("COREBOOT", end);
  }
  return false;
}

function holdsInOrder(line: string, words: readonly string[]): boolean {
  let at = 0;
  for (const word of words) {
    const found = line.indexOf(word, at);
    if (found === -1) return false;
    at = found + word.length;
  }
  return true;
}

// The kernel speaks about Secure Boot in its first lines.
function readSecureBoot(journal: string): boolean | null {
  const match = /kernel: [^\n]{0,60}secure ?boot[^\n]{0,20}? (enabled|disabled)/i.exec(
    journal.slice(0, 1_000_000),
  );
  return match ? match[1]?.toLowerCase() === "enabled" : null;
}
