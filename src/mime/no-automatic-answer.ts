import { automaticMail } from "./automatic-mail.ts";
import type { Mail } from "./mail.ts";
import { isOneSender } from "./one-sender.ts";
import { firstHeader } from "./read-headers.ts";

/** Why no automatic answer may go to the sender of a mail (RFC 3834 §2), in words for the staff; null: one may. */
export function whyNoAutomaticAnswer(mail: Mail): string | null {
  const { sort, reason } = automaticMail(mail);
  if (sort !== "person") return `${writers[sort]} (${reason})`;
  if (!mail.from[0]) return "It names no sender";
  if (!isOneSender(mail)) return "It does not name exactly one sender";
  if (isForPrograms(mail.from[0].address)) return "Its sender is an address of a program";
  if (isMarkedAsSpam(mail)) return "A mail server took it for spam";
  return null;
}

const writers = {
  bounce: "A mail server wrote it",
  list: "It came over a mailing list",
  automatic: "A program wrote it",
};

/** Addresses behind which a list or a server stands, and the one that all WhisperBack reports name. */
function isForPrograms(address: string): boolean {
  const local = address.slice(0, address.lastIndexOf("@")).toLowerCase();
  return (
    /^(owner-.*|devnull|null|nobody|listserv|majordomo|mdaemon|bounces?)$/.test(local) ||
    /-(request|owner|bounces?|relay)$/.test(local) ||
    /^bounces?[+=-]/.test(local)
  );
}

function isMarkedAsSpam({ headers }: Mail): boolean {
  const says = (name: string) => /^\s*yes\b/i.test(firstHeader(headers, name) ?? "");
  return says("x-spam-flag") || says("x-spam-status");
}
