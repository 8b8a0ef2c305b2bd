import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { messageIdOf, newReference, referenceOf } from "#src/outbox/message-id.ts";
import { createVault } from "#src/vault/vault.ts";

const vault = createVault(randomBytes(32));

test("a Message-ID of ours leads back to its mail, also in other letters", () => {
  const reference = newReference();
  const messageId = messageIdOf(vault, reference, "support@example.org");

  assert.match(messageId, /^<[0-9a-f]{32}\.[0-9a-f]{32}@example\.org>$/);
  assert.equal(referenceOf(vault, messageId), reference);
  assert.equal(referenceOf(vault, messageId.toUpperCase()), reference);
});

test("what a relay writes around it, or another host, changes nothing: the code proves it", () => {
  const reference = newReference();
  const id = messageIdOf(vault, reference, "support@example.org").slice(1, 66);

  for (const rewritten of [`${id}@relay.example`, `SRS0=x=${id}=example.org@relay.example`, `${id}.7@a@b`])
    assert.equal(referenceOf(vault, `<${rewritten}>`), reference, rewritten);
  for (const other of [`a${id}@x.example`, `${id}0@x.example`, id.toUpperCase().replace(".", "-")])
    assert.equal(referenceOf(vault, `<${other}>`), null, other);
});

test("whoever changes any digit of it, or makes one with another key, gets nothing", () => {
  const messageId = messageIdOf(vault, newReference(), "support@example.org");
  for (let place = 1; place <= 65; place += 1) {
    const digit = messageId[place] === "0" ? "1" : "0";
    assert.equal(referenceOf(vault, messageId.slice(0, place) + digit + messageId.slice(place + 1)), null);
  }
  const foreign = messageIdOf(createVault(randomBytes(32)), newReference(), "support@example.org");
  assert.equal(referenceOf(vault, foreign), null);
});

test("any other text is no Message-ID of ours", () => {
  fc.assert(fc.property(fc.string(), (text) => referenceOf(vault, text) === null));
});
