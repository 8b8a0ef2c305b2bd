import { ordinaryLine } from "./journal-noise.ts";
import { startOfSession } from "./journal-start.ts";
import type { Machine } from "./machines.ts";
import { isSince, type Release } from "./releases.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { Language } from "./told-report.ts";
import { type Trouble, troubles } from "./troubles.ts";

/** How the session went, and how much of it there is: a number of lines or of bytes. */
export type Session = {
  random: SeededRandom;
  machine: Machine;
  release: Release;
  commandLine: string;
  language: Language;
  trouble: Trouble;
  size: { lines: number } | { bytes: number };
};

/**
 * The text of `journalctl --catalog` for a session: its start, then ordinary lines with bursts of its
 * trouble between them. Catalog lines begin with blocks before 6.9 and with two dashes from then on.
 */
export function journalOf(session: Session): string[] {
  const { random, release, size } = session;
  const ledger = openLedger(session);

  const small = "bytes" in size && size.bytes < 6000;
  const start = startOfSession(session.machine, release, session.commandLine);
  for (const entry of small ? start.slice(0, 3) : start) ledger.write(entry, 0.4);

  let untilTrouble = 3 + random.below(12);
  while (!ledger.full()) {
    if (untilTrouble-- > 0) {
      ledger.write(ordinaryLine(random), 20);
      continue;
    }
    for (const line of troubles[session.trouble](random, session.machine)) ledger.write(line, 1);
    untilTrouble = 25 + random.below(90);
  }
  return ledger.lines;
}

type Ledger = { lines: string[]; write: (entry: string, secondsAtMost: number) => void; full: () => boolean };

/** Puts time stamps before the lines and counts what was written. */
function openLedger({ random, machine, release, language, size }: Session): Ledger {
  const plain = isSince(release.version, "6.9");
  const catalogPrefix = plain ? "--" : "░░";
  const month = monthNames[plain ? "en" : language][Number(release.date.slice(4, 6)) - 1] ?? "Jan";
  const day = String(1 + random.below(27)).padStart(2, "0");
  const midnight =
    Date.UTC(Number(release.date.slice(0, 4)), Number(release.date.slice(4, 6)) - 1, Number(day)) / 1000;
  const lines: string[] = [];
  let clock = 25_000 + random.below(30_000);
  let bytes = 0;

  if (!plain && !isSince(release.version, "5.20")) {
    const date = `${release.date.slice(0, 4)}-${release.date.slice(4, 6)}-${day}`;
    lines.push(
      `-- Journal begins at Mon ${date} ${timeOf(clock)} UTC, ends at Mon ${date} ${timeOf(clock + 5400)} UTC. --`,
    );
  }

  const write = (entry: string, secondsAtMost: number) => {
    if (!machine.wifi && entry.startsWith("wpa_supplicant")) return;
    clock += random.below(100) * 0.01 * secondsAtMost;
    const worded = machine.wifi ? entry : entry.replaceAll("wlan0", "eth0");
    const [first = "", ...catalog] = worded
      .replaceAll("EPOCH", String(midnight + Math.floor(clock)))
      .split("\n");
    const line = `${month} ${day} ${timeOf(clock)} amnesia ${first}`;
    lines.push(line);
    bytes += line.length + 1;
    for (const text of catalog) {
      lines.push(text === "" ? catalogPrefix : `${catalogPrefix} ${text}`);
      bytes += text.length + 1;
    }
  };
  const full = "lines" in size ? () => lines.length >= size.lines : () => bytes >= size.bytes;
  return { lines, write, full };
}

function timeOf(seconds: number): string {
  const whole = Math.floor(seconds) % 86_400;
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

const monthNames: Record<Language, string[]> = {
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  fr: ["janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
  de: ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"],
  es: ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
  it: ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"],
  pt: ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"],
};
