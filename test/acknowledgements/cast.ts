import { randomBytes } from "node:crypto";
import { turnOn } from "#src/acknowledgements/settings.ts";
import { type Database, openDatabase } from "#src/database.ts";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { claimMails, rawMail } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readKeptMails } from "#src/inbox/read-kept-mails.ts";
import { readSorting, receiveMail } from "#src/inbox/receive.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { sendDueAnswers } from "#src/outbox/send.ts";
import { write } from "#test/reply-templates/cast.ts";
import { deskAddress, deskSecretKey, plainMail, startIntake } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";
import type { Ending } from "#test/support/postgres.ts";

export const signature = { name: "Help desk", address: deskAddress };
export const english = "Hello,\n\nyour message has arrived as {{ticket}}.\n\n{{desk}}";
export const french = "Bonjour,\n\nvotre message est arrivé : {{ticket}}.\n\n{{desk}}";

/** A desk whose English queue acknowledges mail with a text in English and French. */
export async function startAcknowledgingDesk(t: Ending) {
  const intake = await startIntake(t);
  const { db, vault, readers } = intake;
  const sink: SmtpSink = await startSmtpSink();
  t.after(() => sink.stop());
  const [ilse] = await db("staff").insert({ name: "ilse", role: "lead", password_hash: "-" }).returning("id");
  const staffId: string = ilse.id;
  const templateId = await write(db, staffId, { name: "It has arrived", body: english }, { fr: french });
  const queues = new Map<string, string>(
    (await db("queues").select("id", "language")).map(({ id, language }) => [language ?? "other", id]),
  );
  const queueId = queues.get("en") ?? "";
  for (const id of queues.values()) await mustTurnOn(db, id, templateId, staffId);

  const read = async () => {
    const failures: unknown[] = [];
    const onFailure = (error: unknown) => failures.push(error);
    await readKeptMails(db, vault, { readers, mailSizeLimit: 50_000_000, desk: signature, onFailure });
    if (failures.length > 0) throw failures[0];
  };
  let uid = 1000;
  const keep = async (raw: Buffer | string, receivedAt?: Date) => {
    const mail = { uid: ++uid, raw: Buffer.from(raw), sizeBytes: Buffer.byteLength(raw) };
    const dated = receivedAt ? { ...mail, receivedAt } : mail;
    await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, [dated]);
  };
  const readAtOnce = async (own: Database, most = 100) => {
    const mails = await claimMails(own, most, 60);
    const readings = await Promise.all(
      mails.map(async (mail) => ({ mail, reading: await readers.read(await rawMail(own, vault, mail)) })),
    );
    const sorting = await readSorting(own, vault, signature);
    return await Promise.all(
      readings.map(({ mail, reading }) => receiveMail(own, vault, mail, reading, sorting)),
    );
  };
  const sender = {
    name: signature.name,
    address: deskAddress,
    keys: await openSecretKeys([deskSecretKey]),
    server: { host: sink.host, port: sink.port, tls: "no" as const, secondsToWait: limit(5) / 1000 },
  };
  return {
    ...intake,
    sink,
    staffId,
    templateId,
    queueId,
    queues,
    keep,
    read,
    async deliver(raw: Buffer | string, receivedAt?: Date) {
      await keep(raw, receivedAt);
      await read();
    },
    /** Reads mails at the same moment, each in a transaction of its own, as several workers do. */
    readAtOnce: (most?: number) => readAtOnce(db, most),
    /** A second worker with connections of its own. */
    async anotherWorker(ending: Ending) {
      const own = openDatabase(intake.url);
      ending.after(() => own.destroy());
      return { readAtOnce: (most?: number) => readAtOnce(own, most) };
    },
    send: () => sendDueAnswers(db, vault, sender),
    /** What became of the acknowledgement of the newest ticket: a reason, or null when it went. */
    async reason(): Promise<string | null> {
      const ticket = await db("tickets").orderBy("id", "desc").first("id");
      const row = await db("acknowledgements").where({ ticket_id: ticket.id }).first("reason");
      if (!row) throw new Error("Nothing was noted about an acknowledgement");
      return row.reason;
    },
    acknowledgements: () => db("messages").where({ kind: "acknowledgement" }),
  };
}

export type AcknowledgingDesk = Awaited<ReturnType<typeof startAcknowledgingDesk>>;

export async function mustTurnOn(db: Database, queueId: string, templateId: string, staffId: string) {
  const turned = await turnOn(db, { queueId, templateId, staffId });
  if (!turned.ok) throw new Error(turned.reason);
}

/** A mail as a person writes it today, of somebody new each time. */
export function newMail(mail: Parameters<typeof plainMail>[0] = {}, date = new Date()): string {
  const from = `person-${randomBytes(4).toString("hex")}@example.org`;
  return plainMail({ from, ...mail }).replace(/^Date: .*$/m, `Date: ${date.toUTCString()}`);
}
