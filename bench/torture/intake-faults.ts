import type { SetFault } from "../../src/demo/fault-book.ts";
import type { Fault } from "../../src/demo/imap-server/faults.ts";
import type { ImapServer } from "../../src/demo/imap-server/start-imap-server.ts";
import type { SeededRandom } from "../../src/demo/reports/seeded-random.ts";
import type { ChaosPlan, ChaosProxy } from "../../test/support/chaos-proxy.ts";

export type FaultKind =
  | "worker killed (kill -9)"
  | "Postgres killed (SIGKILL), then recovery"
  | "disk full"
  | "UIDVALIDITY changed"
  | "IMAP server misbehaves"
  | "connection cut at a random byte"
  | "connection silent";

/** In which proportion the kinds come, in hundredths. */
const shares: [FaultKind, number][] = [
  ["worker killed (kill -9)", 38],
  ["Postgres killed (SIGKILL), then recovery", 8],
  ["disk full", 2],
  ["UIDVALIDITY changed", 18],
  ["IMAP server misbehaves", 16],
  ["connection cut at a random byte", 16],
  ["connection silent", 2],
];

/** How often each kind strikes in a run of so many faults: together at least that many, and each kind at least once. */
export function shareOut(faults: number, canFillDisk: boolean): Map<FaultKind, number> {
  const kinds = shares.filter(([kind]) => canFillDisk || kind !== "disk full");
  return new Map(kinds.map(([kind, share]) => [kind, Math.max(1, Math.ceil((faults * share) / 100))]));
}

/** These strike by themselves when a connection comes or a command is given; the others are done one after the other. */
const inBackground: FaultKind[] = [
  "IMAP server misbehaves",
  "connection cut at a random byte",
  "connection silent",
];

/** The kinds that are done one after the other, in a shuffled order. */
export function shuffle(counts: Map<FaultKind, number>, random: SeededRandom): FaultKind[] {
  const done = [...counts].filter(([kind]) => !inBackground.includes(kind));
  const deck = done.flatMap(([kind, count]) => Array<FaultKind>(count).fill(kind));
  for (let at = deck.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    const [one, two] = [deck[at], deck[other]];
    if (one && two) [deck[at], deck[other]] = [two, one];
  }
  return deck;
}

/** Sets the next thing that the IMAP server does wrong. */
export function misbehave(server: ImapServer, random: SeededRandom): SetFault {
  const atByte = 1 + random.below(20_000);
  const by = (1 + random.below(60)) * (random.below(2) ? 1 : -1);
  const faults: Fault[] = [
    { when: "MOVE", do: "lose answer" },
    { when: "MOVE", do: "no" },
    { when: "MOVE", do: "bye" },
    { when: "MOVE", do: "renumber" },
    { when: "MOVE", do: "cut", atByte: 1 + random.below(60) },
    { when: "FETCH", nth: 2, do: "cut", atByte },
    { when: "FETCH", nth: 2, do: "lose answer" },
    { when: "FETCH", nth: 2, do: "wrong length", by },
    { when: "FETCH", nth: 2, do: "renumber" },
    { when: "FETCH", nth: 2, do: "drip", bytes: 4000, everyMs: 5 },
    { when: "FETCH", do: "bye" },
    { when: "SEARCH", do: "no" },
    { when: "SEARCH", do: "exists twice" },
    { when: "LOGIN", do: "no", text: "[UNAVAILABLE] Not now" },
    { when: "SELECT", do: "no" },
    { when: "CONNECT", do: "refuse" },
  ];
  return server.fault(random.pick(faults));
}

/** Decides where the next connection is struck. */
export function planStrike(proxy: ChaosProxy, random: SeededRandom, kind: "cut" | "stall"): void {
  const direction = random.below(5) === 0 ? "to server" : "to client";
  // One half falls into greeting and sign-in, the other into the mails.
  const afterBytes = random.below(2) === 0 ? random.below(1500) : 1500 + random.below(20_000);
  const plan: ChaosPlan = {
    do: kind,
    direction,
    afterBytes: direction === "to server" ? afterBytes % 900 : afterBytes,
  };
  proxy.plan(plan);
}
