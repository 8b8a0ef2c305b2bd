import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What stands in a file of the demo's data; made and kept there the first time, for this account alone. */
export async function keptFile(path: string, make: () => string | Promise<string>): Promise<string> {
  if (existsSync(path)) return readFileSync(path, "utf8");
  const text = await make();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Whole or not at all, so that a start which was broken off is simply done again.
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return text;
}
