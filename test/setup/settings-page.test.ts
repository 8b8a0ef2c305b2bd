import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { listSettings } from "#src/config.ts";

const text = readFileSync(join(import.meta.dirname, "../../docs/settings.md"), "utf8");
const headings = { "Web and worker": "both", Web: "web", Worker: "worker" } as const;

test("docs/settings.md names every setting once, with its process, its default and whether it is secret", () => {
  const written = Object.entries(headings).flatMap(([heading, process]) =>
    rowsUnder(heading).map(([name = "", fallback = "", what = ""]) => ({
      name: name.replaceAll("`", ""),
      process,
      required: fallback === "required",
      default: /^(required|none)$/.test(fallback) ? null : fallback.replaceAll("`", ""),
      secret: /Secret\.$/.test(what),
    })),
  );

  assert.deepEqual(written, listSettings());
});

test("docs/settings.md says of each setting what it does", () => {
  for (const heading of Object.keys(headings))
    for (const [name, , what = ""] of rowsUnder(heading)) assert.match(what, /^[A-Z`].{8,}\.$/, name);
});

function rowsUnder(heading: string): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
