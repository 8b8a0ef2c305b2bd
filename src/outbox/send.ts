import type { Database } from "../database.ts";
import type { SecretKeys } from "../openpgp/open-secret-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { type ClaimedAnswer, claimAnswer } from "./claim-outbox.ts";
import { type HandOver, handOver, mostSecondsOf, type SmtpServer } from "./hand-over.ts";
import { messageIdOf } from "./message-id.ts";
import { keyToAttach, type OurKey, ourKeyOf, rememberKey } from "./our-key.ts";
import { agreementOf, type Envelope } from "./queue-mail.ts";
import { type Written, writeMail } from "./write-mail.ts";

/** What the worker needs to send: the server, who we are, and our secret keys to sign with. */
export type Sender = {
  server: SmtpServer;
  name: string;
  address: string;
  keys: SecretKeys;
  /** Puts our public key into a header of every mail, where programs look for it. */
  autocrypt?: boolean;
};

/** Minutes until the next try; after the last one the answer has failed and the staff see it. */
const backOff = [1, 5, 15, 60, 120, 240, 480, 720, 1440];

/** Writing the mail takes time before its hand-over begins, and the lease covers both. */
const leaseFactor = 1.25;

/** Sends the answers that are due, one after the other, until none is left. Returns how many it worked on. */
export async function sendDueAnswers(db: Database, vault: Vault, sender: Sender): Promise<number> {
  const ourKey = await ourKeyOf(sender.keys);
  for (let count = 0; ; count += 1) {
    const answer = await claimAnswer(db, mostSecondsOf(sender.server) * leaseFactor);
    if (!answer) return count;
    await record(db, answer, await send(db, vault, sender, ourKey, answer));
  }
}

async function send(
  db: Database,
  vault: Vault,
  sender: Sender,
  ourKey: OurKey | null,
  answer: ClaimedAnswer,
): Promise<HandOver> {
  const envelope: Envelope = JSON.parse(vault.open(answer.envelope_key, "envelope", answer.sealed_envelope));
  const newKey = answer.automatic ? null : await keyToAttach(db, vault, ourKey, envelope.to);
  const written = await write(db, vault, sender, answer, envelope, newKey);
  if (!written.ok) return { state: "failed", failure: written.failure };
  const result = await handOverAs(sender, answer, envelope.to, written.raw);
  if (newKey && result.state === "accepted") await rememberKey(db, vault, newKey, envelope.to);
  return result;
}

async function handOverAs(
  { server, address }: Sender,
  answer: ClaimedAnswer,
  to: string,
  raw: Uint8Array,
): Promise<HandOver> {
  const isNobody = answer.automatic && answer.failure !== needsSender;
  const result = await handOver(server, address, to, raw, isNobody ? "" : address);
  const mayName = isNobody && result.state === "failed" && result.senderRefused;
  return mayName ? { state: "later", failure: needsSender } : result;
}

/** An automatic answer names nobody to whom it could come back (RFC 3834 §3.3), where the server takes such mail. */
const needsSender = "The mail server takes no mail without a sender: the next try names the desk";

async function write(
  db: Database,
  vault: Vault,
  sender: Sender,
  answer: ClaimedAnswer,
  envelope: Envelope,
  newKey: OurKey | null,
): Promise<Written> {
  const { text }: { text: string } = JSON.parse(
    vault.open(answer.content_key, "message", answer.sealed_content),
  );
  const { clear_agreed_by: clearAgreedBy, clear_request_id: clearRequestId } = answer;
  const clear = agreementOf({ clearAgreedBy, clearRequestId }, text);
  return await writeMail(db, vault, sender, {
    leaving: { to: envelope.to, ticketId: answer.ticket_id, clear },
    protection: answer.protection,
    subject: envelope.subject,
    text,
    messageId: messageIdOf(vault, answer.reference, sender.address),
    inReplyTo: envelope.inReplyTo,
    references: envelope.references,
    date: new Date(),
    language: envelope.language,
    attachedKey: newKey?.armored ?? null,
    automatic: answer.automatic,
  });
}

/** Only the worker whose lease it still is may say what became of the mail. */
async function record(db: Database, answer: ClaimedAnswer, result: HandOver): Promise<void> {
  await db("outbox_mails")
    .where({ id: answer.id, state: "sending", lease_token: answer.lease_token })
    .update({ ...changeFor(db, answer, result), lease_token: null, leased_until: null });
}

function changeFor(db: Database, answer: ClaimedAnswer, result: HandOver): Record<string, unknown> {
  if (result.state === "accepted") return { state: "accepted", failure: null, decided_at: db.fn.now() };
  const minutes = backOff[answer.attempts - 1];
  if (result.state === "later" && minutes) {
    const notBefore = db.raw("now() + make_interval(mins => ?)", [minutes]);
    return { state: "queued", failure: result.failure, not_before: notBefore };
  }
  return { state: result.state === "later" ? "failed" : result.state, failure: result.failure };
}
