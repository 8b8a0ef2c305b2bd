import { createHash } from "node:crypto";
import type { Database } from "../../src/database.ts";
import type { ImapServer } from "../../src/demo/imap-server/start-imap-server.ts";
import type { Vault } from "../../src/vault/vault.ts";
import type { TortureMail } from "./mails.ts";

/** What the desk must have made of the mails, and what it has: each problem is a sentence with a number. */
export type Verdict = {
  problems: string[];
  lost: number;
  doubled: number;
  half: number;
  setAside: number;
  wronglySetAside: number;
};

/** What the check keeps of a mail that was sent: enough to find it again, not the mail. */
export type SentMail = Pick<TortureMail, "mark" | "kind"> & { contentHash: string; sha256: string };

export function rememberMail(vault: Vault, { raw, mark, kind }: TortureMail): SentMail {
  return { mark, kind, contentHash: vault.lookUpHash("mail", raw).toString("hex"), sha256: sha256(raw) };
}

/** Compares the desk with what was sent, mail by mail, and holds every rule that binds its rows together. */
export async function checkIntake(
  db: Database,
  vault: Vault,
  server: ImapServer,
  sent: SentMail[],
): Promise<Verdict> {
  const rows = await readMails(db);
  const verdict: Verdict = { problems: [], lost: 0, doubled: 0, half: 0, setAside: 0, wronglySetAside: 0 };
  const tell = (sentence: string) => void (verdict.problems.length < 50 && verdict.problems.push(sentence));

  const known = new Set(sent.map(({ contentHash }) => contentHash));
  const strangers = [...rows.keys()].filter((hash) => !known.has(hash));
  verdict.doubled += strangers.length;
  for (const hash of strangers.slice(0, 5))
    tell(`mail ${rows.get(hash)?.id} is none that was sent: a piece of one?`);

  for (const mail of sent) {
    const row = rows.get(mail.contentHash);
    if (!row) {
      verdict.lost += 1;
      tell(`a mail is lost (${mail.kind}, ${mail.mark})`);
      continue;
    }
    if (row.state === "set_aside") verdict.setAside += 1;
    const wrong = whatIsWrong(vault, mail, row);
    if (!wrong) continue;
    if (row.messages > 1) verdict.doubled += 1;
    else if (row.state === "set_aside") verdict.wronglySetAside += 1;
    else verdict.half += 1;
    tell(`mail ${row.id} (${mail.kind}) ${wrong}`);
  }

  for (const [rule, sql] of rules) {
    const { rows: broken } = await db.raw(`select count(*)::int as count from (${sql}) broken`);
    if (broken[0].count === 0) continue;
    verdict.half += broken[0].count;
    tell(`${broken[0].count} × ${rule}`);
  }
  checkServer(server, sent, tell, verdict);
  return verdict;
}

type MailRow = {
  id: string;
  state: string;
  outcome: string | null;
  set_aside_reason: string | null;
  messages: number;
  texts: { sealed: Buffer; key: Buffer; whisperbackId: string | null }[];
};

async function readMails(db: Database): Promise<Map<string, MailRow>> {
  const mails = await db("mails").select(
    "id",
    "state",
    "outcome",
    "set_aside_reason",
    db.raw("encode(content_hash, 'hex') as content_hash"),
  );
  const messages = await db("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .leftJoin("reports", "reports.message_id", "messages.id")
    .whereNotNull("messages.mail_id")
    .select("messages.mail_id", "sealed_content", "wrapped_key", "reports.whisperback_id");
  const byMail = Map.groupBy(messages, (message) => message.mail_id);
  return new Map(
    mails.map((mail) => {
      const own = byMail.get(mail.id) ?? [];
      const texts = own.map((one) => ({
        sealed: one.sealed_content,
        key: one.wrapped_key,
        whisperbackId: one.whisperback_id,
      }));
      return [mail.content_hash, { ...mail, messages: own.length, texts }];
    }),
  );
}

function whatIsWrong(vault: Vault, mail: SentMail, row: MailRow): string | null {
  if (mail.kind === "not our key") {
    const right =
      row.state === "set_aside" && /a key that this desk does not have/.test(row.set_aside_reason ?? "");
    return right && row.messages === 0 ? null : `should be set aside, and is ${row.state}`;
  }
  if (row.state !== "read") return `is ${row.state}: ${row.set_aside_reason}`;
  if (row.messages !== 1) return `has ${row.messages} messages`;
  const [message] = row.texts;
  if (!message) return "has no message";
  if (mail.kind === "report") return message.whisperbackId === mail.mark ? null : "holds another report";
  return vault.open(message.key, "message", message.sealed).includes(mail.mark) ? null : "holds another text";
}

/** Each selects what must not be there. */
const rules: [rule: string, sql: string][] = [
  [
    "ticket without a message",
    "select from tickets where not exists (select from messages where ticket_id = tickets.id)",
  ],
  [
    "ticket that counts its messages wrongly",
    "select from tickets where message_count <> (select count(*) from messages where ticket_id = tickets.id)",
  ],
  [
    "ticket without exactly one event that it was opened",
    "select from tickets where 1 <> (select count(*) from ticket_events where ticket_id = tickets.id and action = 'opened')",
  ],
  [
    "ticket that no mail opened",
    "select from tickets where 1 <> (select count(*) from mails where ticket_id = tickets.id and outcome = 'opened')",
  ],
  [
    "message that cannot be searched",
    "select from messages where not exists (select from search_documents where message_id = messages.id)",
  ],
  [
    "message on another ticket than its mail",
    "select from messages join mails on mails.id = messages.mail_id where mails.ticket_id is distinct from messages.ticket_id",
  ],
  ["message without a mail", "select from messages where mail_id is null and kind = 'from_user'"],
  [
    "message of a mail that is not read",
    "select from messages join mails on mails.id = messages.mail_id where mails.state <> 'read'",
  ],
  [
    "read mail without its message",
    "select from mails where state = 'read' and not exists (select from messages where mail_id = mails.id)",
  ],
  [
    "WhisperBack ticket whose first message has no report",
    `select from tickets where channel = 'whisperback' and not exists (
       select from messages join reports on reports.message_id = messages.id where ticket_id = tickets.id)`,
  ],
  [
    "report whose id is not that of its ticket",
    `select from reports join messages on messages.id = reports.message_id join tickets on tickets.id = messages.ticket_id
     where reports.whisperback_id is distinct from tickets.whisperback_id`,
  ],
  [
    "two tickets of one report",
    "select whisperback_id from tickets where whisperback_id is not null group by 1 having count(*) > 1",
  ],
  [
    "mail that nobody found anywhere",
    "select from mails where not exists (select from mail_copies where mail_id = mails.id)",
  ],
  ["mail that still waits", "select from mails where state = 'kept'"],
  ["mail with a lease after its end", "select from mails where state <> 'kept' and lease_token is not null"],
  ["mail without its raw copy", "select from mails where sealed_raw is null"],
];

function checkServer(
  server: ImapServer,
  sent: SentMail[],
  tell: (sentence: string) => void,
  verdict: Verdict,
): void {
  const left = server.messages("desk", "INBOX").length;
  if (left > 0) tell(`${left} mails are left in the mailbox`);
  const done = server.messages("desk", "Whisperdesk").map(({ raw }) => sha256(raw));
  const once = new Set(done);
  if (once.size < done.length) tell(`${done.length - once.size} mails are twice in the folder of done mails`);
  const missing = sent.filter((mail) => !once.has(mail.sha256)).length;
  if (missing > 0 && left === 0) {
    verdict.lost += missing;
    tell(`${missing} mails are gone from the server`);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
