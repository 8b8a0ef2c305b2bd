import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { createStaff } from "#src/staff/create-staff.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { addNote } from "#src/tickets/note.ts";
import { splitMessages } from "#src/tickets/split.ts";
import { createVault } from "#src/vault/vault.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { storeTicket } from "#test/support/search-archive.ts";

const vault = createVault(randomBytes(32));
const { db } = await createTestDatabase({ after });
const account = await createStaff(db, { name: "nina", role: "help_desk", password: "correct horse battery" });
assert.ok(account.ok);
const staffId = account.staff.id;
const at = (hour: number) => new Date(Date.UTC(2026, 9, 1, hour));
const noMarks = [
  "c=mail",
  "l=",
  "~answer",
  "~attachment",
  "~email",
  "~encrypted",
  "~first",
  "~key",
  "~logs",
  "~model",
  "~note",
  "~ram",
  "~stick",
  "~tails",
  "~wb",
];

test("a ticket is marked with what its messages bring, and with what it has not", async () => {
  const id = await store();
  assert.deepEqual(await marksOf(id), noMarks);

  const full = await storeTicket(
    { db, vault, staffId },
    {
      messages: [
        {
          kind: "from_user",
          text: "help",
          encrypted: true,
          file: { filename: "a.txt", text: "more" },
          sections: [{ key: "/usr/bin/journalctl", kind: "journal", text: "kernel: error" }],
        },
        { kind: "answer", text: "Try this", createdAt: new Date(Date.now() + 60_000) },
      ],
    },
  );
  assert.deepEqual(await hasOf(full), ["+answer", "+attachment", "+encrypted", "+logs"]);
  await addNote(db, vault, { ticketId: full, staffId, text: "seen" });
  assert.ok((await marksOf(full)).includes("+note"));
});

test("marks and the first answer follow messages that are merged, split and deleted", async () => {
  const [source, target] = [await store({ answeredAt: at(5) }), await store({ answeredAt: at(9) })];
  assert.deepEqual([await answeredAt(source), await answeredAt(target)], [at(5), at(9)]);

  assert.ok((await mergeTickets(db, { sourceId: source, targetId: target, staffId })).ok);
  assert.deepEqual([await answeredAt(source), await answeredAt(target)], [null, at(5)]);
  assert.ok((await marksOf(source)).includes("~answer"));

  await db("search_documents").whereIn("message_id", answersOf(target)).delete();
  await db("messages").where({ ticket_id: target, kind: "answer" }).delete();
  assert.equal(await answeredAt(target), null);
  assert.ok((await marksOf(target)).includes("~answer"));
});

test("marks follow a key, a verdict, logs and files that change without a message", async () => {
  const id = await storeTicket(
    { db, vault, staffId },
    {
      messages: [
        {
          kind: "from_user",
          text: "help",
          file: { filename: "a.txt", text: "more" },
          sections: [{ key: "/usr/bin/journalctl", kind: "journal", text: "kernel: error" }],
        },
        { kind: "from_user", text: "encrypted", encrypted: true },
      ],
    },
  );
  const messages = await db("messages").where({ ticket_id: id }).orderBy("id");
  const { wrapped_key } = await db("vault_keys").where({ id: messages[0].key_id }).first("wrapped_key");
  const offered = {
    ticket_id: id,
    message_id: messages[0].id,
    key_id: messages[0].key_id,
    fingerprint_hash: randomBytes(32),
    sealed_key: vault.seal(wrapped_key, "public key", "armored"),
    sealed_facts: vault.seal(wrapped_key, "key facts", "{}"),
    source: "attachment",
  };
  assert.deepEqual(await hasOf(id), ["+attachment", "+encrypted", "+logs"]);
  await db("offered_keys").insert(offered);
  assert.ok((await marksOf(id)).includes("+key"));

  const split = await splitMessages(db, vault, { ticketId: id, messageIds: [messages[1].id], staffId });
  assert.ok(split.ok);
  assert.deepEqual(await hasOf(split.ticketId), ["+encrypted", "+key"]);
  assert.ok((await marksOf(id)).includes("~encrypted"));

  await db("offered_keys").delete();
  await db("messages").where({ ticket_id: split.ticketId }).update({ encryption: "none" });
  await db("reports").where({ message_id: messages[0].id }).update({ log_sections: 0 });
  await db("attachments").where({ message_id: messages[0].id }).delete();
  assert.deepEqual([await hasOf(id), await hasOf(split.ticketId)], [[], []]);

  await db("tickets").where({ id }).update({ language: "fr", model: "ThinkPad" });
  const marks = await marksOf(id);
  assert.ok(marks.includes("l=fr") && !marks.includes("~model"));
});

async function store({ answeredAt: answered }: { answeredAt?: Date } = {}): Promise<string> {
  const messages = [
    { kind: "from_user" as const, text: "help", createdAt: at(0) },
    ...(answered ? [{ kind: "answer" as const, text: "Try this", createdAt: answered }] : []),
  ];
  return await storeTicket({ db, vault, staffId }, { openedAt: at(0), messages });
}

async function marksOf(ticketId: string): Promise<string[]> {
  const { rows } = await db.raw(
    "select array(select lexeme from unnest(words) where lexeme ~ '[+~=]' order by 1) as marks from search_tickets where ticket_id = ?",
    [ticketId],
  );
  return rows[0].marks.toSorted();
}

async function hasOf(ticketId: string): Promise<string[]> {
  return (await marksOf(ticketId)).filter((mark) => mark.startsWith("+"));
}

async function answeredAt(ticketId: string): Promise<Date | null> {
  return (await db("tickets").where({ id: ticketId }).first("first_answered_at")).first_answered_at;
}

function answersOf(ticketId: string) {
  return db("messages").where({ ticket_id: ticketId, kind: "answer" }).select("id");
}
