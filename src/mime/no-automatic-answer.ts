import { automaticMail } from "./automatic-mail.ts";
import { isSameAddress } from "./clean-address.ts";
import type { Mail } from "./mail.ts";
import { isOneSender } from "./one-sender.ts";
import { firstHeader } from "./read-headers.ts";

/** Why no automatic answer may go to the sender of a mail (RFC 3834 §2), in words for the staff; null: one may. */
export function whyNoAutomaticAnswer(mail: Mail): string | null {
  const { sort, reason, hint } = automaticMail(mail);
  if (sort !== "person") return `${writers[sort]} (${reason})`;
  if (hint) return `A program may have written it (${hint})`;
  if (!mail.from[0]) return "It names no sender";
  if (!isOneSender(mail)) return "It does not name exactly one sender";
  if (asksElsewhere(mail)) return "It asks for answers at another address";
  if (isMarkedAsSpam(mail)) return "A mail server took it for spam";
  return null;
}

const writers = {
  bounce: "A mail server wrote it",
  list: "It came over a mailing list",
  automatic: "A program wrote it",
  "likely automatic": "A program is likely to have written it",
};

/** Who reads the mailbox of the sender may be whom the person who wrote would not have read an answer. */
function asksElsewhere({ from, replyTo }: Mail): boolean {
  const sender = from[0]?.address;
  return replyTo.some(({ address }) => !isSameAddress(address, sender));
}

function isMarkedAsSpam({ headers }: Mail): boolean {
  const says = (name: string) => /^\s*yes\b/i.test(firstHeader(headers, name) ?? "");
  return says("x-spam-flag") || says("x-spam-status");
}
