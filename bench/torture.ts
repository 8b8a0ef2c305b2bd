import "#src/demo/own-environment.ts";
import { parseArgs } from "node:util";
import { runCanaries } from "./canaries/canaries.ts";
import { canaryTable } from "./canaries/canary-table.ts";
import { startTortureDatabase } from "./torture/database.ts";
import { tortureIntake } from "./torture/intake.ts";
import { tortureMailbox } from "./torture/mailbox.ts";
import { tortureOutbox } from "./torture/outbox.ts";
import { partsTable, tortureParts } from "./torture/parts.ts";
import { intakeTable, mailboxTable, outboxTable, togetherTable } from "./torture/tables.ts";
import { tortureTogether } from "./torture/together.ts";

// `npm run torture`: see what breaks, and what leaks.
// `-- --seed 2 --mails 1000 --faults 100 --smtp-faults 100 --histories 1000 --statements 300 --only intake` (or outbox,
// together, canaries, parts with --part-mails 2000, mailbox with --mailbox-rounds 20)
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    mails: { type: "string", default: "10000" },
    faults: { type: "string", default: "1000" },
    "smtp-faults": { type: "string", default: "1000" },
    histories: { type: "string", default: "10000" },
    statements: { type: "string", default: "3000" },
    "mailbox-rounds": { type: "string", default: "50" },
    "part-mails": { type: "string", default: "20000" },
    workers: { type: "string", default: "3" },
    only: { type: "string" },
  },
});
const began = performance.now();
const seed = Number(values.seed);
const onProgress = (sentence: string) =>
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${sentence}`);
let failed = false;

const wants = (part: "intake" | "mailbox" | "outbox" | "together" | "canaries" | "parts") =>
  !values.only || values.only === part;

if (wants("intake")) {
  const { mails, faults, workers } = values;
  const numbers = { mails: Number(mails), faults: Number(faults), workers: Number(workers) };
  const result = await tortureIntake({ seed, ...numbers, onProgress });
  console.log(intakeTable(result));
  failed ||= result.problems.length > 0;
}
if (wants("mailbox")) {
  const database = await startTortureDatabase(300);
  const { db } = database;
  const result = await tortureMailbox({ seed, rounds: Number(values["mailbox-rounds"]), db, onProgress });
  await database.stop();
  console.log(mailboxTable(result));
  failed ||= result.problems.length > 0;
}
if (wants("outbox")) {
  const result = await tortureOutbox({ seed, faults: Number(values["smtp-faults"]), onProgress });
  console.log(outboxTable(result));
  failed ||= result.problems.length > 0;
}
if (wants("together")) {
  const result = await tortureTogether({ seed, failures: Number(values.statements), onProgress });
  console.log(togetherTable(result));
  failed ||= result.problems.length > 0;
}
if (wants("parts")) {
  const result = await tortureParts({ seed, mails: Number(values["part-mails"]), onProgress });
  console.log(partsTable(result));
  failed ||= result.problems.length > 0;
}
if (wants("canaries")) {
  const result = await runCanaries({ seed, histories: Number(values.histories), onProgress });
  console.log(canaryTable(result));
  failed ||= result.leaks.length > 0 || [...result.counts.keys()].some((what) => what.startsWith("failed"));
}
process.exit(failed ? 1 : 0);
