import { isAtPublicHost } from "./public-host.ts";

/** What the rules have to know of a mail that opened a ticket; nothing of its words. */
export type OpeningMail = {
  isReport: boolean;
  /** What RFC 3834 says against it, in words; null: nothing. */
  noAutomaticAnswer: string | null;
  /** Message-IDs that it names, ours or not. */
  references: string[];
  personId: string | null;
  /** Of its sender. */
  address: string | null;
  /** OpenPGP or S/MIME stands in it, whether it opened or not. */
  showsCryptography: boolean;
  /** When the mail server got it. */
  receivedAt: Date;
  /** What the mail itself claims; null: nothing readable. */
  date: string | null;
};

const dayMs = 24 * 3_600_000;
const mostDays = 2;

/** Why a mail that opened a ticket is not acknowledged, whatever else is right, in words for the staff; null: it may be. */
export function whyNotAcknowledged(mail: OpeningMail, now: Date, deskSince: Date | null): string | null {
  if (mail.isReport) return "It is a WhisperBack report";
  // Asked before all that is known from inside the mail: an answer or none must not tell whether it opened.
  if (mail.showsCryptography) return "OpenPGP or S/MIME stands in it: whether it opens is told to nobody";
  if (mail.noAutomaticAnswer) return mail.noAutomaticAnswer;
  if (mail.references.length > 0) return "It answers another mail, so it is not the first of its thread";
  if (!mail.personId || !mail.address) return "It names no sender";
  if (!isAtPublicHost(mail.address)) return "Its address is at no public host name";
  if (deskSince && mail.receivedAt < deskSince) return "It lay in the mailbox before the desk opened it";
  const days = Math.floor((now.getTime() - writtenAt(mail)) / dayMs);
  if (days >= mostDays) return `It is ${days} days old: old mail gets none`;
  return null;
}

/** The older of the two: a mailbox that was moved may have forgotten when its mails came. */
function writtenAt({ receivedAt, date }: OpeningMail): number {
  const claimed = date === null ? Number.NaN : Date.parse(date);
  return Math.min(receivedAt.getTime(), Number.isNaN(claimed) ? Number.POSITIVE_INFINITY : claimed);
}
