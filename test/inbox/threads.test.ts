import assert from "node:assert/strict";
import { test } from "node:test";
import { createMessage, encrypt, readKey, readPrivateKey } from "openpgp";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { messageIdOf } from "#src/outbox/message-id.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { confirmOffered } from "#test/support/cast.ts";
import { deskAddress, deskSecretKey, type Intake, startIntake } from "#test/support/intake.ts";

test("the same mail that came by another way is shown on its ticket as sent again, and opens nothing", async (t) => {
  const intake = await startIntake(t);
  const copy = (received: string[]) =>
    mail({ id: "<095aa1f0daa93843@example.org>", headers: received, first: true });

  await intake.deliver(copy(["Received: from a by b; Tue, 01 Dec 2026 08:00:00 +0000"]));
  await intake.db("tickets").update({
    status: "resolved",
    closed_at: new Date(),
    closed_by: await staffOf(intake),
    our_turn_since: null,
  });
  await intake.deliver(
    copy(["Received: from a by c; Tue, 01 Dec 2026 08:00:03 +0000", "Delivered-To: support@example.org"]),
  );

  assert.deepEqual(await messagesOf(intake), [
    [1, []],
    [1, ["sent again", "author not proven"]],
  ]);
  assert.equal((await intake.db("tickets").first()).status, "resolved", "a copy makes it nobody's turn");
  assert.deepEqual(await intake.db("mails").orderBy("id").pluck("outcome"), ["opened", "sent_again"]);
});

test("two copies that are read at the same moment are one mail and its copy", async (t) => {
  const intake = await startIntake(t);
  const copies = Array.from({ length: 6 }, (_, n) =>
    mail({ id: "<one@example.org>", headers: [`Received: from a by b${n}`], first: true }),
  );

  await intake.deliver(...copies);

  assert.equal((await intake.db("tickets")).length, 1);
  const outcomes = await intake.db("mails").orderBy("outcome").pluck("outcome");
  assert.deepEqual(outcomes, ["opened", ...Array(5).fill("sent_again")]);
});

const different: [what: string, change: Partial<Parameters<typeof mail>[0]>][] = [
  ["another text", { text: "Something else entirely." }],
  ["another subject", { subject: "Another matter" }],
  ["a file more", { file: "one" }],
  ["another sender", { from: "mallory@example.net" }],
  ["another address for answers", { headers: ["Reply-To: mallory@example.net"] }],
];
for (const [what, change] of different) {
  test(`a mail with the Message-ID of another one and ${what} is a message of its own, marked`, async (t) => {
    const intake = await startIntake(t);

    await intake.deliver(mail({ id: "<one@example.org>" }));
    await intake.deliver(mail({ id: "<one@example.org>", ...change }));

    assert.deepEqual(await messagesOf(intake), [
      [1, []],
      [2, ["same Message-ID"]],
    ]);
  });
}

test("a file of the same name and size with other bytes is another mail", async (t) => {
  const intake = await startIntake(t);

  await intake.deliver(mail({ id: "<one@example.org>", file: "one" }));
  await intake.deliver(mail({ id: "<one@example.org>", file: "two" }));
  await intake.deliver(mail({ id: "<one@example.org>", file: "two", headers: ["Received: x"] }));

  assert.deepEqual(
    (await messagesOf(intake)).map(([ticket]) => ticket),
    [1, 2, 2],
  );
});

test("who answers their own mail joins their own ticket, marked, and it is our turn", async (t) => {
  const intake = await startIntake(t);
  await intake.deliver(mail({ id: "<one@example.org>" }));
  const ours = await answer(intake);
  await intake.deliver(mail({ id: "<two@example.org>", headers: ["In-Reply-To: <one@example.org>"] }));
  await intake.deliver(mail({ id: "<three@example.org>", headers: ["References: <x@y> <two@example.org>"] }));
  await intake.deliver(
    mail({ id: "<four@example.org>", headers: [`In-Reply-To: ${ours}`, "References: <two@example.org>"] }),
  );

  assert.deepEqual(await messagesOf(intake), [
    [1, []],
    [1, ["author not proven"]],
    [1, ["author not proven"]],
    [1, []],
  ]);
  assert.equal((await intake.db("tickets").first()).status, "open");
});

const strangers: [what: string, from: string, headers: string[]][] = [
  ["somebody else who names it", "mallory@example.net", []],
  ["who writes by the same list", "'Omar' via Help <help@lists.example.net>", ["Reply-To: omar@example.net"]],
];
for (const [what, from, headers] of strangers) {
  test(`${what} joins nobody's ticket by that`, async (t) => {
    const intake = await startIntake(t);
    const list = from.includes("lists") ? "'Samira' via Help <help@lists.example.net>" : "samira@example.net";
    await intake.deliver(
      mail({ id: "<one@example.org>", from: list, headers: ["Reply-To: samira@example.com"] }),
    );

    await intake.deliver(
      mail({ id: "<two@example.org>", from, headers: [...headers, "In-Reply-To: <one@example.org>"] }),
    );

    assert.equal((await intake.db("tickets")).length, 2);
  });
}

test("a robot that names a person's mail joins nothing", async (t) => {
  const intake = await startIntake(t);
  await intake.deliver(mail({ id: "<one@example.org>" }));

  const headers = ["In-Reply-To: <one@example.org>", "Auto-Submitted: auto-replied"];
  await intake.deliver(mail({ id: "<two@example.org>", headers }));

  assert.deepEqual(await intake.db("mails").orderBy("id").pluck("state"), ["read", "set_aside"]);
});

test("what came before there were hashes is found all the same, and hashed once", async (t) => {
  const intake = await startIntake(t);
  await intake.deliver(mail({ id: "<one@example.org>" }), mail({ id: null }));
  await intake.db("messages").update({ message_id_hash: null });

  await intake.deliver(mail({ id: "<two@example.org>", headers: ["In-Reply-To: <one@example.org>"] }));

  assert.deepEqual(
    (await messagesOf(intake)).map(([ticket]) => ticket),
    [1, 2, 1],
  );
  assert.equal((await intake.db("messages").whereNull("message_id_hash")).length, 0);
});

test("what the encrypted headers inside say of the thread counts", async (t) => {
  const intake = await startIntake(t);
  const nina = await generateSecretKey("Nina", "nina@example.org");
  const key = `--k\r\nContent-Type: application/pgp-keys\r\nContent-Disposition: attachment; filename=k.asc\r\n\r\n${nina.public}\r\n--k--`;
  await intake.deliver(
    await encryptedMail(
      `Content-Type: multipart/mixed; boundary="k"\r\n\r\n--k\r\n\r\nIt stops.\r\n${key}\r\n`,
      nina.secret,
    ),
  );
  await confirmOffered(intake, "1", await staffOf(intake));
  const ours = await answer(intake);
  const headers = `From: nina@example.org\r\nDate: ${new Date().toUTCString()}\r\nIn-Reply-To: ${ours}\r\nReferences: ${ours}`;

  await intake.deliver(
    await encryptedMail(
      `${headers}\r\nContent-Type: text/plain; hp="cipher"\r\n\r\nIt still stops.`,
      nina.secret,
    ),
  );

  assert.deepEqual(await messagesOf(intake), [
    [1, []],
    [1, []],
  ]);
  assert.equal((await intake.db("messages").orderBy("id", "desc").first()).signature, "good");
});

function mail({
  id,
  from = "Nina Example <nina@example.org>",
  subject = "Printing does not work",
  text = "Hello, my printer does not print any more since the last upgrade of the system.",
  headers = [],
  file,
  first = false,
}: {
  id: string | null;
  from?: string;
  subject?: string;
  text?: string;
  headers?: string[];
  /** Three letters. */
  file?: string;
  first?: boolean;
}): string {
  const body = file
    ? `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${text}\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\n${file}\r\n--b--\r\n`
    : `\r\n${text}\r\n`;
  return [
    ...(first ? headers : []),
    `From: ${from}`,
    "To: support@example.org",
    `Subject: ${subject}`,
    "Date: Sat, 21 Nov 2026 10:00:00 +0000",
    ...(id === null ? [] : [`Message-ID: ${id}`]),
    ...(first ? [] : headers),
    body,
  ].join("\r\n");
}

async function encryptedMail(inside: string, signer: string): Promise<string> {
  const [deskKey = ""] = exportPublic(await openSecretKeys([deskSecretKey]));
  const armored = await encrypt({
    message: await createMessage({ binary: Buffer.from(inside) }),
    encryptionKeys: await readKey({ armoredKey: deskKey }),
    signingKeys: await readPrivateKey({ armoredKey: signer }),
  });
  return [
    "From: Nina Example <nina@example.org>",
    "To: support@example.org",
    "Subject: ...",
    `Date: ${new Date().toUTCString()}`,
    `Message-ID: <${Math.random()}@example.org>`,
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="e"',
    "",
    "--e",
    "Content-Type: application/pgp-encrypted",
    "",
    "Version: 1",
    "",
    "--e",
    "Content-Type: application/octet-stream",
    "",
    armored,
    "--e--",
    "",
  ].join("\r\n");
}

/** The ticket and the marks of each message that came. */
async function messagesOf({ db }: Intake): Promise<[ticket: number, marks: string[]][]> {
  const rows = await db("messages").where({ kind: "from_user" }).orderBy("id").select("ticket_id", "marks");
  return rows.map(({ ticket_id, marks }) => [Number(ticket_id), marks]);
}

/** Answers the first ticket, and tells the Message-ID of the answer. */
async function answer(intake: Intake): Promise<string> {
  const { db, vault } = intake;
  const staffId = await staffOf(intake);
  const answered = await replyToTicket(db, vault, {
    ticketId: "1",
    staffId,
    text: "Please try again.",
    clearAgreed: true,
    seenMessageId: null,
  });
  assert.equal(answered, "queued");
  const { reference } = await db("outbox_mails").orderBy("id", "desc").first("reference");
  return messageIdOf(vault, reference, deskAddress);
}

async function staffOf({ db }: Intake): Promise<string> {
  const known = await db("staff").first("id");
  if (known) return known.id;
  const [staff] = await db("staff")
    .insert({ name: "ilse", role: "lead", password_hash: "-" })
    .returning("id");
  return staff.id;
}
