import assert from "node:assert/strict";
import test, { after } from "node:test";
import { encode } from "iconv-lite";
import { askAgain, askInCharset } from "#src/inbox/ask-again.ts";
import type { MailReaders } from "#src/inbox/mail-readers.ts";
import { readMailsAgain } from "#src/inbox/read-again.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { charsetChoices, charsetWords } from "#src/mime/charset-choices.ts";
import { charsetOfLabel } from "#src/mime/charset-name.ts";
import { decodeText } from "#src/mime/decode-text.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import {
  desk as deskKey,
  encrypted,
  mail,
  multipart,
  nina as ninaKey,
  pgpMime,
  textPart,
} from "../mime/crypto-mails.ts";
import { type Page, startDesk } from "../support/browser.ts";
import { mailDoor, report } from "../support/cast.ts";
import { deskSecretKey, plainMail, startReaders } from "../support/intake.ts";

const desk = await startDesk({ after });
const { db, vault } = desk;
const keys = await openSecretKeys([deskKey.secret, deskSecretKey]);
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");
const door = await mailDoor(desk, keys);

test("the page of a mail tells what became of each part, layer by layer, with links to its files", async () => {
  const alternative = multipart("multipart/alternative", "alt", [
    textPart("Hello, it does not print."),
    "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hello, it does not print.</p>",
  ]);
  const inside = multipart("multipart/mixed", "mix", [
    alternative,
    'Content-Type: text/x-log; name="lpstat.log"\r\nContent-Disposition: attachment; filename="lpstat.log"\r\n\r\nno printers',
    `Content-Type: application/pgp-keys; name="key.asc"\r\n\r\n${ninaKey.public}`,
    "Content-Type: message/rfc822\r\n\r\nFrom: Omar <omar@example.net>\r\nSubject: Earlier\r\n\r\nThe mail before",
  ]);
  const raw = mail(
    multipart("multipart/mixed", "out", [await pgpMime(inside), textPart("-- \r\nfooter of a list")]).replace(
      "\r\n\r\n--out",
      "\r\n\r\nThis is a multi-part message in MIME format.\r\n--out",
    ),
  );
  const at = await received(raw);

  const page = await nina.visit(at.path);

  assert.deepEqual(toldParts(page), [
    "0 The mail: as it came",
    "1 Header: its subject, sender and date are shown; all of it stands in the raw mail",
    "1 multipart/mixed: made of the parts below",
    "2 notice for programs that know no MIME: left out: it says no more than that the mail has parts, or is encrypted",
    "2 multipart/encrypted: made of the parts below",
    "3 application/pgp-encrypted: left out: it says no more than that something encrypted follows",
    "3 application/octet-stream: was encrypted, or packed, and was opened",
    "4 multipart/mixed: made of the parts below",
    "5 multipart/alternative: made of the parts below",
    "6 text/plain: shown as text",
    "6 text/html: left out: it says the same as what is shown, in another form",
    "5 text/x-log: kept as a file: lpstat.log",
    "5 application/pgp-keys: an OpenPGP key; it is kept for somebody to confirm: key.asc",
    "5 message/rfc822: read inside; what stood in it follows: message.eml",
    "6 Header: its subject, sender and date are shown; all of it stands in the file",
    "6 text/plain: shown as text",
    "2 text/plain: shown as text",
  ]);
  const [log] = await db("attachments").where({ message_id: at.messageId }).orderBy("position");
  const link = page.$('.tree a:contains("lpstat.log")').attr("href");
  assert.equal(link, `/tickets/${at.ticketId}/attachments/${log.id}`);
  assert.equal((await nina.visit(String(link))).html, "no printers");
  const ticket = await nina.visit(`/tickets/${at.ticketId}`);
  assert.equal(ticket.$(`article header a[href="${at.path}"]`).text(), "How this mail was read");
});

test("what was not opened is told with the reason and the file that it stays in", async () => {
  const lines = (await encrypted("never seen ".repeat(20))).split("\n");
  const cut = lines.toSpliced(lines.length - 4, 2).join("\n");
  const at = await received(mail(textPart(`Look:\r\n\r\n${cut}\r\n\r\nand ${await encrypted("this one")}`)));

  const told = toldParts(await nina.visit(at.path));

  assert.deepEqual(told.slice(2), [
    "1 text/plain: shown as text",
    "2 OpenPGP message in the text: not opened: the encrypted part is damaged or cut: not-opened.asc",
    "2 OpenPGP message in the text: was encrypted, or packed, and was opened",
    "3 words in the message: shown as text",
  ]);
});

test("a mail of many parts gives a page that is bounded and says so", async () => {
  const parts = Array.from({ length: 900 }, (_, index) => textPart(`part ${index}`));
  const at = await received(mail(multipart("multipart/mixed", "many", parts)));

  const page = await nina.visit(at.path);

  assert.equal(page.$(".tree li").length, 500);
  assert.match(page.$(".tree").text(), /403 more parts are not listed here/);
});

test("a mail that was read before its parts were kept is read again from the page", async () => {
  const at = await received(plainMail({ text: "from long ago" }));
  await changeContent(at.messageId, ({ parts: _parts, ...content }) => content);

  const page = await nina.visit(at.path);
  assert.match(page.$("main").text(), /Not known: this mail was read before the desk kept/);
  await nina.submit(page, {}, { button: "Read it again" });
  await again();

  assert.equal(toldParts(await nina.visit(at.path)).at(-1), "1 text/plain: shown as text");
  const header = (await nina.visit(`/tickets/${at.ticketId}`)).$("article header").text();
  assert.match(header, /Read again just now: nothing is different/);
});

test("only messages of this ticket that came by mail have such a page", async () => {
  const one = await received(plainMail({ text: "one" }));
  const other = await received(plainMail({ text: "other", from: "lea@example.net" }));
  const note = await nina.visit(`/tickets/${one.ticketId}/note`);
  await nina.submit(note, { text: "a note" }, { form: `/tickets/${one.ticketId}/note` });
  const { id: noteId } = await db("messages").where({ kind: "note" }).orderBy("id", "desc").first("id");

  for (const messageId of [other.messageId, noteId, "0", "x"])
    assert.equal((await nina.visit(`/tickets/${one.ticketId}/messages/${messageId}/structure`)).status, 404);
});

test("the raw mail is saved with a reason by a lead or the owner of the ticket, and that stands on the ticket", async () => {
  const raw = plainMail({ text: "raw words" });
  const at = await received(raw);
  const refusedPage = await nina.visit(at.path);
  assert.match(refusedPage.$("main").text(), /The owner of the ticket and the leads may save it/);
  const csrf = String(refusedPage.$("input[name=_csrf]").first().attr("value"));
  const forged = new URLSearchParams({ _csrf: csrf, reason: "because" });
  assert.equal((await nina.post(rawPath(at), forged)).status, 403);

  const missing = await ilse.submit(await ilse.visit(at.path), { reason: " " }, { form: rawPath(at) });
  assert.equal(missing.status, 422);
  assert.equal(
    missing.$("#reason-error").text(),
    "Say why you need it, for those who read this ticket later",
  );
  const long = "x".repeat(2001);
  const tooLong = await ilse.submit(await ilse.visit(at.path), { reason: long }, { form: rawPath(at) });
  assert.equal(tooLong.$("#reason").text().trim(), long, "what was typed is kept");
  assert.equal((await eventsOf(at.ticketId)).includes("raw_taken"), false);

  const reason = "The charset is odd <b>";
  const saved = await ilse.submit(await ilse.visit(at.path), { reason }, { form: rawPath(at) });

  assert.equal(saved.html, raw);
  assert.match(saved.headers.get("content-disposition") ?? "", /^attachment; filename=mail-\d+\.eml$/);
  assert.equal(saved.headers.get("content-type"), "application/octet-stream");
  assert.equal(saved.headers.get("x-content-type-options"), "nosniff");
  assert.equal(saved.headers.get("cache-control"), "no-store");
  assert.match(saved.headers.get("content-security-policy") ?? "", /^sandbox/);
  const ticket = await nina.visit(`/tickets/${at.ticketId}`);
  assert.match(ticket.$(".event").text(), /ilse saved the raw copy of a mail; the note tells why/);
  assert.match(ticket.$("article.note").text(), /The charset is odd <b>/);
  assert.equal(ticket.$(`article.note a[href="#message-${at.messageId}"]`).length, 1);
  assert.doesNotMatch(JSON.stringify(await db("ticket_events")), /charset is odd/);

  await nina.submit(ticket, {}, { button: "Take" });
  const own = await nina.submit(await nina.visit(at.path), { reason: "mine now" }, { form: rawPath(at) });
  assert.equal(own.html, raw);
});

test("where the raw copy is gone the page says since when, and neither saves nor reads it", async () => {
  const at = await received(plainMail({ text: "gone" }));
  const before = await ilse.visit(at.path);
  await db("mails").where({ id: at.mailId }).update({ sealed_raw: null });

  const late = await ilse.submit(before, { reason: "too late" }, { form: rawPath(at) });
  assert.equal(late.status, 422);
  const lateCharset = await ilse.submit(before, {}, { form: `${messagePath(at)}/charset` });
  assert.equal(lateCharset.status, 422);

  const page = await ilse.visit(at.path);
  assert.match(page.$("main").text(), /Its raw copy is gone: it went on \d+ \w+ \d+, \d+:\d+ UTC/);
  assert.equal(page.$("main form").length, 0);
  assert.deepEqual(
    (await eventsOf(at.ticketId)).filter((action) => action !== "opened"),
    [],
  );
});

test("words in a charset that was guessed wrong are read in another one, and again as the desk does", async () => {
  const at = await received(inCharset("koi8-r", "Привет", "Не печатает принтер", "windows-1251"));
  const before = await nina.visit(`/tickets/${at.ticketId}`);
  assert.doesNotMatch(before.$("article .written").text(), /принтер/);

  const page = await nina.visit(at.path);
  assert.equal(page.$("#charset optgroup").first().attr("label"), "Cyrillic");
  assert.equal(page.$("#charset option[selected]").attr("value"), "windows-1251");
  const waiting = await nina.submit(page, { charset: "koi8-r" }, { form: `${messagePath(at)}/charset` });
  assert.match(waiting.$("article header").text(), /It is being read again/);
  assert.equal(waiting.$("article .written").text(), before.$("article .written").text(), "the old stays");
  await again();

  const chosen = await nina.visit(`/tickets/${at.ticketId}`);
  assert.match(chosen.$("article .written").text(), /Не печатает принтер/);
  assert.equal(chosen.$("h1").text(), "Привет");
  assert.match(chosen.$("article header").text(), /read as Cyrillic, KOI8-R, which one of us chose/);
  assert.match(chosen.$(".event").text(), /nina had the words of a mail read as Cyrillic, KOI8-R/);
  assert.match((await ilse.visit("/search?q=принтер")).$("main").text(), /Привет/);

  await nina.submit(chosen, {}, { button: "Check again" });
  await again();
  const kept = await nina.visit(`/tickets/${at.ticketId}`);
  assert.match(kept.$("article .written").text(), /Не печатает принтер/, "a later reading keeps it");

  await nina.submit(await nina.visit(at.path), {}, { button: "Let the desk choose again" });
  await again();
  const undone = await nina.visit(`/tickets/${at.ticketId}`);
  assert.equal(undone.$("article .written").text(), before.$("article .written").text());
  assert.equal(undone.$("h1").text(), before.$("h1").text());
  assert.doesNotMatch(undone.$("article header").text(), /which one of us chose/);
});

test("a reading that goes on while somebody chooses a charset does not count, and the next one is in that charset", async () => {
  const at = await received(inCharset("koi8-r", "Добрый день", "Не печатает принтер", "windows-1251"));
  await askAgain(db, { ...at, staffId: desk.staff.nina.id });
  let readings = 0;
  const failures: unknown[] = [];
  const read: MailReaders["read"] = async (raw, confirmed, chosen) => {
    readings += 1;
    if (readings === 1) await askInCharset(db, { ...at, staffId: desk.staff.nina.id, charset: "koi8-r" });
    return await readMail(raw, keys, "desk@example.org", confirmed, chosen);
  };

  await readMailsAgain(db, vault, { readers: { read }, onFailure: (error) => failures.push(error) });

  assert.deepEqual([readings, failures], [2, []]);
  assert.match((await nina.visit(`/tickets/${at.ticketId}`)).$("article .written").text(), /Не печатает/);
});

test("the processes that read mail are told of the charset", async (t) => {
  const readers = startReaders(t);
  const raw = inCharset("koi8-r", "Привет", "Не печатает принтер", "windows-1251");

  const [asIs, chosen] = [await readers.read(raw), await readers.read(raw, [], "koi8-r")];

  assert.ok(asIs.ok && chosen.ok);
  assert.notEqual(asIs.text, chosen.text);
  assert.deepEqual([chosen.subject, chosen.text.trim()], ["Привет", "Не печатает принтер"]);
  assert.equal(chosen.parts.parts.at(-1)?.charset, "koi8-r");
});

test("where the desk guessed, the frame offers another charset", async () => {
  const at = await received(
    inCharset("windows-1257", "Labas", "Ąžuolas žydi šalia ąžuolyno, čia ėjo ūkis", null),
  );

  const page = await nina.visit(`/tickets/${at.ticketId}`);

  const link = page.$("article header a").filter((_, a) => page.$(a).text() === "Choose another charset");
  assert.match(page.$("article header").text(), /no charset is named/);
  assert.equal(link.attr("href"), `${at.path}#charset`);
});

test("a charset that is not in the list is refused, and a report keeps its words", async () => {
  const at = await received(plainMail({ text: "ordinary" }));
  const page = await nina.visit(at.path);
  const csrf = String(page.$("input[name=_csrf]").first().attr("value"));
  for (const charset of ["utf-7", "constructor", ""]) {
    const body = new URLSearchParams({ _csrf: csrf, charset });
    const refused = await nina.post(`${messagePath(at)}/charset`, body);
    assert.equal(refused.status, 422);
    assert.match(refused.$("#charset-error").text(), /Choose one of the charsets/);
  }

  const told = await received(String(await report("m.hollander@example.org")));
  const body = new URLSearchParams({ _csrf: csrf, charset: "koi8-r" });
  assert.equal((await nina.post(`${messagePath(told)}/charset`, body)).status, 422);
  assert.equal((await nina.visit(told.path)).$("#charset").length, 0);
});

test("each charset that is offered has its own name, is read as itself, and stands once", () => {
  const all = charsetChoices().flatMap(({ charsets }) => charsets.map(({ charset }) => charset));
  for (const charset of all) {
    assert.equal(charsetOfLabel(charset), charset);
    assert.notEqual(charsetWords(charset), charset);
    assert.equal(
      decodeText(Buffer.from("a\xe4\xeeb", "latin1"), undefined, { chosen: charset }).charset,
      charset,
    );
  }
  assert.equal(new Set(all).size, all.length);
  assert.equal(charsetChoices("big5")[0]?.name, "Chinese, traditional");
});

type Received = { mailId: string; ticketId: string; messageId: string; path: string };

async function received(raw: string | Buffer): Promise<Received> {
  const { id: mailId } = await door(Buffer.from(raw));
  const { id, ticket_id } = await db("messages").where({ mail_id: mailId }).first();
  const path = `/tickets/${ticket_id}/messages/${id}/structure`;
  return { mailId, ticketId: ticket_id, messageId: id, path };
}

/** Reads what the pages asked for, as the worker does. */
async function again(): Promise<void> {
  const failures: unknown[] = [];
  await readMailsAgain(db, vault, {
    readers: { read: (raw, confirmed, chosen) => readMail(raw, keys, "desk@example.org", confirmed, chosen) },
    onFailure: (error) => failures.push(error),
  });
  assert.deepEqual(failures, []);
}

function inCharset(charset: string, subject: string, text: string, label: string | null): Buffer {
  const type = `Content-Type: text/plain${label ? `; charset=${label}` : ""}`;
  const head = `From: Nina <nina@example.org>\r\nMIME-Version: 1.0\r\n${type}\r\nSubject: `;
  return Buffer.concat([
    Buffer.from(head),
    encode(subject, charset),
    Buffer.from("\r\n\r\n"),
    encode(text, charset),
  ]);
}

const messagePath = ({ ticketId, messageId }: Received) => `/tickets/${ticketId}/messages/${messageId}`;
const rawPath = (at: Received) => `${messagePath(at)}/raw`;

/** "level what: words" of each part, in the order of the page. */
function toldParts({ $ }: Page): string[] {
  return $(".tree li")
    .map((_, item) => {
      const own = $(item).children(".line").text().replace(/\s+/g, " ").trim();
      return `${$(item).parents("li").length} ${$(item).children("code, b").text()}: ${own}`;
    })
    .get();
}

async function eventsOf(ticketId: string): Promise<string[]> {
  return (await db("ticket_events").where({ ticket_id: ticketId })).map(({ action }) => action);
}

async function changeContent(
  messageId: string,
  change: (content: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const row = await db("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where("messages.id", messageId)
    .first("sealed_content", "wrapped_key");
  const content = change(JSON.parse(vault.open(row.wrapped_key, "message", row.sealed_content)));
  const sealed = vault.seal(row.wrapped_key, "message", JSON.stringify(content));
  await db("messages").where({ id: messageId }).update({ sealed_content: sealed });
}
