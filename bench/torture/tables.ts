import type { IntakeResult } from "./intake.ts";
import type { MailboxResult } from "./mailbox.ts";
import type { OutboxResult } from "./outbox.ts";
import type { TogetherResult } from "./together.ts";

/** The result of an intake torture as Markdown. */
export function intakeTable(result: IntakeResult): string {
  const { problems, failures, endedByItself, skipped } = result;
  return [
    `\n## Intake torture, seed ${result.seed}\n`,
    table([
      ["mails sent", result.mails],
      ...result.faults,
      ["faults together", [...result.faults.values()].reduce((sum, count) => sum + count, 0)],
      ["seconds", result.seconds.toFixed(0)],
      ["seconds from the last fault until all was read", result.secondsUntilQuiet.toFixed(1)],
      ["workers that ended by themselves while they started", endedByItself.starting],
      ["workers that ended by themselves while they ran", endedByItself.running],
      ["set aside with a right reason", result.setAside],
      ["set aside, and shown, without need", result.wronglySetAside],
      ["interrupted too often, then read at “try again”", result.triedAgain],
      ["**lost**", result.lost],
      ["**doubled**", result.doubled],
      ["**half tickets**", result.half],
    ]),
    ...list(
      "What the workers logged",
      [...failures].map(([what, count]) => `${count} × ${what}`),
    ),
    ...list("Skipped", skipped),
    ...list("Problems", problems),
  ].join("\n");
}

/** The result of servers that give their mail badly. */
export function mailboxTable({ seed, kinds, problems }: MailboxResult): string {
  const lines = kinds.map(({ kind, mails, first, second, later, lost, doubled }) =>
    ["", kind, mails, first, second, later, lost, doubled, ""].join(" | ").trim(),
  );
  return [
    `\n## Mailbox torture, seed ${seed}\n`,
    "| a server that … | mails | kept in pass 1 | in pass 2 | when the server gave it | **lost** | **doubled** |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...lines,
    ...list("Problems", problems),
  ].join("\n");
}

/** The result of an outbox torture as Markdown. */
export function outboxTable(result: OutboxResult): string {
  const { states, strikes } = result;
  return [
    `\n## Outbox torture, seed ${result.seed}\n`,
    table([
      ["answers", result.answers],
      ...[...strikes].map(([stage, count]): [string, number] => [`faults at ${stage}`, count]),
      ["faults together", [...strikes.values()].reduce((sum, count) => sum + count, 0)],
      ["workers killed (kill -9) in the middle of it", result.kills],
      ["faults after which nobody can know whether it left", result.leftOpen],
      ["seconds", result.seconds.toFixed(0)],
      ...Object.entries(states).map(([state, count]): [string, number] => [`ended ${state}`, count]),
      ["then sent again by the staff, under the same Message-ID", result.sentAgain],
      ["then given up by the staff", result.givenUp],
      ["**lost**", result.lost],
      ["**sent twice by the robot**", result.sentTwice],
      ["**unknown or failed, and not shown**", result.unknownNotShown],
    ]),
    ...list(
      "Why unknown",
      Object.entries(result.unknownBecause).map(([why, count]) => `${count} × ${why}`),
    ),
    ...list(
      "What the workers logged",
      [...result.failures].map(([what, count]) => `${count} × ${what}`),
    ),
    ...list("Problems", result.problems),
  ].join("\n");
}

/** The result of failing statements as Markdown. */
export function togetherTable(result: TogetherResult): string {
  const lines = [...result.works].flatMap(([name, { failed, nothing, without }]): [string, number][] => [
    [`${name}: statements that failed`, failed],
    [`${name}: then nothing was stored, with the reason`, nothing],
    ...(without > 0 ? [[`${name}: the rest was stored without it`, without] satisfies [string, number]] : []),
  ]);
  return [
    `\n## Statements that fail, seed ${result.seed}\n`,
    table([
      ...lines,
      ...[...result.codes].map(([code, count]): [string, number] => [`failed with ${code}`, count]),
      ["statements that failed together", [...result.codes.values()].reduce((sum, count) => sum + count, 0)],
      ["seconds", Math.round(result.seconds)],
    ]),
    ...list("Problems", result.problems),
  ].join("\n");
}

export function table(rows: [string, string | number][]): string {
  const lines = rows.map(([what, value]) => `| ${what} | ${value} |`);
  return ["| | |", "| --- | ---: |", ...lines].join("\n");
}

export function list(title: string, lines: string[]): string[] {
  return lines.length > 0 ? [`\n${title}:`, ...lines.map((line) => `- ${line}`)] : [];
}
