import { cleanAddress } from "./clean-address.ts";
import { cleanLine } from "./clean-line.ts";
import type { Address } from "./mail.ts";

const mostText = 200_000;
const mostFound = 5;

/** "From" as programs write it above a mail that they forward, in the languages of the queues and some more. */
const from =
  "from|von|absender|de|expéditeur|remitente|remetente|da|mittente|från|fra|van|afzender|od|от(?: кого)?|від|από|kimden|gönderen|feladó|lähettäjä|saatja|de la|dari|pengirim|người gửi|מאת|من|از|发件人|寄件者|寄件人|差出人|送信元|보낸 ?사람";
const fromLine = new RegExp(String.raw`^[\s>|*]{0,40}(?:${from})\*?\s?[:：]\*?\s?(.*)$`, "iu");
const fieldLine = /^[\s>|*]{0,40}\p{L}[\p{L} .-]{0,30}\*?\s?[:：]\*?\s?\S/u;
const address = /[^\s<>"'()[\]:;,]{1,64}@[^\s<>"'()[\]:;,]{1,200}/u;

/**
 * Who wrote the mails that a text holds forwarded: the From of each block of header fields in it. Anybody can type one, so
 * it is for a person to look at. Linear time.
 */
export function forwardedSenders(text: string): Address[] {
  const lines = text.slice(0, mostText).split("\n", 10_000);
  const found: Address[] = [];
  for (const [at, line] of lines.entries()) {
    if (found.length === mostFound) break;
    const value = fromLine.exec(line.slice(0, 1000))?.[1];
    if (value === undefined || !(isField(lines[at - 1]) || isField(lines[at + 1]))) continue;
    const sender = readSender(value);
    if (sender) found.push(sender);
  }
  return found;
}

function isField(line: string | undefined): boolean {
  return line !== undefined && fieldLine.test(line.slice(0, 200));
}

function readSender(value: string): Address | null {
  const found = address.exec(value);
  const clean = found && cleanAddress(found[0]);
  if (!clean) return null;
  const name = value.slice(0, found.index).replace(/mailto:|[<("'[*]/gu, "");
  return { name: cleanLine(name, 200), address: clean };
}
