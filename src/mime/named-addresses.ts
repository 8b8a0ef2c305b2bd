import type { AttachedMail } from "./attached-mail.ts";
import { cleanAddress, keyOfAddress } from "./clean-address.ts";
import { forwardedSenders } from "./forwarded-senders.ts";
import type { Address, Mail } from "./mail.ts";
import { readAddresses } from "./read-addresses.ts";
import { firstHeader } from "./read-headers.ts";
import { robotAddress } from "./robot-words.ts";

/** Somebody whom a mail names beside its sender, and where. Nothing of it is proven. */
export type NamedAddress = Address & {
  where:
    | "Reply-To"
    /** Everybody on the list reads an answer there. */
    | "Reply-To, a mailing list"
    /** The sender's own address under another name. */
    | "Reply-To, another name"
    | "X-Original-From"
    | "forwarded mail"
    | "attached mail";
};

const mostNamed = 5;

/**
 * Whom a mail names beside its sender: where it asks for its answers (RFC 5322 §3.6.2), who wrote it before a list took
 * From for itself, and whose mail it forwards, in its text or attached. `inner`: the mail inside, where its headers count.
 * Never `ours`.
 */
export function namedAddresses(
  outer: Mail,
  { inner, text, attached }: { inner: Mail | null; text: string; attached: AttachedMail[] },
  ours: string,
): NamedAddress[] {
  const mails = inner ? [inner, outer] : [outer];
  const named = [
    ...mails.flatMap((mail) => mail.replyTo.map((one) => ({ ...one, where: whereOf(one, mail) }))),
    ...mails.flatMap(originalFrom).map((one) => ({ ...one, where: "X-Original-From" as const })),
    ...attached.flatMap(attachedSender).map((one) => ({ ...one, where: "attached mail" as const })),
    ...forwardedSenders(text).map((one) => ({ ...one, where: "forwarded mail" as const })),
  ];
  const sender = outer.from[0];
  const known = new Set([ours, sender?.address ?? ""].map(keyOfAddress));
  const others = named.filter(
    ({ address }) =>
      !isDetailOf(address, ours) && !known.has(keyOfAddress(address)) && known.add(keyOfAddress(address)),
  );
  const renamed = mails.flatMap(({ replyTo }) => replyTo.filter((one) => isRenamed(one, sender)));
  const underAnotherName = renamed
    .slice(0, 1)
    .map((one) => ({ ...one, where: "Reply-To, another name" as const }));
  return [...others, ...underAnotherName].slice(0, mostNamed);
}

/** List-Post names the address of the list (RFC 2369 §3.4). */
function whereOf({ address }: Address, { headers }: Mail): "Reply-To" | "Reply-To, a mailing list" {
  const [, list = ""] = /<mailto:([^>?\s]{1,320})/i.exec(firstHeader(headers, "list-post") ?? "") ?? [];
  return list !== "" && keyOfAddress(list) === keyOfAddress(address)
    ? "Reply-To, a mailing list"
    : "Reply-To";
}

/** "support+anything@" arrives at "support@" on most servers (RFC 5233): an answer there would come back to us. */
function isDetailOf(address: string, ours: string): boolean {
  return keyOfAddress(address.replace(/^([^"+@]+)\+[^"@]*@/, "$1@")) === keyOfAddress(ours);
}

function isRenamed({ name, address }: Address, sender: Address | undefined): boolean {
  if (!sender || keyOfAddress(address) !== keyOfAddress(sender.address)) return false;
  return name !== "" && name !== sender.name && keyOfAddress(name) !== keyOfAddress(address);
}

/** Whether a mail asks for its answers at another address than its sender's: one whose mail it forwards does not. */
export function asksElsewhere(named: NamedAddress[]): NamedAddress[] {
  return named.filter(({ where }) => elsewhere.includes(where));
}

const elsewhere: NamedAddress["where"][] = ["Reply-To", "Reply-To, a mailing list", "X-Original-From"];

/** Whether an address is likely to be a program's, which reads no answer: "noreply@", "wordpress@". */
export function takesNoAnswer(address: string): boolean {
  return robotAddress.test(address.slice(0, address.lastIndexOf("@")).toLowerCase());
}

/** The heading of an attached mail ends with the address of its sender. */
function attachedSender({ from }: AttachedMail): Address[] {
  const [, name = "", bare = ""] = /^(.*?)\s*<([^<>]+)>$/su.exec(from) ?? [];
  const address = cleanAddress(bare);
  return address ? [{ name, address }] : [];
}

function originalFrom({ headers }: Mail): Address[] {
  // A list that writes it adds a name of its own making, encoded or not.
  return ["x-original-from", "x-original-sender"].flatMap((name) =>
    readAddresses(name, headers, () => "", []),
  );
}
