import { parseArgs } from "node:util";
import { tortureIntake } from "./torture/intake.ts";
import { tortureOutbox } from "./torture/outbox.ts";
import { intakeTable, outboxTable } from "./torture/tables.ts";

// `npm run torture`: see what breaks. `-- --seed 2 --mails 1000 --faults 100 --smtp-faults 100 --only intake`
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    mails: { type: "string", default: "10000" },
    faults: { type: "string", default: "1000" },
    "smtp-faults": { type: "string", default: "1000" },
    workers: { type: "string", default: "3" },
    only: { type: "string" },
  },
});
const began = performance.now();
const seed = Number(values.seed);
const onProgress = (sentence: string) =>
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${sentence}`);
let failed = false;

if (values.only !== "outbox") {
  const { mails, faults, workers } = values;
  const numbers = { mails: Number(mails), faults: Number(faults), workers: Number(workers) };
  const result = await tortureIntake({ seed, ...numbers, onProgress });
  console.log(intakeTable(result));
  failed ||= result.problems.length > 0;
}
if (values.only !== "intake") {
  const result = await tortureOutbox({ seed, faults: Number(values["smtp-faults"]), onProgress });
  console.log(outboxTable(result));
  failed ||= result.problems.length > 0;
}
process.exit(failed ? 1 : 0);
