import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { mergeTickets } from "#src/tickets/merge.ts";
import { addNote } from "#src/tickets/note.ts";
import { rememberRead, rememberReadOfAll } from "#src/tickets/reads.ts";
import { splitMessages } from "#src/tickets/split.ts";
import { undoEvent } from "#src/tickets/undo.ts";
import { mergesOf, unmergeTickets } from "#src/tickets/unmerge.ts";
import { startDesk } from "#test/support/browser.ts";
import { statementsOf } from "#test/support/count-statements.ts";
import { type MessageTold, storeTicket } from "#test/support/search-archive.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");
type Person = typeof nina;
const write = (ticketId: string, text = "Look at this", who = staff.ilse) =>
  addNote(db, vault, { ticketId, staffId: who.id, text });
const marks = (ticketId: string) => db("ticket_reads").where({ ticket_id: ticketId }).orderBy("staff_id");

test("a ticket is unread until its page was opened, for each of the staff on their own", async () => {
  const id = await store("wombat");

  assert.ok(await isUnread(nina, id));
  await nina.visit(`/tickets/${id}`);

  assert.equal(await isUnread(nina, id), false);
  assert.ok(await isUnread(ilse, id));
  assert.deepEqual(
    (await marks(id)).map(({ staff_id }) => staff_id),
    [staff.nina.id],
  );
});

test("what a colleague, the person or a mail server writes is unread; what I write, or the desk by itself, is not", async () => {
  const id = await store("wallaby");
  await nina.visit(`/tickets/${id}`);

  await write(id, "My own", staff.nina);
  assert.equal(await isUnread(nina, id), false);
  await add(id, { kind: "acknowledgement" });
  assert.equal(await isUnread(nina, id), false);

  await write(id);
  assert.ok(await isUnread(nina, id));
  await nina.visit(`/tickets/${id}`);
  await add(id, { kind: "from_user" });
  assert.ok(await isUnread(nina, id));
  await nina.visit(`/tickets/${id}`);
  assert.equal(await isUnread(nina, id), false);
});

test("a mail that was received before my visit, and read by the desk after it, is unread", async () => {
  const id = await store("quokka");
  await nina.visit(`/tickets/${id}`);

  await add(id, { kind: "from_user", created_at: new Date(Date.now() - 3_600_000) });

  assert.ok(await isUnread(nina, id));
});

test("what was written to last before somebody began here is not unread for them", async () => {
  const id = await store("numbat");
  await db("staff")
    .where({ id: staff.nina.id })
    .update({ unread_since: db.raw("now() + interval '1 second'") });
  try {
    assert.equal(await isUnread(nina, id), false);
    assert.ok(await isUnread(ilse, id));
  } finally {
    await db("staff")
      .where({ id: staff.nina.id })
      .update({ unread_since: db.raw("now() - interval '1 day'") });
  }
  assert.ok(await isUnread(nina, id));
});

test("the page writes when there is something new, and of two windows the one that showed more stays", async () => {
  const id = await store("bilby");
  const row = () => db("ticket_reads").where({ ticket_id: id }).first(db.raw("xmin, xmax, ctid, *"));
  await nina.visit(`/tickets/${id}`);
  const first = await row();
  await nina.visit(`/tickets/${id}`);
  assert.deepEqual(await row(), first);

  await write(id);
  await nina.visit(`/tickets/${id}`);
  const second = await row();
  assert.notDeepEqual(second, first);
  await rememberRead(db, {
    ticketId: id,
    staffId: staff.nina.id,
    lastMessageId: String(first?.last_message_id),
  });
  assert.deepEqual(await row(), second);
  const upTo = String(first?.last_message_id);
  await rememberReadOfAll(db, { ticketIds: [id], staffId: staff.nina.id, upTo });
  assert.equal((await row())?.last_message_id, second?.last_message_id);

  await Promise.all(
    Array.from({ length: 8 }, async () => {
      await write(id);
      await nina.visit(`/tickets/${id}`);
    }),
  );
  await nina.visit(`/tickets/${id}`);
  assert.equal(await isUnread(nina, id), false);
});

test("the page is shown also when it cannot be remembered that it was", async () => {
  const id = await store("potoroo");
  await db.raw(`create function refuse() returns trigger language plpgsql as $$ begin
    raise exception 'lea@example.org'; end $$`);
  await db.raw("create trigger refuse before insert on ticket_reads execute function refuse()");
  try {
    const page = await nina.visit(`/tickets/${id}`);

    assert.equal(page.status, 200);
    assert.equal(page.$("h1").text(), "About a potoroo");
    assert.match(desk.log(), /that a ticket was read could not be remembered/);
    assert.doesNotMatch(desk.log(), /lea@example/);
  } finally {
    await db.raw("drop trigger refuse on ticket_reads");
  }
});

suite("when tickets are merged and split", () => {
  test("who has read both has read what comes of them, and all others have not", async () => {
    const [source, target] = [await store("dunnart"), await store("quoll")];
    for (const id of [target, source]) await nina.visit(`/tickets/${id}`);
    await ilse.visit(`/tickets/${target}`);

    assert.ok((await mergeTickets(db, { sourceId: source, targetId: target, staffId: staff.adam.id })).ok);

    assert.equal(await isUnread(nina, target), false);
    assert.ok(await isUnread(ilse, target));
    const [merge] = await mergesOf(db, target);
    assert.ok((await unmergeTickets(db, String(merge?.id), staff.adam.id)).ok);
    assert.equal(await isUnread(nina, source), false);
    assert.equal(await isUnread(nina, target), false);
    assert.ok(await isUnread(ilse, source));
  });

  test("an older ticket that I never opened is unread on the one it goes into, and a newer one that I read is read", async () => {
    const [older, middle, newer] = [await store("emu"), await store("cassowary"), await store("kiwi")];
    for (const id of [middle, newer]) await nina.visit(`/tickets/${id}`);

    assert.ok((await mergeTickets(db, { sourceId: newer, targetId: middle, staffId: staff.adam.id })).ok);
    assert.equal(await isUnread(nina, middle), false);
    assert.ok((await mergeTickets(db, { sourceId: older, targetId: middle, staffId: staff.adam.id })).ok);
    assert.ok(await isUnread(nina, middle));
  });

  test("a message that was read is read on the ticket that it becomes, and after that was undone", async () => {
    const id = await store("echidna", [
      { kind: "from_user", text: "More" },
      { kind: "from_user", text: "And more" },
    ]);
    await nina.visit(`/tickets/${id}`);
    const messageIds = (await db("messages").where({ ticket_id: id }).orderBy("id").pluck("id")).slice(1);

    const split = await splitMessages(db, vault, { ticketId: id, messageIds, staffId: staff.adam.id });

    assert.ok(split.ok);
    assert.equal(await isUnread(nina, split.ticketId), false);
    assert.ok(await isUnread(ilse, split.ticketId));
    const event = await db("ticket_events").where({ ticket_id: id, action: "split" }).first("id");
    assert.ok((await undoEvent(db, vault, event.id, staff.adam.id)).ok);
    assert.equal(await isUnread(nina, id), false);
    assert.ok(await isUnread(ilse, id));
  });
});

suite("a list is marked as read", () => {
  test("all of it up to what was there when it was shown, for the one who asks", async () => {
    const [one, two] = [await store("galah"), await store("corella")];
    const elsewhere = await store("currawong");
    await db("tickets").where({ id: elsewhere }).update({ queue_id: 3 });
    const list = await nina.visit("/tickets?queue=1");
    assert.ok(unreadOn(list).includes(one) && unreadOn(list).includes(two));
    await write(two, "This came after the list was shown");

    const done = await nina.submit(list, {}, { button: "Mark all of this list as read" });

    assert.equal(new URL(done.url).search, "?status=our_turn&queue=1");
    assert.match(done.$("[role=status]").text(), /^\d+ tickets of this list are read now\.$/);
    assert.deepEqual(unreadOn(done), [two]);
    assert.ok(await isUnread(nina, elsewhere));
    assert.ok(await isUnread(ilse, one));
    const again = await nina.submit(
      await nina.visit("/tickets?queue=1"),
      {},
      { button: "Mark all of this list as read" },
    );
    assert.match(again.$("[role=status]").text(), /^1 ticket of this list is read now\.$/);
    const nothing = await nina.submit(again, {}, { button: "Mark all of this list as read" });
    assert.match(nothing.$("[role=status]").text(), /^Nothing in this list was unread\.$/);
  });

  test("a list that is narrowed by a search offers it not, and a forged form changes nothing", async () => {
    const id = await store("jabiru");
    assert.doesNotMatch((await nina.visit("/tickets?q=jabiru")).$("main").text(), /Mark all/);

    const token = String((await nina.visit("/tickets?status=any")).$("input[name=_csrf]").attr("value"));
    const forged = async (fields: string, csrf = token) =>
      await nina.post("/tickets/read", `_csrf=${csrf}&list_status=any&${fields}`);
    for (const fields of ["", "up_to=banana", "up_to=-1", "up_to=99999999999999999999", "up_to=8&up_to=9"]) {
      const page = await forged(fields);
      assert.equal(new URL(page.url).search, "?status=any");
      assert.ok(await isUnread(nina, id), fields);
    }
    const refused = await forged("up_to=999999&list_tag=nosuchtag");
    assert.match(refused.$("[role=status]").text(), /Nothing was changed/);
    assert.equal((await forged("up_to=999999", "forged")).status, 403);
    assert.ok(await isUnread(nina, id));
    const whole = await forged("up_to=999999&search=wombat&list_q=wombat");
    assert.equal(new URL(whole.url).search, "?status=any");
    assert.equal(await isUnread(nina, id), false, "a list is meant, whatever else the form says");
  });

  test("500 at once at most, and then it says that there are more", async () => {
    const { key_id } = await db("tickets").first("key_id");
    await db.raw(
      `with made as (
         insert into tickets (queue_id, channel, key_id, sealed_subject, our_turn_since)
         select 7, 'mail', key_id, sealed_subject, now() from tickets, generate_series(1, 3000)
         where tickets.id = (select min(id) from tickets) returning id)
       insert into messages (ticket_id, key_id, kind, sealed_content) select id, ?, 'from_user', ''::bytea from made`,
      [key_id],
    );
    await db.raw("analyze tickets, messages, ticket_reads");
    const list = await nina.visit("/tickets?queue=7&status=any");

    const done = await nina.submit(list, {}, { button: "Mark all of this list as read" });

    assert.match(done.$("[role=status]").text(), /^500 tickets of this list are read now\. There are more/);
    const { count } = (await db("ticket_reads")
      .join("tickets", "tickets.id", "ticket_id")
      .where({ queue_id: 7 })
      .count()
      .first()) ?? { count: 0 };
    assert.equal(Number(count), 500);
  });

  test("a page of a list looks up its fifty rows alone", async () => {
    await db.raw(
      "insert into ticket_reads select ?, ticket_id, max(id) from messages group by 2 on conflict do nothing",
      [staff.ilse.id],
    );
    await db.raw("analyze tickets, messages, ticket_reads");
    for (const path of [
      "/tickets?status=any",
      "/tickets?status=any&queue=7",
      "/tickets",
      "/search?q=queue:Other",
      "/",
    ]) {
      const sent = await statementsOf(() => nina.visit(path));
      const asked = sent.filter((text) => /last_message_id/.test(text) && /wrapped_key/.test(text));
      assert.equal(asked.length, 1, path);
    }
    const [text = ""] = (await statementsOf(() => nina.visit("/tickets?status=any"))).filter((each) =>
      /newest_message_id/.test(each),
    );
    const filled = text
      .replaceAll(/= \$\d+|from \$\d+/g, (place) => place.replace(/\$\d+/, staff.nina.id))
      .replaceAll(/limit \$\d+/gi, "limit 51");
    const { rows } = await db.raw(`explain (analyze, format json) ${filled.replaceAll("?", "\\?")}`);
    const nodes = nodesIn(rows[0]["QUERY PLAN"][0].Plan);
    for (const table of ["messages", "ticket_reads"]) {
      const scans = nodes.filter((node) => node["Relation Name"] === table);
      assert.ok(scans.length > 0, table);
      for (const scan of scans) {
        assert.match(String(scan["Node Type"]), /^Index/, table);
        assert.ok(
          Number(scan["Actual Loops"]) <= 51 && Number(scan["Actual Rows"]) <= 1,
          JSON.stringify(scan),
        );
      }
    }
  });
});

test("what somebody has read goes with the ticket, and with the account", async () => {
  const { key_id, sealed_subject } = await db("tickets").first("key_id", "sealed_subject");
  const bare = { queue_id: 1, channel: "mail", key_id, sealed_subject, our_turn_since: new Date() };
  const [one, two] = await db("tickets").insert([bare, bare]).returning("id");
  const [leaving] = await db("staff")
    .insert({ name: "leaving", role: "help_desk", password_hash: "-" })
    .returning("id");
  for (const ticket of [one, two])
    await rememberRead(db, { ticketId: ticket.id, staffId: leaving.id, lastMessageId: "1" });

  await db("tickets").where(one).delete();
  assert.equal((await marks(one.id)).length, 0);
  assert.equal((await marks(two.id)).length, 1);
  await db("staff").where(leaving).delete();
  assert.equal((await marks(two.id)).length, 0);
});

test("who has read what is asked for the reader alone: no other file of the desk reads that table", () => {
  const src = join(import.meta.dirname, "../../src");
  const files = globSync("**/*.ts", { cwd: src }).filter((file) =>
    readFileSync(join(src, file), "utf8").includes("ticket_reads"),
  );
  assert.deepEqual(files.toSorted(), ["search/unread-sql.ts", "tickets/reads.ts"]);
});

async function store(word: string, more: MessageTold[] = []): Promise<string> {
  const first = { kind: "from_user" as const, text: `A ${word} sat on it` };
  return await storeTicket(
    { db, vault, staffId: staff.adam.id },
    { subject: `About a ${word}`, language: "en", messages: [first, ...more] },
  );
}

/** A message as a mail brings it, without its words. */
async function add(ticketId: string, message: { kind: string; created_at?: Date }): Promise<void> {
  const last = await db("messages").where({ ticket_id: ticketId }).first("key_id", "sealed_content");
  await db("messages").insert({ ticket_id: ticketId, ...last, ...message });
}

/** As the list, the search and the chip of a result say it: they must agree. */
async function isUnread(who: Person, ticketId: string): Promise<boolean> {
  const list = await who.visit("/tickets?status=any");
  const found = await who.visit("/search?q=is:unread");
  const onList = unreadOn(list).includes(ticketId);
  const links = found
    .$(".results h2 a")
    .map((_, link) => found.$(link).attr("href"))
    .get();
  const isFound = links.includes(`/tickets/${ticketId}`);
  assert.equal(isFound, onList, "list and search agree");
  const chips = found
    .$(".results li")
    .filter((_, each) => found.$(each).find("h2 .chip").text() === "unread");
  assert.equal(chips.length, found.$(".results > li").length, "what is found as unread says so");
  return isFound;
}

function unreadOn({ $ }: Awaited<ReturnType<Person["visit"]>>): string[] {
  return $("tbody tr")
    .filter((_, row) => $(row).find("th .chip").text() === "unread")
    .map((_, row) => $(row).find("th a").attr("href")?.split(/[/#]/)[2] ?? "")
    .get();
}

type Node = Record<string, unknown> & { Plans?: Node[] };

function nodesIn(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesIn)];
}
