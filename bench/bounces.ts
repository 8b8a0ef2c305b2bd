import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { automaticMail } from "../src/mime/automatic-mail.ts";
import { parseMail } from "../src/mime/parse-mail.ts";
import { returnedIds } from "../src/mime/returned-mail.ts";

// node bench/bounces.ts FOLDER [--others PATTERN] [--list]
// How many mails of a folder of bounces are recognised, and in how many our Message-ID is found when it stands where the
// returned mail had its own. Files whose name matches PATTERN are no bounces: vacation notes, receipts, delays, people.
const ours = `<${"0123456789abcdef".repeat(2)}.${"fedcba9876543210".repeat(2)}@desk.example.org>`;

const [folder, ...options] = process.argv.slice(2);
if (!folder) throw new Error("Give the folder of mails");
const pattern = options.includes("--others")
  ? new RegExp(options[options.indexOf("--others") + 1] ?? "$^", "i")
  : null;
const count = { bounces: 0, recognised: 0, carrying: 0, matched: 0, others: 0, marked: 0 };
const noted: string[] = [];

for (const file of readdirSync(folder).toSorted()) {
  const raw = readFileSync(join(folder, file));
  const sort = await sortOf(raw);
  if (pattern?.test(file)) {
    count.others += 1;
    if (sort === "bounce") noted.push(`${file}: marked, and is none`);
    if (sort === "bounce") count.marked += 1;
    continue;
  }
  count.bounces += 1;
  if (sort === "bounce") count.recognised += 1;
  else noted.push(`${file}: ${sort}`);
  const carrying = withOurId(raw);
  if (!carrying) continue;
  count.carrying += 1;
  if (await isMatched(carrying)) count.matched += 1;
  else noted.push(`${file}: our id is not found`);
}

if (options.includes("--list")) console.log(noted.join("\n"));
console.log(`recognised ${share(count.recognised, count.bounces)}`);
console.log(`our id found ${share(count.matched, count.carrying)}`);
if (pattern) console.log(`others taken for a bounce: ${count.marked} of ${count.others}`);

async function sortOf(raw: Uint8Array): Promise<string> {
  const parsed = await parseMail(raw);
  return parsed.ok ? automaticMail(parsed.mail).sort : "unreadable";
}

async function isMatched(raw: Uint8Array): Promise<boolean> {
  const parsed = await parseMail(raw);
  return parsed.ok && automaticMail(parsed.mail).sort === "bounce" && returnedIds(parsed.mail).includes(ours);
}

/** The mail with our Message-ID in place of that of the mail which it gives back; null where it gives none back. */
function withOurId(raw: Buffer): Buffer | null {
  const text = raw.toString("latin1");
  const head = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const body = text.slice(head).replace(/^([ \t>]*message-id:\s*)<[^<>\n]*>/gim, `$1${ours}`);
  return body === text.slice(head) ? null : Buffer.from(text.slice(0, head) + body, "latin1");
}

function share(part: number, whole: number): string {
  return `${part} of ${whole} (${whole ? ((100 * part) / whole).toFixed(1) : "-"} %)`;
}
