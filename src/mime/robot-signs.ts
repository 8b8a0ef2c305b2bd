import type { Mail } from "./mail.ts";
import { firstHeader } from "./read-headers.ts";
import { isReturnedPart, noticeOf } from "./returned-mail.ts";
import {
  arrivedSubject,
  failedSubject,
  failedWords,
  lateSubject,
  lateWords,
  massMailing,
  receiptSubject,
  replySubject,
  robotAddress,
  robotName,
  robotWords,
  serverName,
  tracker,
} from "./robot-words.ts";

/** One thing in a mail that shows a program at work. Each has its source and, by its name, an example in the tests. */
export type RobotSign = {
  name: string;
  /** The standard, or whose program writes it. */
  source: string;
  shows: Shows;
  found: (facts: Facts) => boolean;
};

/**
 * "server": nobody but a mail server writes so; "perhaps server": people do too. "failed", "late" and "arrived" are what a
 * server's subject or words tell. "reply": certainly an automatic answer; "reply in words": looks like one. "hint": people's
 * mail has it too, so it only keeps our automatic answers away.
 */
export type Shows =
  | "server"
  | "perhaps server"
  | "returned mail"
  | "failed"
  | "failed in words"
  | "late"
  | "late in words"
  | "arrived"
  | "reply"
  | "reply in words"
  | "list"
  | "hint";

export type Facts = {
  mail: Mail;
  /** In small letters; "" when absent. */
  header: (name: string) => string;
  has: (name: string) => boolean;
  /** What stands before the "@" of each sender, and the names beside, in small letters; senders without a domain too. */
  locals: string[];
  names: string;
  subject: string;
  /** The beginning of the text, in front of a returned mail, in small letters. */
  notice: string;
};

/** What the signs look at, gathered once. */
export function factsOf(mail: Mail): Facts {
  const from = (firstHeader(mail.headers, "from") ?? "").slice(0, 1000).toLowerCase();
  const locals = mail.from.map(({ address }) => address.slice(0, address.lastIndexOf("@")).toLowerCase());
  return {
    mail,
    header: (name) => (firstHeader(mail.headers, name) ?? "").slice(0, 2000).trim().toLowerCase(),
    has: (name) => firstHeader(mail.headers, name) !== null,
    locals: locals.length > 0 ? locals : [/([^\s<>@"()]+)(?:\s*<\s*>|>)?\s*$/.exec(from)?.[1] ?? ""],
    names: [from, ...mail.from.map(({ name }) => name.toLowerCase())].join("\n"),
    subject: mail.subject.trim().toLowerCase(),
    notice: noticeOf(mail).toLowerCase(),
  };
}

/** The signs that a mail shows, in the order of the table. */
export function signsOf(facts: Facts): RobotSign[] {
  return robotSigns.filter(({ found }) => found(facts));
}

const isSet = (value: string) => value !== "" && !/^(no|none|false|0|off)\b/.test(value);
const field = (name: string, pattern: RegExp) => (facts: Facts) => pattern.test(facts.header(name));
const fieldSet = (name: string) => (facts: Facts) => isSet(facts.header(name));
const fieldThere = (name: string) => (facts: Facts) => facts.has(name);
const subject = (pattern: RegExp) => (facts: Facts) => pattern.test(facts.subject);
const words = (pattern: RegExp) => (facts: Facts) => pattern.test(facts.notice);

/**
 * Every sign of programs that the desk knows, in one table. Robots, bounces and people are told apart by these alone; a
 * new one needs its source here and an example in the tests.
 */
export const robotSigns: readonly RobotSign[] = [
  // A mail server wrote it.
  {
    name: "from a mail server",
    source: "RFC 5321 §6.1; MAILER-DAEMON of sendmail, Postfix, Exim, qmail, with or without a domain",
    shows: "server",
    found: ({ names }) => /mailer[-_. ]?daemon/.test(names),
  },
  {
    name: "lists the recipients that failed",
    source: "X-Failed-Recipients of Exim and Gmail",
    shows: "server",
    found: fieldThere("x-failed-recipients"),
  },
  {
    name: "from the postmaster",
    source: "RFC 5321 §4.5.1, also post_master and addresses without a domain",
    shows: "perhaps server",
    found: ({ locals, names }) =>
      locals.some((one) => /^\W?po+st[._-]?master\b/.test(one)) || /^"?post[._-]?master\b/.test(names),
  },
  {
    name: "from the name of a mail server",
    source: "Display names of sendmail, Exim, Exchange, Courier, KDDI, and their translations",
    shows: "perhaps server",
    found: ({ names }) => serverName.test(names),
  },
  {
    name: "from an address of a mail program",
    source: "MDaemon, InterScan, Symantec and other gateways",
    shows: "perhaps server",
    found: ({ locals }) =>
      locals.some((one) => /^mdaemon$|^imss$|smtp|antivirus|^inetgw|^bounces?$|mail[._-]?gateway/.test(one)),
  },
  {
    name: "from no address",
    source: 'RFC 5321 §4.5.5, written into From as "<>"',
    shows: "perhaps server",
    found: ({ mail, header }) => mail.from.length === 0 && /<\s*>/.test(header("from")),
  },
  {
    name: "empty Return-Path",
    source:
      "RFC 3834 §4, RFC 5321 §4.5.5, kept by sendmail as MAILER-DAEMON; programs that answer for a person write it too",
    shows: "perhaps server",
    found: field("return-path", /^<\s*>$|^<?mailer-daemon\b/),
  },
  {
    name: "it gives a mail back",
    source: "RFC 6522 §3 and the plain copies of qmail, Exim, sendmail, Exchange",
    shows: "returned mail",
    found: ({ mail, notice }) =>
      mail.attachments.some(({ contentType }) => isReturnedPart(contentType)) ||
      notice.length < mail.text.length,
  },
  {
    name: "a subject about a failed delivery",
    source:
      "Subjects of sendmail, Postfix, Exim, qmail, Exchange, Domino, MDaemon, Gmail, and their translations",
    shows: "failed",
    found: subject(failedSubject),
  },
  {
    name: "words about a failed delivery",
    source: "Texts of sendmail, Postfix, Exim, qmail, Exchange, Domino, and their translations",
    shows: "failed in words",
    found: words(failedWords),
  },
  {
    name: "a subject about a late delivery",
    source: "Warnings of sendmail, Postfix, Exim, Gmail, Exchange, and their translations",
    shows: "late",
    found: subject(lateSubject),
  },
  {
    name: "words about a late delivery",
    source: "Warnings of sendmail, Postfix, Exim, Gmail, and their translations",
    shows: "late in words",
    found: words(lateWords),
  },
  {
    name: "a subject about a mail that arrived",
    source: "RFC 3461 §4.1 (NOTIFY=SUCCESS) as Postfix, Exchange and Gmail word it",
    shows: "arrived",
    found: subject(arrivedSubject),
  },

  // A program answered for somebody.
  {
    name: "Auto-Submitted: auto-replied",
    source: "RFC 3834 §5, RFC 5230 §4.6",
    shows: "reply",
    found: field("auto-submitted", /^auto-?replied\b/),
  },
  {
    name: "Precedence: auto_reply",
    source: "cPanel, BoxTrapper",
    shows: "reply",
    found: ({ header }) =>
      ["precedence", "x-precedence", "preference", "x-preference"].some((name) =>
        /^auto[-_ ]?(reply|response)/.test(header(name)),
      ),
  },
  { name: "X-Autoreply", source: "Gmail, Exim", shows: "reply", found: fieldSet("x-autoreply") },
  { name: "X-Auto-Reply", source: "Horde, IMail", shows: "reply", found: fieldSet("x-auto-reply") },
  {
    name: "X-Autoreply-From",
    source: "Domain Technologie Control",
    shows: "reply",
    found: fieldSet("x-autoreply-from"),
  },
  {
    name: "X-Mail-Autoreply",
    source: "Domain Technologie Control",
    shows: "reply",
    found: fieldSet("x-mail-autoreply"),
  },
  {
    name: "X-Autorespond",
    source: "cPanel, qmail's autorespond",
    shows: "reply",
    found: fieldSet("x-autorespond"),
  },
  {
    name: "X-Autoresponder",
    source: "Plesk, DirectAdmin",
    shows: "reply",
    found: fieldSet("x-autoresponder"),
  },
  { name: "X-Autoresponse", source: "GMX, web.de", shows: "reply", found: fieldSet("x-autoresponse") },
  {
    name: "X-Auto-Response",
    source: "Lotus Notes gateways",
    shows: "reply",
    found: fieldSet("x-auto-response"),
  },
  {
    name: "X-Vacation",
    source: "SquirrelMail's and Horde's vacation",
    shows: "reply",
    found: fieldSet("x-vacation"),
  },
  {
    name: "X-Autogenerated: Reply",
    source: "CommuniGate Pro; its other values mark mail that was only passed on",
    shows: "reply",
    found: field("x-autogenerated", /^reply\b/),
  },
  {
    name: "X-MS-Exchange-Organization-AutoReply",
    source: "Exchange",
    shows: "reply",
    found: fieldSet("x-ms-exchange-organization-autoreply"),
  },
  {
    name: "X-POST-MessageClass: Autoresponder",
    source: "Mailtraq",
    shows: "reply",
    found: field("x-post-messageclass", /autoresponder/),
  },
  {
    name: "Delivered-To: Autoresponder",
    source: "qmail",
    shows: "reply",
    found: field("delivered-to", /^autoresponder\b/),
  },
  {
    name: "written by vacation",
    source: "vacation(1) of BSD and its successors",
    shows: "reply",
    found: ({ header }) =>
      ["x-mailer", "user-agent"].some((name) => /^vacation\b|\bautorespond|\bauto-?reply/.test(header(name))),
  },
  {
    name: "a subject of an automatic answer",
    source: "Exchange, Outlook, Gmail, Domino, GroupWise, vacation(1), in some 30 languages",
    shows: "reply in words",
    found: subject(replySubject),
  },
  {
    name: "a subject of a read receipt",
    source: "Outlook, Notes, Thunderbird, in a dozen languages; in place of RFC 8098",
    shows: "reply in words",
    found: subject(receiptSubject),
  },

  // Many got it.
  {
    name: "Precedence: list",
    source: "RFC 3834 §2, Mailman",
    shows: "list",
    found: field("precedence", /^list\b/),
  },
  ...[
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-help",
    "list-owner",
    "list-subscribe",
    "list-archive",
  ].map(
    (name): RobotSign => ({
      name: `has ${name}`,
      source: name === "list-id" ? "RFC 2919" : "RFC 2369",
      shows: "list",
      found: fieldThere(name),
    }),
  ),
  { name: "has mailing-list", source: "ezmlm", shows: "list", found: fieldThere("mailing-list") },
  {
    name: "has x-mailing-list",
    source: "Majordomo, Linux kernel lists",
    shows: "list",
    found: fieldThere("x-mailing-list"),
  },
  { name: "has x-beenthere", source: "Mailman", shows: "list", found: fieldThere("x-beenthere") },
  { name: "has x-mailman-version", source: "Mailman", shows: "list", found: fieldThere("x-mailman-version") },

  // Hints: they keep our automatic answers away, and nothing else.
  {
    name: "Auto-Submitted",
    source: "RFC 3834 §5: any other value but no, such as auto-generated, and RFC 5436 §2.7.1",
    shows: "hint",
    found: fieldSet("auto-submitted"),
  },
  {
    name: "Precedence",
    source: "RFC 3834 §2 and sendmail: bulk, junk and whatever is no ordinary mail",
    shows: "hint",
    found: ({ header }) =>
      ["precedence", "x-precedence"].some(
        (name) => isSet(header(name)) && !/^(normal|first-class|special-delivery)\b/.test(header(name)),
      ),
  },
  {
    name: "X-Auto-Response-Suppress",
    source: "MS-OXCMAIL §2.1.3.2.20",
    shows: "hint",
    found: fieldSet("x-auto-response-suppress"),
  },
  {
    name: "X-Loop",
    source: "procmail, Majordomo, Debian's bug tracker",
    shows: "hint",
    found: fieldThere("x-loop"),
  },
  {
    name: "a header that begins with X-Auto",
    source: "X-Autogenerated of CommuniGate Pro, X-AutoForward and the like",
    shows: "hint",
    found: ({ mail }) =>
      mail.headers.some(({ name, value }) => /^x-auto/.test(name) && isSet(value.trim().toLowerCase())),
  },
  {
    name: "X-MS-Exchange-Inbox-Rules-Loop",
    source: "Exchange, for what a rule of a mailbox sent or passed on",
    shows: "hint",
    found: fieldThere("x-ms-exchange-inbox-rules-loop"),
  },
  {
    name: "X-MS-Exchange-Generated-Message-Source",
    source: "Exchange's agents",
    shows: "hint",
    found: fieldSet("x-ms-exchange-generated-message-source"),
  },
  {
    name: "X-FC-MachineGenerated",
    source: "FirstClass",
    shows: "hint",
    found: fieldSet("x-fc-machinegenerated"),
  },
  {
    name: "Feedback-ID",
    source: "Google's Feedback Loop, Amazon SES",
    shows: "hint",
    found: fieldThere("feedback-id"),
  },
  {
    name: "a header of a mass mailing",
    source: "Mailchimp, SendGrid, Mailgun, Mailjet, Salesforce, CleverReach and others",
    shows: "hint",
    found: ({ mail }) => mail.headers.some(({ name }) => massMailing.test(name)),
  },
  {
    name: "a header of a tracker or a monitor",
    source: "OTRS, RT, Zammad, GLPI, Jira, GitHub, GitLab, Bugzilla, Redmine, Debian, cron",
    shows: "hint",
    found: ({ mail }) => mail.headers.some(({ name }) => tracker.test(name)),
  },
  {
    name: "an address of a program",
    source: "RFC 2142 and custom: noreply, notifications, owner-, -request, -bounces and the like",
    shows: "hint",
    found: ({ locals, mail, header }) => {
      const sender = /([^\s<@"]+)@[^\s<@]+/.exec(header("sender"))?.[1] ?? "";
      const path = /^<?([^\s<@"]+)@/.exec(header("return-path"))?.[1] ?? "";
      const replyTo = mail.replyTo.map(({ address }) =>
        address.slice(0, address.lastIndexOf("@")).toLowerCase(),
      );
      return (
        [...locals, sender, ...replyTo].some((one) => robotAddress.test(one)) ||
        /^(owner-|no-?reply|mailer-daemon|nobody)/.test(path)
      );
    },
  },
  {
    name: "a sender whose name is a program's",
    source: "Display names such as “Do not reply” and “Notifications”",
    shows: "hint",
    found: ({ names }) => robotName.test(names),
  },
  {
    name: "it asks that nobody answers",
    source: "Texts of automatic mail, in a dozen languages",
    shows: "hint",
    found: words(robotWords),
  },
  {
    name: "a sender that proves nothing to its own domain",
    source: "RFC 8601: DMARC failed, so that the From is likely to be forged",
    shows: "hint",
    found: field("authentication-results", /\bdmarc ?= ?fail\b/),
  },
  {
    name: "an answer to an invitation",
    source: "RFC 5546 §3.2.3 (METHOD:REPLY)",
    shows: "hint",
    found: field("content-type", /^text\/calendar\b.*method="?reply/),
  },
];
