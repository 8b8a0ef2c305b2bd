import { type Database, sendTogether } from "#src/database.ts";
import type { SeededRandom } from "#src/demo/reports/seeded-random.ts";
import type { Outcome } from "./together-works.ts";

/** What one branch sends, one statement after the other, and how many functions deep it does so. */
type Branch = { depth: number; statements: ("insert" | "update" | "read")[] };
type Plan = { before: Branch[]; inside: Branch[]; after: Branch[] };

/** Branches at random, as pages and mails have a few of them, around a savepoint that may fail alone. */
export function drawBranches(random: SeededRandom): Plan {
  const kinds = ["insert", "update", "read"] as const;
  const some = <Value>(most: number, draw: () => Value) =>
    Array.from({ length: 1 + random.below(most) }, draw);
  const branches = () =>
    some(4, () => ({ depth: random.below(12), statements: some(3, () => random.pick(kinds)) }));
  return { before: branches(), inside: branches(), after: branches() };
}

let runs = 0;

export async function addScattered(db: Database): Promise<void> {
  await db.raw("create table scattered (run int not null, part text not null, value int not null default 0)");
}

/**
 * Runs them in a transaction, and looks at what is stored of it and of its savepoint: all or nothing. The codes are those
 * with which the savepoint failed.
 */
export async function runBranches(db: Database, check: Database, plan: Plan): Promise<Outcome> {
  runs += 1;
  const run = runs;
  const stored = async () => await check("scattered").where({ run }).pluck<string[]>("part");
  const codes: string[] = [];
  const together = (trx: Database, part: string, branches: Branch[]) =>
    sendTogether(branches.map((branch) => runBranch(trx, run, part, branch)));
  try {
    await db.transaction(async (trx) => {
      await together(trx, "outside", plan.before);
      await trx
        .transaction((inner) => together(inner, "inside", plan.inside))
        .catch((error: Error & { code?: string }) => void codes.push(error.code ?? error.message));
      await together(trx, "outside", plan.after);
    });
  } catch (error) {
    if ((await stored()).length > 0) throw new Error("A transaction that failed left rows", { cause: error });
    throw error;
  }
  const parts = await stored();
  const inside = parts.filter((part) => part === "inside").length;
  if (inside !== (codes.length > 0 ? 0 : inserts(plan.inside))) throw new Error("Half a savepoint is stored");
  if (parts.length - inside !== inserts([...plan.before, ...plan.after]))
    throw new Error("Half a transaction is stored");
  return { ok: true, ...(codes.length > 0 && { codes }) };
}

function inserts(branches: Branch[]): number {
  return branches.flatMap(({ statements }) => statements).filter((each) => each === "insert").length;
}

async function runBranch(trx: Database, run: number, part: string, branch: Branch): Promise<void> {
  const { depth, statements } = branch;
  if (depth > 0) return await runBranch(trx, run, part, { depth: depth - 1, statements });
  for (const statement of statements) {
    if (statement === "insert") await trx("scattered").insert({ run, part });
    else if (statement === "update") await trx("scattered").where({ run, part }).increment("value");
    else await trx("scattered").where({ run, part }).select("value");
  }
}
