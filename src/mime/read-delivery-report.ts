import type { Mail } from "./mail.ts";

export type DeliveryReport = {
  /** What became of the mail; null: the report does not say so. */
  action: "failed" | "delayed" | "delivered" | "relayed" | "expanded" | null;
  /** Enhanced status code (RFC 3463) such as "5.1.1"; "" when absent. */
  status: string;
  /** What the last server said; "" when absent. */
  diagnostic: string;
  /** The address that was written to, and the one where it went in the end. */
  originalRecipient: string | null;
  finalRecipient: string | null;
};

/**
 * Reads the status in a delivery report (RFC 3464, RFC 6533 §4); null when the mail has none. Of several recipients the
 * worst result is told.
 */
export function readDeliveryReport(mail: Mail): DeliveryReport | null {
  const parts = mail.attachments.filter((one) => statusType.test(one.contentType)).slice(0, 20);
  if (parts.length === 0) return null;

  const recipients = parts
    .flatMap(({ bytes }) => fieldGroups(textOf(bytes)))
    .flatMap(readRecipient)
    .toSorted((a, b) => worst.indexOf(a.action) - worst.indexOf(b.action));
  return recipients[0] ?? nothingSaid;
}

const statusType = /^message\/(global-)?delivery-status$/;
const worst: readonly DeliveryReport["action"][] = [
  "failed",
  "delayed",
  null,
  "expanded",
  "relayed",
  "delivered",
];
const nothingSaid: DeliveryReport = {
  action: null,
  status: "",
  diagnostic: "",
  originalRecipient: null,
  finalRecipient: null,
};
const mostBytes = 64 * 1024;

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, mostBytes))
    .toString("utf8")
    .replaceAll("\0", "")
    .replace(/\r\n?/g, "\n");
}

/** Groups of fields, parted by empty lines: first one about the message, then one for each recipient. */
function fieldGroups(text: string): Map<string, string>[] {
  return text
    .replace(/\n[ \t]+(?=\S)/g, " ")
    .split(/\n[ \t]*\n\s*/)
    .map((group) => new Map(group.split("\n").flatMap(readField)));
}

function readField(line: string): [string, string][] {
  const colon = line.indexOf(":");
  return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
}

/** A group that says nothing about a recipient is one about the message. */
function readRecipient(fields: Map<string, string>): DeliveryReport[] {
  const names = ["action", "status", "diagnostic-code", "final-recipient", "original-recipient"];
  if (!names.some((name) => fields.has(name))) return [];
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get("status") ?? "")?.[0] ?? "";
  const diagnostic = afterType(fields.get("diagnostic-code"))?.slice(0, 1000) ?? "";
  return [
    {
      action: actionOf(fields.get("action") ?? "") ?? actionOfCode(status || diagnostic),
      status,
      diagnostic,
      originalRecipient: addressOf(fields.get("original-recipient")),
      finalRecipient: addressOf(fields.get("final-recipient")),
    },
  ];
}

const actions: Record<string, Exclude<DeliveryReport["action"], null>> = {
  failed: "failed",
  failure: "failed",
  fail: "failed",
  error: "failed",
  expired: "failed",
  undeliverable: "failed",
  delayed: "delayed",
  delay: "delayed",
  delivered: "delivered",
  deliverable: "delivered",
  relayed: "relayed",
  expanded: "expanded",
};

function actionOf(field: string): DeliveryReport["action"] {
  return actions[/^[a-z]+/i.exec(field)?.[0].toLowerCase() ?? ""] ?? null;
}

/** Where a server left Action out, its code tells: 5 is for good, 2 is done, and 4 does not say whether it tries again. */
function actionOfCode(code: string): DeliveryReport["action"] {
  if (/^5[.\d]/.test(code)) return "failed";
  return /^2[.\d]/.test(code) ? "delivered" : null;
}

/** "rfc822; lea@example.org" → "lea@example.org" */
function afterType(value: string | undefined): string | null {
  return value === undefined ? null : value.slice(value.indexOf(";") + 1).trim() || null;
}

/** An address, also of the type utf-8, in which other letters than ASCII may stand as \x{…} (RFC 6533 §3). */
function addressOf(value: string | undefined): string | null {
  return (
    afterType(value)?.replace(/\\x\{([0-9a-f]{1,6})\}/gi, (written, hex: string) => {
      const code = Number.parseInt(hex, 16);
      return code > 0x1f && code <= 0x10ffff ? String.fromCodePoint(code) : written;
    }) ?? null
  );
}
