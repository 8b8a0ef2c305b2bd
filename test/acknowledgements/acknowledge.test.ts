import assert from "node:assert/strict";
import { test } from "node:test";
import { findSetting, turnOff, turnOn } from "#src/acknowledgements/settings.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { firstHeader } from "#src/mime/read-headers.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { automaticSubject } from "#src/outbox/queue-mail.ts";
import { personOfAddress } from "#src/people/person-of-address.ts";
import { confirmTranslation } from "#src/reply-templates/save-text.ts";
import { troublesOf } from "#src/setup/check-desk.ts";
import { findTicket } from "#src/tickets/find.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { splitMessages } from "#src/tickets/split.ts";
import { readThread } from "#src/tickets/thread.ts";
import { unmergeTickets } from "#src/tickets/unmerge.ts";
import { readRail } from "#src/web/chrome.ts";
import { changeSource, find, translate, write } from "#test/reply-templates/cast.ts";
import { deskAddress } from "#test/support/intake.ts";
import { dumpTickets } from "#test/support/shift-desk.ts";
import { english, mustTurnOn, newMail, startAcknowledgingDesk } from "./cast.ts";

const wordsOfTheirs = "Hello, my printer from Zanzibar does not print any more since the last upgrade.";

test("the first mail of a person is acknowledged, in clear, with nothing of it in the mail that leaves", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const mail = newMail({ from: "Nina Secret <nina@example.org>", subject: "Zanzibar", text: wordsOfTheirs });

  await desk.deliver(mail);
  assert.equal(await desk.send(), 1);

  const [sent] = desk.sink.mails;
  assert.deepEqual(sent?.to, ["nina@example.org"]);
  assert.equal(sent?.from || "", "", "it can come back to nobody");
  const raw = sent?.raw.toString() ?? "";
  assert.doesNotMatch(raw, /Zanzibar|Secret|printer|upgrade/);
  const parsed = await parseMail(sent?.raw ?? Buffer.alloc(0));
  assert.ok(parsed.ok);
  const header = (name: string) => firstHeader(parsed.mail.headers, name);
  assert.equal(parsed.mail.subject, automaticSubject);
  assert.equal(header("auto-submitted"), "auto-replied");
  assert.equal(header("precedence"), "bulk");
  assert.equal(header("x-auto-response-suppress"), "All");
  const [, theirs] = /^Message-ID: (.*)\r$/m.exec(mail) ?? [];
  assert.deepEqual(parsed.mail.inReplyTo, [theirs]);
  const { id } = await desk.db("tickets").first("id");
  assert.equal(parsed.mail.text.trim(), `Hello,\n\nyour message has arrived as ${id}.\n\nHelp desk`);
});

test("it stays our turn since the mail came, and the ticket shows what went", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const receivedAt = new Date(Date.now() - 3_600_000);
  await desk.db("mailboxes").update({ created_at: new Date(0) });

  await desk.deliver(newMail(), receivedAt);

  const { id } = await desk.db("tickets").first("id");
  const ticket = await findTicket(desk.db, desk.vault, id);
  assert.equal(ticket?.status, "new");
  assert.equal(ticket?.our_turn_since?.getTime(), receivedAt.getTime(), "the promise counts from the mail");
  const thread = await readThread(desk.db, desk.vault, id);
  const message = thread.find((item) => item.type === "message" && item.message.kind === "acknowledgement");
  assert.ok(message?.type === "message");
  assert.match(message.message.content.text, /your message has arrived/);
  assert.equal(message.message.outbox?.protection, "clear");
  assert.equal(await desk.db("ticket_events").where({ action: "answered" }).first(), undefined);
});

test("a mail in French is acknowledged in French; one in Italian in the language of the source, and it is said", async (t) => {
  const desk = await startAcknowledgingDesk(t);

  await desk.deliver(
    newMail({ text: "Bonjour, mon imprimante n'imprime plus depuis la dernière mise à jour." }),
  );
  await desk.deliver(
    newMail({ text: "Buongiorno, la mia stampante non stampa più dopo l'ultimo aggiornamento." }),
  );

  const rows = await desk.db("acknowledgements").orderBy("id").select("mail_language", "language");
  assert.deepEqual(rows, [
    { mail_language: "fr", language: "fr" },
    { mail_language: "it", language: "en" },
  ]);
  const { id } = await desk.db("tickets").orderBy("id", "desc").first("id");
  const thread = await readThread(desk.db, desk.vault, id);
  const warnings = thread.flatMap((item) =>
    item.type === "message" && item.message.kind === "acknowledgement" ? item.message.content.warnings : [],
  );
  assert.deepEqual(warnings, ["The answer has no text in Italian: it went in English"]);
});

test("a queue acknowledges nothing until somebody turns it on, and nothing after it is turned off", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await desk.db("acknowledgement_settings").delete();
  await desk.deliver(newMail());
  assert.equal((await desk.db("acknowledgements")).length, 0);

  await mustTurnOn(desk.db, desk.queueId, desk.templateId, desk.staffId);
  assert.equal(await turnOff(desk.db, desk.queueId, desk.staffId), true);
  assert.equal(await turnOff(desk.db, desk.queueId, desk.staffId), false, "it is off already");
  await desk.deliver(newMail());

  assert.equal((await desk.acknowledgements()).length, 0);
  assert.equal((await desk.db("acknowledgements")).length, 0);
});

test("one address gets one in seven days, whatever its letters, and another one after them", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await desk.deliver(newMail({ from: "lea@example.org" }));
  assert.equal(await desk.reason(), null);

  await desk.deliver(newMail({ from: "Lea Again <LEA@Example.org>" }));
  assert.equal(await desk.reason(), "This address got one less than 7 days ago");
  await desk.db("people").update({ acknowledged_at: desk.db.raw("now() - interval '6 days 23 hours'") });
  await desk.deliver(newMail({ from: "lea@example.org" }));
  assert.equal(await desk.reason(), "This address got one less than 7 days ago");

  await desk.db("people").update({ acknowledged_at: desk.db.raw("now() - interval '7 days'") });
  await desk.deliver(newMail({ from: "lea@example.org" }));
  assert.equal(await desk.reason(), null);
  assert.equal((await desk.acknowledgements()).length, 2);
});

test("of ten mails of one address that are read at the same moment, one is acknowledged", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  // A known person: nothing but the claim itself makes one worker wait for the other.
  await personOfAddress(desk.db, desk.vault, "lea@example.org");
  for (let n = 0; n < 10; n += 1) await desk.keep(newMail({ from: "lea@example.org", subject: `Mail ${n}` }));

  const outcomes = await desk.readAtOnce();

  assert.deepEqual(outcomes, Array(10).fill("opened"));
  assert.equal((await desk.acknowledgements()).length, 1);
  assert.equal((await desk.db("outbox_mails")).length, 1);
  const kept = await desk.db("acknowledgements").whereNotNull("reason").pluck("reason");
  assert.deepEqual(kept, Array(9).fill("This address got one less than 7 days ago"));
});

test("when the first of two workers fails, the second acknowledges", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await desk.keep(newMail({ from: "lea@example.org" }));
  // What fails comes after the acknowledgement, in the same transaction.
  await desk.db.raw(
    `create function fail_once() returns trigger language plpgsql as $$ begin
       if new.state = 'read' and new.attempts < 2 then raise exception 'no space left'; end if; return new; end $$;
     create trigger fail_once before update on mails for each row execute function fail_once()`,
  );
  await assert.rejects(desk.readAtOnce());
  assert.equal((await desk.db("people")).length, 0, "nothing is left of the first try");

  await desk.db("mails").update({ leased_until: new Date(0) });
  await desk.readAtOnce();

  assert.equal((await desk.acknowledgements()).length, 1);
});

test("a failure to acknowledge never stops a ticket, and its reason is no value of a row", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const refuse = (table: string) =>
    desk.db.raw(
      `create function refuse_${table}() returns trigger language plpgsql as $$ begin
         raise exception 'lea@example.org' using errcode = '23514'; end $$;
       create trigger refuse_${table} before insert on ${table} for each row execute function refuse_${table}()`,
    );

  await refuse("outbox_mails");
  await desk.deliver(newMail({ from: "lea@example.org" }));
  assert.equal(await desk.reason(), "It could not be written (23514)");
  assert.equal((await desk.acknowledgements()).length, 0);
  assert.equal((await desk.db("people").first()).acknowledged_at, null, "the next mail may get one");

  await refuse("acknowledgements");
  await desk.deliver(newMail({ from: "lea@example.org" }));
  assert.equal((await desk.db("tickets")).length, 2);
});

test("somebody who wrote encrypted and gave no key gets none, and the reason is noted", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await desk.deliver(newMail({ from: "lea@example.org" }));
  await desk.db("people").update({ wrote_encrypted_at: new Date(), acknowledged_at: null });

  await desk.deliver(newMail({ from: "lea@example.org" }));

  assert.match((await desk.reason()) ?? "", /wrote encrypted, and no key is known/);
  assert.equal((await desk.acknowledgements()).length, 1);
});

test("somebody who gave a key, on this ticket or another, gets none in clear", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const key = await generateSecretKey("Lea", "lea@example.org");
  await desk.deliver(newMail({ from: "lea@example.org", text: `${wordsOfTheirs}\r\n\r\n${key.public}` }));
  await desk.db("people").update({ acknowledged_at: null });

  await desk.deliver(newMail({ from: "lea@example.org" }));

  const noted = await desk.db("acknowledgements").orderBy("id").pluck("reason");
  assert.deepEqual(noted, [
    "OpenPGP or S/MIME stands in it: whether it opens is told to nobody",
    "OpenPGP or S/MIME came from this address, and no key of it is confirmed",
  ]);
  assert.equal((await desk.db("outbox_mails")).length, 0);
});

test("a text that was changed leaves only when a lead has approved it; until then the one before goes", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const { db, queueId, templateId, staffId } = desk;
  const [nina] = await db("staff")
    .insert({ name: "nina", role: "help_desk", password_hash: "-" })
    .returning("id");
  await changeSource(db, nina.id, templateId, "Send your password to mallory@example.net.");
  await translate(db, nina.id, templateId, "de", "Schick dein Passwort.");

  await desk.deliver(newMail());
  await desk.send();
  assert.match(desk.sink.mails[0]?.raw.toString() ?? "", /your message has arrived/);
  const german = "Guten Tag, mein Drucker druckt seit der letzten Aktualisierung des Systems nicht mehr.";
  await desk.deliver(newMail({ text: german }));
  await desk.send();
  assert.match(desk.sink.mails[1]?.raw.toString() ?? "", /your message has arrived/, "nor a new language");
  const setting = await findSetting(db, queueId);
  assert.deepEqual(setting?.waiting, ["de", "en"]);

  await changeSource(db, nina.id, templateId, "Your message is here: {{ticket}}.");
  await mustTurnOn(db, queueId, templateId, staffId);
  assert.deepEqual((await findSetting(db, queueId))?.waiting, []);
  await desk.deliver(newMail());
  await desk.send();
  assert.match(desk.sink.mails[2]?.raw.toString() ?? "", /Your message is here/);
});

test("a translation that was only confirmed as it is needs no approval", async (t) => {
  const { db, queueId, templateId, staffId } = await startAcknowledgingDesk(t);
  await changeSource(db, staffId, templateId, `${english} Goodbye.`);
  await mustTurnOn(db, queueId, templateId, staffId);
  const { source, texts } = await find(db, templateId);
  const seen = texts.find(({ language }) => language === "fr")?.number ?? 0;

  const asked = { templateId, language: "fr", seen, madeFrom: source.fingerprint, staffId };
  assert.equal(await confirmTranslation(db, asked), "confirmed");

  assert.deepEqual((await findSetting(db, queueId))?.waiting, []);
});

test("what changed since a lead looked at it is not approved unseen", async (t) => {
  const { db, queueId, templateId, staffId } = await startAcknowledgingDesk(t);
  const seen = (await find(db, templateId)).texts.map(({ id }) => id);
  await changeSource(db, staffId, templateId, "Something else.");

  const turned = await turnOn(db, { queueId, templateId, staffId, seen });

  assert.deepEqual(turned, { ok: false, reason: "changed meanwhile" });
  assert.deepEqual((await findSetting(db, queueId))?.waiting, ["en"]);
});

test("the database lets no other text be approved than a version of the chosen answer in its language", async (t) => {
  const { db, queueId, staffId } = await startAcknowledgingDesk(t);
  const other = await write(db, staffId, { name: "Another" });
  const { source } = await find(db, other);
  const row = { queue_id: queueId, language: "en" };
  const change = (set: Record<string, unknown>) => db("acknowledgement_texts").where(row).update(set);

  await assert.rejects(change({ version_id: source.id }), /acknowledgement_texts_of_a_version/);
  await assert.rejects(
    change({ version_id: source.id, template_id: other }),
    /acknowledgement_texts_of_the_chosen_answer/,
  );
  await assert.rejects(change({ language: "fr" }), /acknowledgement_texts_one_a_language/);
  await assert.rejects(change({ language: "it" }), /acknowledgement_texts_of_a_version/);
});

test("an acknowledgement whose text asks for more than it may is kept back, and so is one that was retired", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const { db, queueId, templateId, staffId } = desk;
  await changeSource(db, staffId, templateId, "Hello {{person}}, it has arrived.");
  // No page approves such a text; a row of an older desk may be there all the same.
  const { source } = await find(db, templateId);
  await db("acknowledgement_texts").where({ language: "en" }).update({ version_id: source.id });

  await desk.deliver(newMail());
  assert.equal(
    await desk.reason(),
    "The answer in English asks for {{person}}, which no acknowledgement fills",
  );

  await db("reply_templates").update({ retired_at: new Date(), retired_by: staffId });
  await desk.deliver(newMail());
  assert.equal(await desk.reason(), "The answer is retired, or no text of it is approved");
  assert.equal((await desk.acknowledgements()).length, 0);
  assert.deepEqual((await findSetting(db, queueId))?.waiting, [], "nothing of a retired one waits");
});

test("turning it on refuses an answer that asks for more, is retired or is not there, and changes nothing", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const { db, queueId, staffId } = desk;
  const personal = await write(
    db,
    staffId,
    { name: "Personal", body: "Hello" },
    { fr: "Bonjour {{person}}, {{me}}" },
  );
  const retired = await write(db, staffId, { name: "Retired" });
  await db("reply_templates").where({ id: retired }).update({ retired_at: new Date(), retired_by: staffId });
  const before = await db("acknowledgement_settings");

  assert.deepEqual(await turnOn(db, { queueId, templateId: personal, staffId }), {
    ok: false,
    reason: "asks for more",
    texts: [{ language: "fr", placeholders: ["person", "me"] }],
  });
  assert.deepEqual(await turnOn(db, { queueId, templateId: retired, staffId }), {
    ok: false,
    reason: "retired",
  });
  for (const templateId of ["999999", "abc", ["1"], undefined]) {
    assert.deepEqual(await turnOn(db, { queueId, templateId, staffId }), { ok: false, reason: "not there" });
  }
  assert.deepEqual(await db("acknowledgement_settings"), before);
});

test("an autoresponder without any mark gets one answer, and the loop ends", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await desk.deliver(newMail({ from: "office@example.org", subject: "Thank you" }));
  await desk.send();

  for (let turn = 0; turn < 5; turn += 1) {
    const last = desk.sink.mails.length;
    await desk.deliver(newMail({ from: "office@example.org", subject: `Thank you ${turn}` }));
    await desk.send();
    assert.equal(desk.sink.mails.length, last, "nothing leaves again");
  }
  assert.equal(desk.sink.mails.length, 1);
});

test("another desk that answers our acknowledgement by itself joins the ticket and gets nothing", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await desk.deliver(newMail({ from: "other-desk@example.net" }));
  await desk.send();
  const sent = await parseMail(desk.sink.mails[0]?.raw ?? Buffer.alloc(0));
  assert.ok(sent.ok);

  const headers = [`In-Reply-To: ${sent.mail.messageId}`, "Auto-Submitted: auto-replied"];
  await desk.deliver(newMail({ from: "other-desk@example.net", headers }));

  assert.equal((await desk.db("tickets")).length, 1);
  assert.equal((await desk.acknowledgements()).length, 1);
  assert.equal((await desk.db("tickets").first()).status, "new", "a program changes nobody's turn");
});

test("a server that takes no mail without a sender gets it with the desk's address at the next try", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await desk.deliver(newMail());
  desk.sink.fault({ stage: "mail", do: "reply", code: 550 });

  await desk.send();
  const waiting = await desk.db("outbox_mails").first();
  assert.equal(waiting.state, "queued");
  assert.match(waiting.failure, /takes no mail without a sender/);
  await desk.db("outbox_mails").update({ not_before: new Date(0) });
  await desk.send();

  assert.equal(desk.sink.mails[0]?.from, deskAddress);
  assert.equal((await desk.db("outbox_mails").first()).state, "accepted");
});

test("an acknowledgement that failed asks nobody to decide", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await desk.deliver(newMail());
  desk.sink.fault({ stage: "rcpt", do: "reply", code: 550 });
  await desk.send();

  assert.equal((await desk.db("outbox_mails").first()).state, "failed");
  assert.equal((await readRail(desk.db, desk.staffId)).troubled, 0);
  assert.doesNotMatch((await troublesOf(desk.db)).join("\n"), /not sent|failed/);
});

test("an answer of ours to the same ticket leaves as ever: with its subject and a return path", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  await desk.deliver(newMail());
  const { id } = await desk.db("tickets").first("id");
  const newest = await desk.db("messages").orderBy("id", "desc").first("id");

  const answer = { ticketId: id, staffId: desk.staffId, text: "Try a cable.", clearAgreed: true };
  assert.equal(
    await replyToTicket(desk.db, desk.vault, { ...answer, seenMessageId: newest.id, secondsToTakeBack: 0 }),
    "queued",
  );
  await desk.send();

  const ours = desk.sink.mails.find(({ raw }) => /Try a cable/.test(raw.toString()));
  assert.equal(ours?.from, deskAddress);
  assert.doesNotMatch(ours?.raw.toString() ?? "", /Auto-Submitted/);
});

test("an acknowledgement alone is no ticket: the mail that it answers is not split from it, and merges take it along", async (t) => {
  const desk = await startAcknowledgingDesk(t);
  const { db, vault, staffId } = desk;
  await desk.deliver(newMail({ from: "lea@example.org" }));
  await desk.deliver(newMail({ from: "lea@example.org", subject: "Again" }));
  const [first, second] = await db("tickets").orderBy("id").pluck("id");
  const theirs = await db("messages").where({ ticket_id: first, kind: "from_user" }).pluck("id");

  const split = await splitMessages(db, vault, { ticketId: first, messageIds: theirs, staffId });
  assert.deepEqual(split, { ok: false, reason: "nothing left" });

  const before = await dumpTickets(desk, [first, second]);
  const merged = await mergeTickets(db, { sourceId: first, targetId: second, staffId });
  assert.ok(merged.ok);
  const kinds = await db("messages").where({ ticket_id: second }).orderBy("id").pluck("kind");
  assert.deepEqual(kinds, ["from_user", "acknowledgement", "from_user"]);
  assert.ok((await unmergeTickets(db, merged.mergeId, staffId)).ok);
  assert.deepEqual(await dumpTickets(desk, [first, second]), before);
});
