import { list, table } from "../torture/tables.ts";
import type { CanaryResult } from "./canaries.ts";

/** The result as Markdown. */
export function canaryTable(result: CanaryResult): string {
  const { counts, mailsOut, checked, leaks } = result;
  const lines = (begins: string) =>
    [...counts]
      .filter(([what]) => what.startsWith(begins))
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([what, times]): [string, number] => [what, times]);
  const places = new Map<string, number>();
  for (const { where, form } of leaks) {
    const place = `${where}, ${form}`;
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  return [
    `\n## Canaries, seed ${result.seed}\n`,
    table([
      ["random histories of tickets", result.histories],
      ...lines("mail:"),
      ...lines("became:"),
      ...lines("act:"),
      ...lines("server:"),
      ...lines("failed:"),
      ["mails that left in clear", mailsOut.clear],
      ["mails that left encrypted", mailsOut.encrypted],
      ["tables of the database looked at", checked.tables],
      ["values in them", checked.values],
      ["log lines", checked.logLines],
      ["seconds", result.seconds.toFixed(0)],
      ["**canaries in clear**", leaks.length],
    ]),
    ...list(
      "Where",
      [...places].slice(0, 40).map(([where, times]) => `${times} × ${where}`),
    ),
  ].join("\n");
}
