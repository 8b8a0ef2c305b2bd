import assert from "node:assert/strict";
import { test } from "node:test";
import { changeLimits, lastHour, readLimits } from "#src/acknowledgements/limits.ts";
import { newMail, startAcknowledgingDesk } from "./cast.ts";

type Desk = Awaited<ReturnType<typeof startAcknowledgingDesk>>;

const went = async ({ db }: Desk) => (await db("acknowledgements").whereNotNull("message_id")).length;
const reasons = async ({ db }: Desk) =>
  await db("acknowledgements").whereNotNull("reason").distinct("reason").orderBy("reason").pluck("reason");

test("of three hundred forged senders in a minute, twenty get an answer, and all mails become tickets", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  for (let n = 0; n < 300; n += 1)
    await desk.keep(newMail({ from: `victim@host-${n}.net`, subject: `${n}` }));

  await desk.read();

  assert.equal(await went(desk), 20);
  assert.equal((await desk.db("outbox_mails")).length, 20);
  assert.equal((await desk.db("tickets")).length, 300);
  assert.deepEqual(await reasons(desk), ["As many as may leave in an hour have left (20)"]);
  assert.deepEqual(await lastHour(desk.db), { went: 20, kept: 280 });
});

test("two workers that read a hundred of them at the same moment send no more than one would", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const other = await desk.anotherWorker(t);
  for (let n = 0; n < 100; n += 1)
    await desk.keep(newMail({ from: `victim@host-${n}.net`, subject: `${n}` }));

  const outcomes = await Promise.all([desk.readAtOnce(50), other.readAtOnce(50)]);

  assert.deepEqual(outcomes.flat(), Array(100).fill("opened"));
  assert.equal(await went(desk), 20);
});

test("one domain gets five, its other hosts and letters counted, and another domain is not kept waiting by it", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const hosts = ["example.net", "a.example.net", "EXAMPLE.net", "b.c.example.net"];
  for (let n = 0; n < 8; n += 1) await desk.deliver(newMail({ from: `victim${n}@${hosts[n % 4]}` }));

  assert.equal(await went(desk), 5);
  assert.deepEqual(await reasons(desk), [
    "As many as may leave in an hour to one domain have left to its domain (5)",
  ]);
  await desk.deliver(newMail({ from: "lea@example.org" }));
  assert.equal(await desk.reason(), null);
  for (const from of ["a@one.co.uk", "a@two.co.uk", "b@two.co.uk"]) await desk.deliver(newMail({ from }));
  assert.equal(await went(desk), 9, "names under co.uk are not one domain");
});

test("people of a provider that many share are counted by the limit of all alone", async (t) => {
  const desk = await startAcknowledgingDesk(t);

  for (let n = 0; n < 22; n += 1) await desk.keep(newMail({ from: `person${n}@gmail.com`, subject: `${n}` }));
  await desk.read();

  assert.equal(await went(desk), 20);
});

test("an hour later the next ones go, and who was kept back counts as not answered yet", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await changeLimits(desk.db, { perHour: 1, perDomain: 1, staffId: desk.staffId });
  await desk.deliver(newMail({ from: "lea@example.org" }));
  await desk.deliver(newMail({ from: "paul@example.net" }));
  assert.match((await desk.reason()) ?? "", /^As many as may leave in an hour/);
  const paul = await desk.db("people").orderBy("id", "desc").first("acknowledged_at");
  assert.equal(paul.acknowledged_at, null);

  await desk.db("acknowledgements").update({ created_at: desk.db.raw("now() - interval '59 minutes'") });
  await desk.deliver(newMail({ from: "paul@example.net" }));
  assert.match((await desk.reason()) ?? "", /^As many as may leave in an hour/);

  await desk.db("acknowledgements").update({ created_at: desk.db.raw("now() - interval '61 minutes'") });
  await desk.deliver(newMail({ from: "paul@example.net" }));
  assert.equal(await desk.reason(), null);
});

test("the limits are twenty and five until a lead sets others, within bounds that the database holds", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const { per_hour, per_domain, changed_by_name } = await readLimits(desk.db);
  assert.deepEqual(
    { per_hour, per_domain, changed_by_name },
    { per_hour: 20, per_domain: 5, changed_by_name: null },
  );

  await changeLimits(desk.db, { perHour: 0, perDomain: 3, staffId: desk.staffId });
  assert.equal((await readLimits(desk.db)).changed_by_name, "ilse");
  await desk.deliver(newMail());
  assert.equal(await desk.reason(), "As many as may leave in an hour have left (0)");

  const refused = changeLimits(desk.db, { perHour: 1001, perDomain: 3, staffId: desk.staffId });
  await assert.rejects(refused, /acknowledgement_limits_per_hour_in_bounds/);
  await assert.rejects(
    desk.db("acknowledgement_limits").insert({ only_one: false }),
    /acknowledgement_limits_only_one/,
  );
  await assert.rejects(
    desk
      .db("acknowledgements")
      .whereNotNull("reason")
      .update({ message_id: 1, reason: null, language: "en" }),
    /acknowledgements_went_to_a_domain/,
  );
});
