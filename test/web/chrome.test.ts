import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { readRail } from "#src/web/chrome.ts";
import { startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;

async function addTickets(count: number, ticket: object = {}): Promise<void> {
  const [key] = await db("vault_keys")
    .insert({ wrapped_key: Buffer.alloc(1) })
    .returning<{ id: string }[]>("id");
  const row = {
    queue_id: db("queues").where({ name: "English" }).select("id"),
    channel: "mail",
    key_id: key?.id,
    sealed_subject: Buffer.alloc(1),
    our_turn_since: db.fn.now(),
    ...ticket,
  };
  await db.batchInsert(
    "tickets",
    Array.from({ length: count }, () => row),
    500,
  );
}

suite("the rail", () => {
  test("counts what waits: our turn for each queue, mine, set aside, troubled answers", async () => {
    await addTickets(2);
    await addTickets(1, {
      queue_id: db("queues").where({ name: "Deutsch" }).select("id"),
      owner_id: staff.nina.id,
    });
    await addTickets(1, { status: "waiting_for_user", our_turn_since: null, owner_id: staff.nina.id });
    const key_id = db("vault_keys").max("id");
    const mail = { key_id, size_bytes: 1, state: "set_aside", set_aside_reason: "damaged" };
    await db("mails").insert({ ...mail, content_hash: Buffer.from("a") });
    await db("mails").insert({ ...mail, content_hash: Buffer.from("b") });
    const nina = await desk.signIn("nina");

    const page = await nina.visit("/account");

    const counts = page
      .$(".rail nav a")
      .toArray()
      .map((link) =>
        page
          .$(link)
          .text()
          .trim()
          .split(/\s{2,}|\s(?=\d)/),
      );
    assert.deepEqual(counts.slice(0, 10), [
      ["Shift", "3"],
      ["Mine", "1"],
      ["Search"],
      ["Mentions", "0"],
      ["Set aside", "2"],
      ["Outbox", "0"],
      ["All tickets"],
      ["English", "2"],
      ["Français", "0"],
      ["Deutsch", "1"],
    ]);
    assert.equal(page.$(".rail .late").text(), "2");
    assert.equal(page.$(".rail [aria-current=page]").attr("href"), "/account");
  });

  test("shows staff accounts to admins alone", async () => {
    const shown = async (name: "nina" | "ilse" | "adam") =>
      (await (await desk.signIn(name)).visit("/account")).$(".rail a[href='/staff']").length;
    assert.deepEqual([await shown("nina"), await shown("ilse"), await shown("adam")], [0, 0, 1]);
  });

  test("shows open alarms on every page until they are over", async () => {
    await db("alarms").insert({
      kind: "silence",
      detail: "No mail has come for 3 days",
      raised_at: "2026-01-01",
    });
    const nina = await desk.signIn("nina");

    const page = await nina.visit("/nowhere");
    assert.match(page.$(".banner.bad").text(), /No mail has come for 3 days/);
    assert.equal(page.$(".banner time").attr("datetime"), "2026-01-01T00:00:00.000Z");

    await db("alarms").update({ cleared_at: db.fn.now() });
    assert.equal((await nina.visit("/account")).$(".banner").length, 0);
  });

  test("counts no further than 1,000, in one statement", async () => {
    await addTickets(1500);
    const statements: string[] = [];
    db.on("query", ({ sql }: { sql: string }) => statements.push(sql));

    const rail = await readRail(db, staff.nina.id);

    assert.equal(statements.length, 1);
    assert.equal(rail.queues[0]?.our_turn, 1001);
    const page = await (await desk.signIn("nina")).visit("/account");
    assert.match(page.$(".rail").text(), /English\s+1,000\+/);
  });
});
