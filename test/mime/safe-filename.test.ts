import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { safeFilename } from "#src/mime/safe-filename.ts";

test("keeps the extension of a name that is too long", () => {
  const name = safeFilename(`${"é".repeat(500)}.tar.gz`);

  assert.equal(Array.from(name).length, 120);
  assert.match(name, /\.gz$/);
});

test("keeps the joiners of a script and of emoji, and no other invisible letters", () => {
  assert.equal(safeFilename("نمی‌شود.png"), "نمی‌شود.png");
  assert.equal(safeFilename("👩‍💻.png"), "👩‍💻.png");
  assert.equal(safeFilename("in\u200dvoice\u202egnp.exe"), "invoicegnp.exe");
  assert.equal(safeFilename("علی\u200f\u202e.exe"), "علی.exe");
});

test("gives a name that is safe, whatever comes in", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
      const safe = safeFilename(name);
      assert.match(safe, /^[^/\\<>:"|?*\p{Cc}]{1,240}$/u);
      assert.doesNotMatch(safe, /(?![\u200c\u200d])\p{Cf}/u);
      assert.ok(safe !== "." && safe !== ".." && safe.isWellFormed());
    }),
  );
});
