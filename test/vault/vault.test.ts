import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { createVault } from "#src/vault/vault.ts";

const vault = createVault(randomBytes(32));

test("opens what it sealed, whatever the bytes", () => {
  const key = vault.newKey();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.string(), (bytes, purpose) => {
      const sealed = vault.sealBytes(key, purpose, bytes);
      assert.deepEqual(new Uint8Array(vault.openBytes(key, purpose, sealed)), bytes);
    }),
  );
});

test("sealed content holds no piece of the text, and differs each time", () => {
  const key = vault.newKey();
  const text = "lea.example@example.org".repeat(100);

  const [one, other] = [vault.seal(key, "address", text), vault.seal(key, "address", text)];

  assert.equal(one.includes("example"), false);
  assert.notDeepEqual(one, other);
});

test("long text becomes shorter before it is sealed", () => {
  const sealed = vault.seal(vault.newKey(), "logs", "kernel: rtw_8822ce failed\n".repeat(4000));

  assert.ok(sealed.length < 2000, `${sealed.length} bytes`);
});

test("refuses content that was changed, in any byte", () => {
  const key = vault.newKey();
  const sealed = vault.seal(key, "subject", "Wi-Fi drops");
  for (let place = 0; place < sealed.length; place += 1) {
    const changed = Buffer.from(sealed);
    changed[place] = (changed[place] ?? 0) ^ 1;
    assert.throws(() => vault.open(key, "subject", changed), `byte ${place}`);
  }
});

test("refuses content of another purpose, of another key, and of another master key", () => {
  const key = vault.newKey();
  const sealed = vault.seal(key, "subject", "Wi-Fi drops");

  assert.throws(() => vault.open(key, "address", sealed), /does not open/);
  assert.throws(() => vault.open(vault.newKey(), "subject", sealed), /does not open/);
  assert.throws(() => createVault(randomBytes(32)).open(key, "subject", sealed), /does not open/);
});

test("the same value has the same look-up hash, and another one of another kind or master key", () => {
  const hash = vault.lookUpHash("address", "lea@example.org");

  assert.deepEqual(vault.lookUpHash("address", "lea@example.org"), hash);
  assert.notDeepEqual(vault.lookUpHash("stick", "lea@example.org"), hash);
  assert.notDeepEqual(createVault(randomBytes(32)).lookUpHash("address", "lea@example.org"), hash);
});

test("a kind and a value never run into each other", () => {
  assert.notDeepEqual(vault.lookUpHash("a", "bc"), vault.lookUpHash("ab", "c"));
});
