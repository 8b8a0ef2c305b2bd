import assert from "node:assert/strict";
import type { EventEmitter } from "node:events";
import { after, test } from "node:test";
import { setImmediate as later } from "node:timers/promises";
import { type Database, openDatabase, sendTogether } from "#src/database.ts";
import { statementsOf } from "#test/support/count-statements.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

const { db, url } = await createTestDatabase({ after });
/** One connection, so that the next statement goes to the one where the last failed. */
const one = openDatabase(url, { connections: 1 });
after(async () => await one.destroy());

test("the reason is that of the statement that failed, however near the others are", async () => {
  const works: ((trx: Database) => Promise<unknown>)[] = [
    (trx) => sendTogether([deeply(() => trx.raw("select 1 / 0")), trx.raw("select 1"), insert(trx)]),
    (trx) => sendTogether([insert(trx), trx.raw("select 1"), deeply(() => trx.raw("select 1 / 0"))]),
    (trx) => sendTogether([deeply(() => trx.raw("select 1 / 0")), deeply(() => insert(trx), 1)]),
  ];
  for (const work of works) {
    await assert.rejects(
      one.transaction(async (trx) => await work(trx)),
      { code: "22012", message: /division by zero/ },
    );
  }
  assert.deepEqual(await neverStored(), []);
});

test("a branch that would go on sends nothing after another one failed, nor after the rollback to a savepoint", async () => {
  const sent = await statementsOf(async () => {
    await one.transaction(async (trx) => {
      const inner = trx.transaction((savepoint) =>
        sendTogether([
          savepoint.raw("select 1 / 0").then(() => null),
          (async () => {
            await savepoint.raw("select 1").catch(() => {});
            await later();
            await insert(savepoint);
          })(),
          (async () => {
            await savepoint.raw("select 2").catch(() => {});
            await savepoint.transaction((third) => insert(third));
          })(),
        ]),
      );
      await assert.rejects(inner, { code: "22012" });
      await trx("queues").insert({ name: "after", position: 92 });
    });
  });

  assert.deepEqual(
    sent.map((sql) => sql.replace(/trx\d+/, "x").replace(/ \(.*/, "")),
    [
      "BEGIN;",
      "SAVEPOINT x;",
      "select 1 / 0",
      "select 1",
      "select 2",
      "ROLLBACK TO SAVEPOINT x",
      'insert into "queues"',
      "COMMIT;",
    ],
  );
  assert.deepEqual(await one("queues").where({ name: "after" }).pluck("position"), [92]);
  assert.deepEqual(await neverStored(), []);
});

test("nothing is under way any more when statements sent together have failed, also by an error of our own", async () => {
  let isOver = false;
  const own = new Error("of our own");
  const both = sendTogether([
    Promise.reject(own),
    (async () => {
      for (let number = 0; number < 5; number += 1) await one.raw("select ?::int", [number]);
      isOver = true;
    })(),
  ]);

  await assert.rejects(both, own);
  assert.ok(isOver);
});

test("what is sent together comes back each at its place, and a builder runs once", async () => {
  const sent = await statementsOf(async () => {
    const [first, none, second, given] = await sendTogether([
      one("queues").where({ name: "English" }).first<{ name: string }>("name"),
      null,
      deeply(() => one("queues").where({ name: "Deutsch" }).first<{ name: string }>("name")),
      "given",
    ]);
    assert.deepEqual([first.name, none, second.name, given], ["English", null, "Deutsch", "given"]);
  });
  assert.equal(sent.length, 2);
});

test("a statement with a name that was never parsed, since the transaction was aborted, is parsed later", async () => {
  const again = (trx: Database, name: string) => trx("queues").where({ name }).first("language", "position");
  const failed = one.transaction((trx) =>
    sendTogether([
      trx("queues").where({ no_such_column: 1 }).first("id"),
      // The first is not parsed; the others only name it.
      again(trx, "English"),
      again(trx, "Deutsch"),
      trx("queues").where({ no_such_column: 2 }).first("id"),
    ]),
  );
  await assert.rejects(failed, { code: "42703" });

  const positions = await one.transaction((trx) =>
    sendTogether([again(trx, "English"), again(trx, "Deutsch"), again(trx, "English")]),
  );
  assert.equal(positions.filter((row) => row?.position !== undefined).length, 3);
  const { rows } = await one.raw(
    `select count(*)::int from pg_prepared_statements where statement like 'select "language", "position"%'`,
  );
  assert.equal(rows[0].count, 1);
});

test("a connection where the values of a statement could not be written is not used again", async () => {
  const asked = (queue: number | bigint) =>
    one("ticket_events")
      .whereRaw("detail = ?::jsonb", [{ queue } as unknown as string])
      .select("id");

  await assert.rejects(asked(1n), /serialize a BigInt/);
  assert.deepEqual(await asked(1), []);
});

test("a transaction with an error that was overlooked is not taken for stored", async () => {
  const overlooked = one.transaction(async (trx) => {
    await insert(trx);
    await trx.raw("select 1 / 0").catch(() => {});
    return "stored";
  });
  await assert.rejects(overlooked, { code: "22012" });

  const unawaited = one.transaction((trx) => {
    trx.raw("select 1 / 0").then(undefined, () => {});
    return Promise.resolve("stored");
  });
  await assert.rejects(unawaited, { code: "22012" });
  assert.deepEqual(await neverStored(), []);
});

test("a savepoint with an error that was overlooked fails, and the transaction around it goes on", async () => {
  await one.transaction(async (trx) => {
    const overlooked = trx.transaction(async (savepoint) => {
      await insert(savepoint);
      await savepoint.raw("select 1 / 0").catch(() => {});
    });
    await assert.rejects(overlooked, { code: "22012" });
    await trx("queues").insert({ name: "around", position: 93 });
  });

  assert.deepEqual(await one("queues").where({ name: "around" }).pluck("position"), [93]);
  assert.deepEqual(await neverStored(), []);
});

test("what fails only at the commit fails with its reason, and the connection goes on", async () => {
  await one.raw("create table late (id int primary key deferrable initially deferred)");
  const late = one.transaction(async (trx) => await trx.raw("insert into late values (1), (1)"));

  await assert.rejects(late, { code: "23505" });
  assert.equal(
    await one.transaction(
      async (trx) => (await trx.raw<{ rows: { one: number }[] }>("select 1 as one")).rows[0]?.one,
    ),
    1,
  );
});

test("a transaction whose connection ends tells why, and the next one has another connection", async () => {
  const ended = one.transaction((trx) =>
    sendTogether([
      insert(trx),
      deeply(() => trx.raw("select pg_terminate_backend(pg_backend_pid())")),
      trx.raw("select 1"),
      deeply(async () => {
        for (;;) await trx.raw("select 2");
      }, 0),
    ]),
  );
  await assert.rejects(ended, { code: "57P01" });

  const between = one.transaction(async (trx) => {
    await endConnection(trx);
    await insert(trx);
  });
  await assert.rejects(between, { code: "57P01" });

  const own = new Error("of our own");
  const before = one.transaction(async (trx) => {
    await endConnection(trx);
    throw own;
  });
  await assert.rejects(before, own);
  assert.deepEqual(await neverStored(), []);
});

/** Ends the connection of a transaction between two statements, and waits until that is known here. */
async function endConnection(trx: Database): Promise<void> {
  const connection: EventEmitter = await trx.client.acquireConnection();
  const ended = new Promise((resolve) => connection.once("end", resolve));
  const { rows } = await trx.raw<{ rows: { pid: number }[] }>("select pg_backend_pid() as pid");
  await db.raw("select pg_terminate_backend(?)", [rows[0]?.pid ?? 0]);
  await ended;
}

test("a statement after one that ended its connection goes to another one", async () => {
  await assert.rejects(one.raw("select pg_terminate_backend(pg_backend_pid())"), { code: "57P01" });
  assert.ok(await one("queues").first("id"));
});

function insert(trx: Database): Promise<unknown> {
  return trx("queues")
    .insert({ name: "never", position: 90 })
    .then(() => null);
}

/** Many functions deep: an error needs longer to get out of them than one of a statement alone. */
async function deeply<Value>(work: () => PromiseLike<Value>, depth = 20): Promise<Value> {
  return depth === 0 ? await work() : await deeply(work, depth - 1);
}

async function neverStored(): Promise<unknown[]> {
  return await one("queues").where({ name: "never" });
}
