import { randomBytes } from "node:crypto";
import type { ImapFlow } from "imapflow";
import { type MailboxSettings, openMailbox, withTimeout } from "../inbox/mailbox.ts";
import { describeConnectionProblem } from "./connection-problem.ts";

export type MailboxTrial = { ok: true; waiting: number } | { ok: false; problem: string };

const patience = 20;

/**
 * Does once what the worker does all day: signs in, opens the folder, moves a mail to the folder for done ones. The
 * mail is one of its own in a folder of its own, so that no worker ever sees it; both are gone afterwards.
 */
export async function tryMailbox(settings: MailboxSettings): Promise<MailboxTrial> {
  let client: ImapFlow | null = null;
  const patient = { ...settings, secondsToWait: patience };
  try {
    client = await openMailbox(patient);
    const waiting = client.mailbox ? client.mailbox.exists : 0;
    const problem = await withTimeout(client, patient, tryMoving(client, settings.doneFolder));
    return problem ? { ok: false, problem } : { ok: true, waiting };
  } catch (error) {
    return { ok: false, problem: describeFailure(error, settings) };
  } finally {
    client?.close();
  }
}

async function tryMoving(client: ImapFlow, doneFolder: string): Promise<string | null> {
  const scratch = `${doneFolder}-test-${randomBytes(4).toString("hex")}`;
  const cannot = (what: string) => `IMAP_DONE_FOLDER: the server does not let us ${what}`;
  const made = await attempt(client.mailboxCreate(doneFolder));
  if (!made) return cannot("make this folder");
  if (!(await attempt(client.mailboxCreate(scratch)))) return cannot("make a folder beside it");
  try {
    const mark = `<${randomBytes(12).toString("hex")}@test.invalid>`;
    const mail = `From: test@test.invalid\r\nMessage-ID: ${mark}\r\nSubject: test\r\n\r\ntest\r\n`;
    if (!(await attempt(client.append(scratch, mail)))) return cannot("write a mail");
    await client.mailboxOpen(scratch);
    if (!(await attempt(client.messageMove("1", doneFolder)))) return cannot("move a mail there");
    await client.mailboxOpen(doneFolder);
    const found = await client.search({ header: { "message-id": mark } }, { uid: true });
    if (found === false || found?.length !== 1) return cannot("find again what was moved there");
    return (await attempt(client.messageDelete(found, { uid: true }))) ? null : cannot("delete a mail");
  } finally {
    await attempt(client.mailboxDelete(scratch));
  }
}

/** imapflow says no with `false` for some commands and with an error for others. */
async function attempt(command: Promise<unknown>): Promise<boolean> {
  try {
    const answer = await command;
    return answer !== false && answer !== undefined;
  } catch (error) {
    if (error instanceof Error && "responseStatus" in error) return false;
    throw error;
  }
}

function describeFailure(error: unknown, settings: MailboxSettings): string {
  const refused = error instanceof Error && "responseStatus" in error && !("authenticationFailed" in error);
  if (!refused) return describeConnectionProblem(error, "IMAP");
  return `IMAP_FOLDER: the server does not open the folder “${settings.folder}”`;
}
