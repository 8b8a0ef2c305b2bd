import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { composeClear, composeEncrypted, type Outgoing } from "../mime/compose-mail.ts";
import { openSecretKeys } from "../openpgp/open-secret-keys.ts";
import type { DemoPeople } from "./demo-people.ts";
import { type DemoConversation, demoConversations } from "./reports/conversations.ts";
import { demoReports, layOutReport } from "./reports/demo-reports.ts";
import { encryptReport, wrapForWire } from "./reports/wire.ts";
import { deskAddress, deskName } from "./secrets.ts";

export type DemoMail = { raw: Buffer; receivedAt: Date };

/**
 * The mails that people sent to the demo, really encrypted. They are made once and kept as files, so that a second
 * start delivers the same bytes and nothing is doubled.
 */
export async function demoMails(
  folder: string,
  deskPublicKey: string,
  people: DemoPeople,
): Promise<DemoMail[]> {
  await writeMails(folder, deskPublicKey, people);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".eml"))
    .sort()
    .map((file) => ({ raw: readFileSync(join(folder, file)), receivedAt: momentInName(file) }));
}

async function writeMails(folder: string, deskPublicKey: string, people: DemoPeople): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = new Set(readdirSync(folder).map((file) => file.split("-")[0]));
  const keep = async (number: number, ageHours: number, make: () => Promise<Uint8Array>) => {
    const label = String(number).padStart(3, "0");
    if (kept.has(label)) return;
    const file = join(folder, `${label}-${Date.now() - ageHours * 3_600_000}.eml`);
    writeFileSync(`${file}.new`, await make());
    renameSync(`${file}.new`, file);
  };

  const reports = demoReports();
  for (const [number, report] of reports.entries()) {
    await keep(number, report.ageHours, async () => {
      const key = report.wantsKey && report.address ? (await people.keyOf(report.address)).public : null;
      return await encryptReport(wrapForWire(layOutReport(report, key)), deskPublicKey, report.whisperbackId);
    });
  }
  for (const [number, conversation] of demoConversations().entries()) {
    await keep(reports.length + number, conversation.ageHours, () =>
      write(conversation, deskPublicKey, people),
    );
  }
}

function momentInName(file: string): Date {
  return new Date(Number(/-(\d+)\.eml$/.exec(file)?.[1] ?? Date.now()));
}

async function write(
  conversation: DemoConversation,
  deskPublicKey: string,
  people: DemoPeople,
): Promise<Uint8Array> {
  const { from, subject, text, html } = conversation;
  const date = new Date(Date.now() - conversation.ageHours * 3_600_000);
  const messageId = `<${createHash("sha256").update(subject).digest("hex").slice(0, 24)}@example.org>`;
  if (html) return Buffer.from(htmlMail(conversation, date, messageId));

  const to = { name: deskName, address: deskAddress };
  const { language } = conversation;
  const mail: Outgoing = {
    ...{ from, to, subject, text, messageId, date, language },
    ...{ inReplyTo: null, references: [], attachments: [] },
  };
  if (!conversation.wantsKey) return withHeaders(await composeClear(mail), conversation.headers);
  const key = await people.keyOf(from.address, from.name);
  const attachments = [
    { filename: "key.asc", contentType: "application/pgp-keys", bytes: Buffer.from(key.public) },
  ];
  return await composeEncrypted(
    { ...mail, attachments },
    [deskPublicKey],
    await openSecretKeys([key.secret]),
  );
}

function htmlMail({ from, subject, html }: DemoConversation, date: Date, messageId: string): string {
  return [
    `From: ${from.name} <${from.address}>`,
    `To: ${deskAddress}`,
    `Subject: ${subject}`,
    `Date: ${date.toUTCString()}`,
    `Message-ID: ${messageId}`,
    "MIME-Version: 1.0",
    "Content-Type: text/html; charset=utf-8",
    "",
    html,
    "",
  ].join("\r\n");
}

function withHeaders(raw: Uint8Array, headers: Record<string, string>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(lines.join("")), raw]);
}
