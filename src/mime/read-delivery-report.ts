import type { Mail } from "./mail.ts";

export type DeliveryReport = {
  action: "failed" | "delayed" | "delivered" | "relayed" | "expanded";
  /** Enhanced status code (RFC 3463) such as "5.1.1"; "" when absent. */
  status: string;
  /** What the last server said; "" when absent. */
  diagnostic: string;
  /** The address that was written to, and the one where it went in the end. */
  originalRecipient: string | null;
  finalRecipient: string | null;
  /** Message-ID of the mail that the report is about, with its angle brackets. */
  originalMessageId: string | null;
};

/** Reads a delivery report (RFC 3464); null when the mail is none. Of several recipients the worst result is told. */
export function readDeliveryReport(mail: Mail): DeliveryReport | null {
  const status = mail.attachments.find((one) => one.contentType === "message/delivery-status");
  if (!status) return null;

  const groups = fieldGroups(textOf(status.bytes));
  const recipients = groups
    .flatMap(readRecipient)
    .toSorted((a, b) => worst.indexOf(a.action) - worst.indexOf(b.action));
  const recipient = recipients[0];
  return recipient ? { ...recipient, originalMessageId: originalMessageId(mail) } : null;
}

const worst = ["failed", "delayed", "expanded", "relayed", "delivered"] as const;
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
    .replace(/\n[ \t]+/g, " ")
    .split(/\n\n+/)
    .map((group) => new Map(group.split("\n").flatMap(readField)));
}

function readField(line: string): [string, string][] {
  const colon = line.indexOf(":");
  return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
}

function readRecipient(fields: Map<string, string>): Omit<DeliveryReport, "originalMessageId">[] {
  const action = worst.find((one) => one === fields.get("action")?.toLowerCase().split(/[\s(]/)[0]);
  if (!action) return [];
  return [
    {
      action,
      status: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get("status") ?? "")?.[0] ?? "",
      diagnostic: afterType(fields.get("diagnostic-code"))?.slice(0, 1000) ?? "",
      originalRecipient: afterType(fields.get("original-recipient")),
      finalRecipient: afterType(fields.get("final-recipient")),
    },
  ];
}

/** "rfc822; lea@example.org" → "lea@example.org" */
function afterType(value: string | undefined): string | null {
  return value === undefined ? null : value.slice(value.indexOf(";") + 1).trim() || null;
}

/** The report carries the mail or its headers as the last part. */
function originalMessageId(mail: Mail): string | null {
  const original = mail.attachments.findLast((one) => /^(message|text)\/rfc822/.test(one.contentType));
  if (!original) return null;
  const head = textOf(original.bytes).split("\n\n")[0] ?? "";
  return /^message-id:\s*(<[^<>\s]{1,995}>)/im.exec(head)?.[1] ?? null;
}
