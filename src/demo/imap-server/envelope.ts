import { quote } from "./formats.ts";
import { readFields } from "./headers.ts";

/** ENVELOPE of a mail, one character for each byte (RFC 9051 §7.5.2). */
export function formatEnvelope(raw: Buffer): string {
  const fields = readFields(raw);
  const value = (name: string) => fields.find((field) => field.name === name)?.value ?? null;
  const people = (name: string) => formatAddresses(value(name));

  const from = people("from");
  const others = [value("sender") ? people("sender") : from, value("reply-to") ? people("reply-to") : from];
  const lists = [from, ...others, people("to"), people("cc"), people("bcc")];
  return `(${quote(value("date"))} ${quote(value("subject"))} ${lists.join(" ")} ${quote(value("in-reply-to"))} ${quote(value("message-id"))})`;
}

function formatAddresses(value: string | null): string {
  const addresses = splitAtCommas(value ?? "").flatMap((text) => {
    const angle = /^(.*)<([^<>]*)>[^<>]*$/s.exec(text);
    const address = (angle?.[2] ?? text).trim();
    const at = address.lastIndexOf("@");
    if (address === "") return [];

    const name = (angle?.[1] ?? "")
      .trim()
      .replace(/^"(.*)"$/s, "$1")
      .replace(/\\(.)/g, "$1");
    const [mailbox, host] = at < 0 ? [address, ""] : [address.slice(0, at), address.slice(at + 1)];
    return [`(${quote(name || null)} NIL ${quote(mailbox)} ${quote(host)})`];
  });
  return addresses.length > 0 ? `(${addresses.join("")})` : "NIL";
}

function splitAtCommas(value: string): string[] {
  const pieces: string[] = [];
  let [start, quoted, angle] = [0, false, false];
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at];
    if (character === "\\" && quoted) at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "<" || character === ">")) angle = character === "<";
    else if (character === "," && !quoted && !angle) {
      pieces.push(value.slice(start, at));
      start = at + 1;
    }
  }
  return [...pieces, value.slice(start)];
}
