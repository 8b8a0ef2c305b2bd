import type { Database } from "../database.ts";
import { type VersionField, type VersionsOf, versionColumns } from "./field-sql.ts";
import type { End, FieldName, Value } from "./query.ts";

/**
 * Compares the versions that tickets have with those asked for. What is not known is not among them, and what is no version
 * has no key: neither is below or above anything. PostgreSQL makes the keys, and plans this statement once; one for all.
 */
export async function readVersions(
  db: Database,
  asked: { field: FieldName; value: Value }[],
): Promise<VersionsOf> {
  const compared = asked.flatMap(({ field, value }) =>
    field === "tails" || field === "first" ? textsIn(value).map((text) => ({ field, text })) : [],
  );
  if (compared.length === 0) return () => [];
  const fields = [...new Set(compared.map(({ field }) => field))].sort();
  const typed = [...new Set(compared.map(({ text }) => text))];
  const lists = fields.map(
    (field) =>
      `array(select array[version, key] from known_${versionColumns[field]}s where key is not null) as ${field}`,
  );
  const result = await db.raw<{ rows: ({ typed: (string | null)[] } & Known)[] }>(
    `select ${lists.join(", ")},
       array(select version_key(text) from unnest(?::text[]) with ordinality as typed (text, place) order by place) as typed`,
    [typed],
  );
  const [row] = result.rows;
  if (!row) throw new Error("The versions came back empty");
  const keys = new Map(typed.map((text, place) => [text, row.typed[place] ?? null]));
  return (field, value) =>
    (row[field] ?? []).flatMap(([version, key]) => (isInside(key, value, keys) ? [version] : []));
}

type Known = Partial<Record<VersionField, [version: string, key: string][]>>;

function textsIn(value: Value): string[] {
  if (value.how === "is") return [value.text];
  if (value.how !== "range") return [];
  return [value.from, value.to].flatMap((end) => end?.text ?? []);
}

/** Keys are ASCII, so that their order as texts is that of their bytes. */
function isInside(key: string, value: Value, keys: Map<string, string | null>): boolean {
  if (value.how === "is") return key === keys.get(value.text);
  if (value.how !== "range") return false;
  const isOn = (end: End | null, isBeyond: (other: string) => boolean) => {
    if (!end) return true;
    const other = keys.get(end.text);
    return typeof other === "string" && (isBeyond(other) || (end.included && key === other));
  };
  return isOn(value.from, (from) => key > from) && isOn(value.to, (to) => key < to);
}
