import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { CannotLeave } from "#src/outbox/queue-mail.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { sendDueAnswers } from "#src/outbox/send.ts";
import { personOfAddress, rememberEncryption } from "#src/people/person-of-address.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import {
  deskAddress,
  deskSecretKey,
  fixtureMail,
  type Intake,
  plainMail,
  startIntake,
} from "#test/support/intake.ts";

const ulabel = "lea@bücher.example";
const alabel = "lea@xn--bcher-kva.example";

test("both forms of an international domain are one person, who wrote encrypted in one of them", async (t) => {
  const desk = await startIntake(t);

  await desk.deliver(fixtureMail("faults/idn-ulabel-encrypted"), fixtureMail("faults/idn-alabel-clear"));

  assert.equal((await desk.db("people")).length, 1);
  for (const ticketId of await ticketsOf(desk)) {
    assert.equal((await recipientOf(desk.db, desk.vault, ticketId))?.mayGetClear, false);
    await assert.rejects(answerIn(desk, ticketId), CannotLeave);
  }
});

test("somebody who is stored by the other form is found, and nothing leaves to them in clear", async (t) => {
  const desk = await startIntake(t);
  await storeByOldForm(desk, alabel);
  await desk.db("people").update({ wrote_encrypted_at: new Date() });

  await desk.deliver(plainMail({ from: ulabel }));

  const [ticketId = ""] = await ticketsOf(desk);
  assert.equal((await desk.db("people")).length, 1);
  assert.equal((await recipientOf(desk.db, desk.vault, ticketId))?.mayGetClear, false);
});

test("of two rows that both forms had before, what is known of one counts for both", async (t) => {
  const desk = await startIntake(t);
  await desk.deliver(plainMail({ from: ulabel }));
  const [ticketId = ""] = await ticketsOf(desk);
  const other = await storeByOldForm(desk, alabel);
  assert.equal((await recipientOf(desk.db, desk.vault, ticketId))?.mayGetClear, true);

  await rememberEncryption(desk.db, other);

  assert.equal((await recipientOf(desk.db, desk.vault, ticketId))?.mayGetClear, false);
  assert.equal(await personOfAddress(desk.db, desk.vault, ulabel), other, "who encrypts comes first");
});

test("a quoted local part is answered, as servers write it, and so is an international domain", async (t) => {
  const desk = await startIntake(t);
  const server = await startStrictServer(t);
  await desk.deliver(fixtureMail("faults/quoted-local-part"), plainMail({ from: ulabel }));

  for (const ticketId of await ticketsOf(desk)) await answerIn(desk, ticketId);
  await sendDueAnswers(desk.db, desk.vault, {
    name: "Help desk",
    address: deskAddress,
    keys: await openSecretKeys([deskSecretKey]),
    server: { host: "127.0.0.1", port: server.port, tls: "no", secondsToWait: 5 },
  });

  const lines = server.said.join("").split("\r\n");
  const starting = (begin: string) => lines.filter((line) => line.startsWith(begin)).toSorted();
  assert.deepEqual(starting("RCPT TO"), ['RCPT TO:<"lea example"@example.org>', `RCPT TO:<${alabel}>`]);
  assert.deepEqual(starting("To: "), ['To: <"lea example"@example.org>', `To: ${alabel}`]);
});

test("an address that pretends to be another one opens a ticket, and nobody is answered", async (t) => {
  const desk = await startIntake(t);

  await desk.deliver(plainMail({ from: '"evil@example.net,real"@example.org' }));

  const [ticketId = ""] = await ticketsOf(desk);
  assert.equal(await recipientOf(desk.db, desk.vault, ticketId), null);
});

async function ticketsOf({ db }: Intake): Promise<string[]> {
  return (await db("tickets").orderBy("id")).map(({ id }) => id);
}

/** As a desk stored people before both forms were one. */
async function storeByOldForm({ db, vault }: Intake, address: string): Promise<string> {
  const wrappedKey = vault.newKey();
  const [key] = await db("vault_keys").insert({ wrapped_key: wrappedKey }).returning("id");
  const [person] = await db("people")
    .insert({
      address_hash: vault.lookUpHash("address", address),
      key_id: key.id,
      sealed_address: vault.seal(wrappedKey, "address", address),
    })
    .returning("id");
  return person.id;
}

async function answerIn({ db, vault }: Intake, ticketId: string): Promise<void> {
  const [staff] = await db("staff")
    .insert({ name: `nina${ticketId}`, role: "help_desk", password_hash: "-" })
    .returning("id");
  await replyToTicket(db, vault, {
    ticketId,
    staffId: staff.id,
    text: "Hello",
    clearAgreed: true,
    useKey: null,
    seenMessageId: null,
    secondsToTakeBack: 0,
  });
}

/** Takes any mail, knows no SMTPUTF8 (RFC 6531), and keeps what it is told; the demo's server takes no quoted local parts. */
async function startStrictServer(t: TestContext): Promise<{ port: number; said: string[] }> {
  const said: string[] = [];
  const server = createServer((socket) => {
    let isText = false;
    socket.write("220 ready\r\n");
    socket.on("data", (chunk) => {
      said.push(String(chunk));
      if (isText && !String(chunk).endsWith("\r\n.\r\n")) return;
      isText = /^DATA\r\n$/i.test(String(chunk));
      socket.write(isText ? "354 go on\r\n" : "250 ok\r\n");
    });
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address && typeof address === "object");
  return { port: address.port, said };
}
