import type { Database } from "../database.ts";

/** The name of a template's files: what is left of its name in plain letters, with a number when that is taken. */
export async function freeSlug(db: Database, name: string): Promise<string> {
  const slug = slugOf(name);
  const taken = new Set(
    await db("reply_templates")
      .where("slug", slug)
      .orWhere("slug", "like", `${slug}-%`)
      .pluck<string[]>("slug"),
  );
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? slug : `${slug}-${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function slugOf(name: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replace(/^-+|-+$/g, "");
  return plain || "answer";
}
