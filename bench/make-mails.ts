import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toldIn } from "#src/demo/reports/demo-reports.ts";
import { type SeededRandom, seededRandom } from "#src/demo/reports/seeded-random.ts";
import { seededReport } from "#src/demo/reports/seeded-report.ts";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import type { Ground, Say } from "./ground.ts";

export type Kind = keyof typeof kinds;

export const kinds = {
  "clear-4kB": "clear, 4 kB",
  "clear-log": "clear, with a 60 kB log attached",
  "rsa4096-log": "PGP/MIME report with a 60 kB log, RSA-4096",
  "curve25519-log": "PGP/MIME report with a 60 kB log, Curve25519",
} as const;

const logBytes = 60_000;

/** The folder that holds this many mails of a kind, 00000.eml and so on, made from the seed if it is not there yet. */
export async function mailFolder(
  ground: Ground,
  kind: Kind,
  count: number,
  seed: number,
  say: Say,
): Promise<string> {
  const key = kind.startsWith("rsa") ? ground.keys.rsa4096.public : ground.keys.curve25519.public;
  const mark = createHash("sha256").update(key).digest("hex").slice(0, 8);
  const folder = join(ground.folder, "mails", `${kind}-${seed}-${count}-${mark}`);
  if (existsSync(folder)) return folder;

  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  for (let number = 0; number < count; number += 1) {
    if (number % 500 === 0) say(`Making mails (${kinds[kind]}): ${number} of ${count}`);
    await writeFile(join(draft, mailFile(number)), await makeMail(kind, seed * 1_000_000 + number, key));
  }
  await rename(draft, folder);
  return folder;
}

export const mailFile = (number: number) => `${String(number).padStart(6, "0")}.eml`;

/** The mails of a folder, from one number to another. */
export async function readMails(folder: string, from: number, to: number): Promise<Buffer[]> {
  const mails: Buffer[] = [];
  for (let number = from; number < to; number += 1)
    mails.push(await readFile(join(folder, mailFile(number))));
  return mails;
}

async function makeMail(kind: Kind, seed: number, publicKey: string): Promise<Uint8Array> {
  const random = seededRandom(`mail ${seed}`);
  if (kind === "clear-4kB") return Buffer.from(clearMail(random, seed, null));
  if (kind === "clear-log") return Buffer.from(clearMail(random, seed, logOf(seed)));
  return await encryptReport(wrapForWire(seededReport(seed, { logBytes })), publicKey, random.hex(32));
}

/** What a person writes, with the headers that a mail gathers on its way: 4 kB in all, a log beside it if given. */
function clearMail(random: SeededRandom, seed: number, log: string | null): string {
  const boundary = `=_${random.hex(24)}`;
  const text = [
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    words(random, 2900),
  ];
  const headers = headersOf(random, seed);
  if (!log) return [...headers, ...text, ""].join("\r\n");
  return [
    ...headers,
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    ...text,
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8; name="journal.txt"',
    'Content-Disposition: attachment; filename="journal.txt"',
    "Content-Transfer-Encoding: base64",
    "",
    (
      Buffer.from(log)
        .toString("base64")
        .match(/.{1,76}/g) ?? []
    ).join("\r\n"),
    `--${boundary}--`,
    "",
  ].join("\r\n");
}

function headersOf(random: SeededRandom, seed: number): string[] {
  const sender = `reader${seed}@example.org`;
  return [
    `Return-Path: <${sender}>`,
    `Received: from mx.example.org (mx.example.org [192.0.2.7]) by mail.example.net (Postfix) with ESMTPS id ${random.hex(10)}`,
    "\tfor <support@example.org>; Sun, 22 Nov 2026 10:00:00 +0000 (UTC)",
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=mail; h=from:to:subject:date; bh=${random.hex(44)};`,
    ...[1, 2, 3, 4].map(() => `\t${random.hex(70)}`),
    `From: Reader ${seed} <${sender}>`,
    "To: Help desk <support@example.org>",
    `Subject: ${(random.pick(asked()).questions?.[0] ?? "A question").slice(0, 70).replace(/\s+/g, " ")}`,
    "Date: Sun, 22 Nov 2026 10:00:00 +0000",
    `Message-ID: <${random.hex(24)}@example.org>`,
    "MIME-Version: 1.0",
    "User-Agent: Mail",
  ];
}

function words(random: SeededRandom, bytes: number): string {
  const told = asked();
  const paragraphs: string[] = [];
  for (let length = 0; length < bytes; ) {
    const paragraph = `${random.pick(told).questions?.join("\r\n") ?? ""} ${random.hex(6)}`;
    paragraphs.push(paragraph);
    length += Buffer.byteLength(paragraph);
  }
  return paragraphs.join("\r\n\r\n");
}

const asked = () => toldIn("en").filter(({ questions }) => questions);

function logOf(seed: number): string {
  const report = seededReport(seed, { logBytes });
  return report.slice(-logBytes);
}
