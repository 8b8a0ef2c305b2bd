import type { Mail } from "./mail.ts";
import { type DeliveryReport, readDeliveryReport } from "./read-delivery-report.ts";
import { firstHeader } from "./read-headers.ts";
import { type Facts, factsOf, type RobotSign, type Shows, signsOf } from "./robot-signs.ts";

/**
 * What sort of sender wrote a mail (RFC 3834, RFC 3464 and custom). "bounce": a mail could not be delivered; "automatic": a
 * program's answer or report; "likely automatic": it looks like one, and is when it answers a mail of ours. Hints make
 * nobody a program: they only keep automatic answers away.
 */
export type Sender = {
  sort: "person" | "likely automatic" | "automatic" | "list" | "bounce";
  reason: string;
  /** The first sign of a program, however weak; null: none, so that the desk may answer by itself. */
  hint: string | null;
};

/** Judges who wrote a mail by the table of signs. Linear in the mail; what it says of itself proves nothing. */
export function automaticMail(mail: Mail): Sender {
  const facts = factsOf(mail);
  const signs = signsOf(facts);
  const first = (...shows: Shows[]) => signs.find((sign) => shows.includes(sign.shows))?.name ?? null;
  const hint = first("server", "perhaps server", "reply", "reply in words", "list", "hint");
  const because = (sort: Sender["sort"], reason: string): Sender => ({ sort, reason, hint: hint ?? reason });

  const reported = reportOf(facts, signs);
  if (reported) return because(reported.sort, reported.reason);
  const reply = first("reply");
  if (reply) return because("automatic", reply);
  const list = first("list");
  if (list) return because("list", list);
  const likely = likelyReply(signs);
  if (likely) return because("likely automatic", likely);
  return { sort: "person", reason: hint ?? "no sign of a program", hint };
}

/** The reports of servers and mail programs; null: it is none. */
function reportOf(facts: Facts, signs: RobotSign[]): Pick<Sender, "sort" | "reason"> | null {
  const automatic = (reason: string) => ({ sort: "automatic" as const, reason });
  const type = reportType(facts.mail);
  if (type === "receipt") return automatic("a read receipt");
  if (type === "complaint") return automatic("a report of spam");

  const status = type === "delivery" || shows(signs, "server") ? readDeliveryReport(facts.mail) : null;
  if (type !== "delivery" && !isFromServer(facts, signs)) return null;
  const became = status?.action ?? actionInWords(signs);
  if (became === "failed") return { sort: "bounce", reason: "a mail could not be delivered" };
  return automatic(reasons[became]);
}

const reasons: Record<Exclude<DeliveryReport["action"], null | "failed">, string> = {
  delayed: "a report that a mail is late",
  delivered: "a report that a mail was delivered",
  relayed: "a report that a mail was passed on",
  expanded: "a report that a mail was passed on",
};

/** The kind of report as its parts or its type tell it (RFC 6522 §3, RFC 8098, RFC 5965, RFC 6533). */
function reportType({ headers, attachments }: Mail): "delivery" | "receipt" | "complaint" | null {
  const has = (type: RegExp) => attachments.some(({ contentType }) => type.test(contentType));
  const content = (firstHeader(headers, "content-type") ?? "").slice(0, 2000).toLowerCase();
  if (!/^\s*multipart\/report\b/.test(content)) {
    return /^\s*message\/(global-)?disposition-notification\b/.test(content) ? "receipt" : null;
  }
  if (has(/^message\/(global-)?disposition-notification$/) || /report-type="?disposition-/.test(content))
    return "receipt";
  if (has(/^message\/feedback-report$/) || /report-type="?feedback-/.test(content)) return "complaint";
  return "delivery";
}

function shows(signs: RobotSign[], ...wanted: Shows[]): boolean {
  return signs.some((sign) => wanted.includes(sign.shows));
}

/**
 * Whether a server wrote it and tells about a delivery. Signs that people's mail has too count only together: a person may
 * be called postmaster, a forwarder may empty the return path, and anybody may write about a mail that came back.
 */
function isFromServer(facts: Facts, signs: RobotSign[]): boolean {
  if (shows(signs, "server")) return true;
  const named = (name: string) => signs.some((sign) => sign.name === name);
  const subject = shows(signs, "failed", "late", "arrived");
  const words = shows(signs, "failed in words", "late in words");
  const copy = shows(signs, "returned mail");
  const evidence = [subject, words, copy].filter(Boolean).length;
  // Who answers a mail of ours and gives none back writes as a person does.
  if (evidence < 2 || (facts.has("in-reply-to") && !copy)) return false;
  if (named("from the postmaster") || named("from no address")) return true;
  const program = named("an address of a program");
  if (named("empty Return-Path") && program && words && copy) return true;
  const serverLike = shows(signs, "perhaps server") || named("Auto-Submitted") || program;
  return subject && serverLike;
}

function actionInWords(signs: RobotSign[]): "failed" | "delayed" | "delivered" {
  if (shows(signs, "late") && !shows(signs, "failed")) return "delayed";
  if (shows(signs, "failed")) return "failed";
  if (shows(signs, "late in words")) return "delayed";
  return shows(signs, "arrived") ? "delivered" : "failed";
}

/** A program says so of itself in general, or a subject as automatic answers have it comes with any other hint. */
function likelyReply(signs: RobotSign[]): string | null {
  const submitted = signs.find(({ name }) => name === "Auto-Submitted");
  if (submitted) return submitted.name;
  const words = signs.find((sign) => sign.shows === "reply in words");
  return words && shows(signs, "hint", "perhaps server") ? words.name : null;
}
