import type { SeededRandom } from "../../src/demo/reports/seeded-random.ts";
import type { SmtpFault, SmtpStage } from "../../src/demo/smtp-faults.ts";

export const stages: SmtpStage[] = [
  "connect",
  "greeting",
  "ehlo",
  "auth",
  "mail",
  "rcpt",
  "data",
  "body",
  "end",
  "answered",
];

/** What goes wrong at a stage, and whether the sender can still know that the mail did not leave. */
export type Strike = { stage: SmtpStage; fault: SmtpFault; leavesItOpen: boolean; kills: boolean };

/** The n-th strike: the stages in turn, the way it goes wrong by chance; one in ten kills the senders in the silence. */
export function drawStrike(n: number, random: SeededRandom): Strike {
  const stage = stages[n % stages.length] ?? "end";
  const kills = random.below(10) === 0 && stage !== "answered";
  const fault = {
    stage,
    ...(kills ? ({ do: "silence" } as const) : way(stage, random)),
    ...detail(stage, random),
  };
  // The hardest case is in every run, however short: kept, and nobody told the sender.
  if (n === stages.indexOf("end"))
    return { stage, fault: { stage, do: "close", kept: true }, leavesItOpen: true, kills: false };
  // A server that says no to the whole mail has not kept it.
  if (fault.do === "reply") fault.kept = false;
  const leavesItOpen = (stage === "body" || stage === "end") && fault.do !== "reply" && !kills;
  return { stage, fault, leavesItOpen, kills };
}

function way(stage: SmtpStage, random: SeededRandom) {
  const mayReply = !["connect", "body", "answered"].includes(stage);
  const chance = random.below(10);
  if (chance < 2) return { do: "silence" } as const;
  if (chance < 5 || !mayReply) return { do: "close" } as const;
  if (chance < 6) return { do: "reply", code: random.pick([550, 552, 554]) } as const;
  return { do: "reply", code: random.pick([421, 450, 451, 452]) } as const;
}

function detail(stage: SmtpStage, random: SeededRandom): { kept?: boolean; atByte?: number } {
  if (stage === "end") return { kept: random.below(2) === 0 };
  if (stage === "body") return { atByte: 1 + random.below(600) };
  return {};
}
