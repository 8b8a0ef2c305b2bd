import type { Database } from "../database.ts";
import { composeClear, composeEncrypted, type Outgoing } from "../mime/compose-mail.ts";
import type { SecretKeys } from "../openpgp/open-secret-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { type ClaimedAnswer, claimAnswer } from "./claim-outbox.ts";
import { type HandOver, handOver, mostSecondsOf, type SmtpServer } from "./hand-over.ts";
import { messageIdOf } from "./message-id.ts";
import type { Envelope } from "./queue-mail.ts";

/** What the worker needs to send: the server, who we are, and our secret keys to sign with. */
export type Sender = { server: SmtpServer; name: string; address: string; keys: SecretKeys };

/** Minutes until the next try; after the last one the answer has failed and the staff see it. */
const backOff = [1, 5, 15, 60, 120, 240, 480, 720, 1440];

/** Writing the mail takes time before its hand-over begins, and the lease covers both. */
const leaseFactor = 1.25;

/** Sends the answers that are due, one after the other, until none is left. Returns how many it worked on. */
export async function sendDueAnswers(db: Database, vault: Vault, sender: Sender): Promise<number> {
  for (let count = 0; ; count += 1) {
    const answer = await claimAnswer(db, mostSecondsOf(sender.server) * leaseFactor);
    if (!answer) return count;
    await record(db, answer, await send(vault, sender, answer));
  }
}

async function send(vault: Vault, sender: Sender, answer: ClaimedAnswer): Promise<HandOver> {
  const envelope: Envelope = JSON.parse(vault.open(answer.envelope_key, "envelope", answer.sealed_envelope));
  let raw: Uint8Array;
  try {
    raw = await compose(vault, sender, answer, envelope);
  } catch {
    return {
      state: "failed",
      failure: "The mail could not be written: the key may have expired, or it cannot encrypt",
    };
  }
  const isNobody = answer.automatic && answer.failure !== needsSender;
  const { server, address } = sender;
  const result = await handOver(server, address, envelope.to, raw, isNobody ? "" : address);
  const mayName = isNobody && result.state === "failed" && result.senderRefused;
  return mayName ? { state: "later", failure: needsSender } : result;
}

/** An automatic answer names nobody to whom it could come back (RFC 3834 §3.3), where the server takes such mail. */
const needsSender = "The mail server takes no mail without a sender: the next try names the desk";

async function compose(
  vault: Vault,
  sender: Sender,
  answer: ClaimedAnswer,
  envelope: Envelope,
): Promise<Uint8Array> {
  const content: { text: string } = JSON.parse(
    vault.open(answer.content_key, "message", answer.sealed_content),
  );
  const mail: Outgoing = {
    from: { name: sender.name, address: sender.address },
    to: { name: "", address: envelope.to },
    subject: envelope.subject,
    text: content.text,
    messageId: messageIdOf(vault, answer.reference, sender.address),
    inReplyTo: envelope.inReplyTo,
    references: envelope.references,
    date: new Date(),
    language: envelope.language,
    attachments: [],
    automatic: answer.automatic,
  };
  return answer.protection === "encrypted"
    ? await composeEncrypted(mail, envelope.keys, sender.keys)
    : await composeClear(mail);
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
