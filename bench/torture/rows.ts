import type { Database } from "../../src/database.ts";

/** For each table how many rows there are, and a mark that differs when any of them was written. */
export type Rows = Map<string, { count: number; mark: string }>;

/** Who wrote a row (xmin) and where it lies (ctid) change whenever it is written: nothing of the rows is read. */
export async function rowsOf(db: Database): Promise<Rows> {
  tables ??= await db("pg_tables").where({ schemaname: "public" }).pluck("tablename");
  const each = tables.map(
    (table) =>
      `select '${table}' as name, count(*)::int,
         md5(coalesce(string_agg(ctid::text || xmin::text, ',' order by ctid), '')) as mark from "${table}"`,
  );
  const { rows } = await db.raw<{ rows: { name: string; count: number; mark: string }[] }>(
    each.join(" union all "),
  );
  return new Map(rows.map(({ name, count, mark }) => [name, { count, mark }]));
}

let tables: string[] | undefined;

/** The tables that were written between two moments, apart from some. */
export function written(before: Rows, after: Rows, apart: string[] = []): string[] {
  const names = [...after.keys()].filter((name) => !apart.includes(name));
  return names.filter((name) => before.get(name)?.mark !== after.get(name)?.mark);
}

/** How many rows each table has more, or fewer, than before; tables with as many as before are left out. */
export function added(before: Rows, after: Rows, apart: string[] = []): Map<string, number> {
  const names = [...after.keys()].filter((name) => !apart.includes(name));
  const counts = names.map((name): [string, number] => [
    name,
    (after.get(name)?.count ?? 0) - (before.get(name)?.count ?? 0),
  ]);
  return new Map(counts.filter(([, count]) => count !== 0));
}
