import assert from "node:assert/strict";
import test, { suite } from "node:test";
import fc from "fast-check";
import { isId } from "#src/web/is-id.ts";
import { exactMoment, pageLinks, readCursor, writeCursor } from "#src/web/paging.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

const cursor = { moment: "2026-11-18T21:04:05.123456Z", id: "4127" };

suite("a cursor", () => {
  test("comes back from its text", () => {
    assert.deepEqual(readCursor(writeCursor(cursor)), cursor);
  });

  test("that is damaged or forged means the first page", () => {
    const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    for (const bad of [
      undefined,
      "",
      "x",
      ["a"],
      forged(cursor),
      forged([cursor.moment, "0"]),
      forged([cursor.moment, "9223372036854775808"]),
      forged(["2026-13-45T99:99:99.000000Z", "1"]),
      forged([cursor.moment, 1]),
      forged([cursor.moment, "1", "22"]),
      forged([cursor.moment, "1", 2]),
      forged([cursor.moment, "1", "2", "3"]),
      "x".repeat(10_000),
    ]) {
      assert.equal(readCursor(bad), null);
    }
    fc.assert(fc.property(fc.string(), (text) => readCursor(text) === null));
  });

  test("holds a moment to the microsecond, which Postgres takes back as the same", async (t) => {
    const { db } = await createTestDatabase(t);
    const exact = "2026-11-18T21:04:05.123456Z";
    await db("alarms").insert({ kind: "x", detail: "x", raised_at: exact });

    const row = await db("alarms").first<{ moment: string }>(
      exactMoment(db, "alarms.raised_at").wrap("", " as moment"),
    );

    assert.equal(row.moment, exact);
    assert.equal((await db("alarms").where("raised_at", row.moment)).length, 1);
  });

  test("carries the rank of its row where a list is sorted by it", () => {
    assert.deepEqual(readCursor(writeCursor({ ...cursor, rank: "2" })), { ...cursor, rank: "2" });
  });

  test("makes links that keep the filter", () => {
    const links = pageLinks("/tickets", { queue: "2", status: "" }, { current: cursor, next: cursor });
    assert.deepEqual(links, {
      first: "/tickets?queue=2",
      next: `/tickets?queue=2&after=${writeCursor(cursor)}`,
    });
    assert.deepEqual(pageLinks("/tickets", {}, { current: null, next: null }), { first: null, next: null });
  });
});

test("an id is a positive bigint and nothing else", () => {
  for (const id of ["1", "42", "9223372036854775807"]) assert.ok(isId(id), id);
  for (const id of ["0", "01", "-1", "1.5", "1e3", " 1", "9223372036854775808", "", "١", 1, null, ["1"]]) {
    assert.ok(!isId(id), String(id));
  }
});
