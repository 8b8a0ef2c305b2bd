import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "#src/database.ts";
import { demoReports, layOutReport } from "#src/demo/reports/demo-reports.ts";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import { claimMails, rawMail } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { readSorting, receiveMail } from "#src/inbox/receive.ts";
import type { PinnedKey } from "#src/mime/crypto-summary.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { confirmKey } from "#src/tickets/confirm-key.ts";
import type { Vault } from "#src/vault/vault.ts";

/** Ids of tickets that came in by mail, and a mail that could not become one. */
export type Cast = {
  /** An encrypted report in English, with an address and a key block. */
  wifi: string;
  /** An encrypted report in French, with an address and no key: only clear text can reach it. */
  lea: string;
  /** A report without summary, text or address: logs only. */
  silent: string;
  /** An ordinary mail in clear with an attachment, from paul@example.org. */
  printer: string;
  /** The id of a mail that is encrypted to somebody else. */
  setAside: string;
};

export const deskAddress = "desk@example.org";

const deskSecret = readFileSync(
  join(import.meta.dirname, "../fixtures/mails/TEST-ONLY-helpdesk-secret.asc"),
  "utf8",
);

/** Four tickets and one mail set aside, made from raw mail by the acts that the worker uses. */
export async function createCast(desk: { db: Database; vault: Vault }): Promise<Cast> {
  const deliver = await mailDoor(desk);
  const ticketOf = async (raw: Buffer) => {
    const { ticket_id } = await deliver(raw);
    if (!ticket_id) throw new Error("A mail of the cast did not become a ticket");
    return ticket_id;
  };
  return {
    wifi: await ticketOf(await report("m.hollander@example.org")),
    lea: await ticketOf(await report("claire.vasseur@example.org")),
    silent: await ticketOf(await report(null)),
    printer: await ticketOf(printerMail),
    setAside: (await deliver(strangersMail)).id,
  };
}

/** Confirms the newest key that came with a ticket, as a staff member does who answers it. */
export async function confirmOffered(
  { db, vault }: { db: Database; vault: Vault },
  ticketId: string,
  staffId: string,
): Promise<void> {
  const { id: offeredId } = await db("offered_keys")
    .where({ ticket_id: ticketId })
    .orderBy("id", "desc")
    .first("id");
  const confirmed = await db.transaction((trx) =>
    confirmKey(trx, vault, { ticketId, staffId, offeredId, compared: false }),
  );
  if (!confirmed) throw new Error("The key was not confirmed");
}

/**
 * A function that takes one raw mail over and reads it, as the worker does, and says what became of it. `pinned` are keys
 * that count as confirmed for it.
 */
export async function mailDoor(
  { db, vault }: { db: Database; vault: Vault },
  keys?: Awaited<ReturnType<typeof openSecretKeys>>,
) {
  const secretKeys = keys ?? (await openSecretKeys([deskSecret]));
  const door = { mailbox: "INBOX", uidvalidity: 1n };
  const start = await db("mail_copies").max("uid").first<{ max: string | null }>();
  let uid = Number(start?.max ?? 0);

  return async (raw: Buffer, pinned: PinnedKey[] = []): Promise<{ id: string; ticket_id: string | null }> => {
    uid += 1;
    await keepMails(db, vault, door, [{ uid, raw, sizeBytes: raw.length }]);
    for (const mail of await claimMails(db, 1, 60)) {
      const reading = await readMail(await rawMail(db, vault, mail), secretKeys, deskAddress, pinned);
      await receiveMail(db, vault, mail, reading, await readSorting(db, vault));
    }
    const found = await db("mails").orderBy("id", "desc").first("id", "ticket_id");
    if (!found) throw new Error("The mail was not kept");
    return found;
  };
}

/** A report of the demo as it comes by mail: the one of this address, or the one without text. */
export async function report(address: string | null): Promise<Buffer> {
  reports ??= demoReports();
  const told = reports.find(
    (each) => each.address === address && (address !== null || /^Subject: *$/m.test(each.body)),
  );
  if (!told) throw new Error("The demo has no such report");
  const key = told.wantsKey ? (await generateSecretKey("", address ?? "")).public : null;
  const [deskKey = ""] = exportPublic(await openSecretKeys([deskSecret]));
  return Buffer.from(await encryptReport(wrapForWire(layOutReport(told, key)), deskKey, told.whisperbackId));
}

let reports: ReturnType<typeof demoReports> | undefined;

const printerMail = Buffer.from(
  [
    "From: Paul Example <paul@example.org>",
    `To: ${deskAddress}`,
    "Subject: My printer is not found",
    "Date: Sat, 21 Nov 2026 10:00:00 +0000",
    "Message-ID: <printer-1@example.org>",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="part"',
    "",
    "--part",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "Hello, my printer is not found any more. <script>alert(1)</script>",
    "I attach what it prints about itself.",
    "--part",
    'Content-Type: text/html; name="page.html"',
    'Content-Disposition: attachment; filename="page.html"',
    "",
    "<script>alert(document.domain)</script>",
    "--part--",
    "",
  ].join("\r\n"),
);

const strangersMail = readFileSync(
  join(import.meta.dirname, "../fixtures/mails/inline-pgp-cut-in-the-middle.eml"),
);
