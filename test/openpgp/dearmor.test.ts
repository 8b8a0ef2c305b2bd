import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dearmor } from "#src/openpgp/dearmor.ts";

const block = (body: string) => `-----BEGIN PGP MESSAGE-----\n\n${body}\n-----END PGP MESSAGE-----`;

test("what is no base64 is no armour, whatever stands where", () => {
  const strict = /^[A-Za-z0-9+/]+={0,2}$/;
  const sign = fc.constantFrom("A", "z", "+", "/", "=", "-", "_", "!", "é", "9");
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 40 }), (signs) => {
      const body = signs.join("");
      // A line of "=" and four letters is a checksum; a lone letter at the end holds no byte.
      fc.pre(!/^=.{4}$/.test(body) && !body.startsWith("-"));
      const letters = body.replace(/=+$/, "").length;
      const expected = strict.test(body) && letters % 4 !== 1 ? Buffer.from(body, "base64") : null;

      assert.deepEqual(dearmor(block(body), "MESSAGE"), expected);
    }),
    { numRuns: 3000 },
  );
});

test("bytes come back as they were", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      const body = Buffer.from(bytes).toString("base64").replace(/.{64}/g, "$&\n");
      assert.deepEqual(dearmor(block(body), "MESSAGE"), Buffer.from(bytes));
    }),
  );
});
