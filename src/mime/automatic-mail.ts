import type { Mail } from "./mail.ts";
import { firstHeader } from "./read-headers.ts";

export type Sender = { sort: "person" | "automatic" | "list" | "bounce"; reason: string };

/** What sort of sender wrote a mail (RFC 3834 and custom). Only "person" may get an automatic answer. */
export function automaticMail(mail: Mail): Sender {
  const header = (name: string) => firstHeader(mail.headers, name);
  return (
    bounce(mail, header) ??
    list(header) ??
    automatic(mail, header) ?? { sort: "person", reason: "no sign of a program" }
  );
}

type ReadHeader = (name: string) => string | null;

function bounce(mail: Mail, header: ReadHeader): Sender | null {
  const because = (reason: string): Sender => ({ sort: "bounce", reason });
  if (/^multipart\/report\b/i.test(header("content-type") ?? "")) return because("a report by a mail server");
  if (mail.attachments.some((one) => one.contentType === "message/delivery-status")) {
    return because("holds a delivery status");
  }
  const isDaemon = mail.from.some(({ address }) => /^(mailer-daemon|postmaster)@/i.test(address));
  if (isDaemon) return because("from a mail server");
  // Also how a mail server writes "<>" when it has taken it over.
  if (/^<\s*>$/.test(header("return-path") ?? "")) return because("empty Return-Path");
  return null;
}

function list(header: ReadHeader): Sender | null {
  const because = (reason: string): Sender => ({ sort: "list", reason });
  const precedence = (header("precedence") ?? "").toLowerCase();
  if (precedence === "list") return because("Precedence: list");
  const names = ["list-id", "list-post", "list-unsubscribe", "list-help", "list-owner", "mailing-list"];
  const found = names.find((name) => header(name) !== null);
  return found ? because(`has ${found}`) : null;
}

function automatic(mail: Mail, header: ReadHeader): Sender | null {
  const because = (reason: string): Sender => ({ sort: "automatic", reason });
  const submitted = (header("auto-submitted") ?? "no").split(";")[0]?.trim().toLowerCase();
  if (submitted !== "no" && submitted !== "") return because("Auto-Submitted");
  if (/^(bulk|junk|auto_reply)$/i.test(header("precedence") ?? "")) return because("Precedence");

  const suppress = (header("x-auto-response-suppress") ?? "").toLowerCase();
  if (suppress !== "" && suppress !== "none") return because("X-Auto-Response-Suppress");
  const marks = ["x-loop", "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply"];
  const found = marks.find((name) => header(name) !== null);
  if (found) return because(`has ${found}`);
  const isRobot = mail.from.some(({ address }) => /^(no-?reply|do-?not-?reply)@/i.test(address));
  return isRobot ? because("from an address that takes no answer") : null;
}
