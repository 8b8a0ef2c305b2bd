import assert from "node:assert/strict";
import test from "node:test";
import { isLate } from "#src/tickets/is-late.ts";

test("the promise is in hours of any day", () => {
  const ticket = { our_turn_since: new Date("2026-11-20T12:00:00Z"), promise_hours: 48 };
  assert.equal(isLate(ticket, Date.parse("2026-11-22T12:00:00Z")), false);
  assert.equal(isLate(ticket, Date.parse("2026-11-22T12:00:01Z")), true);
  assert.equal(isLate({ our_turn_since: null, promise_hours: 1 }), false);
});
