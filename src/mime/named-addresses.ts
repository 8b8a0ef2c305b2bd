import type { AttachedMail } from "./attached-mail.ts";
import { cleanAddress, keyOfAddress } from "./clean-address.ts";
import { forwardedSenders } from "./forwarded-senders.ts";
import type { Address, Mail } from "./mail.ts";
import { readAddresses } from "./read-addresses.ts";
import { robotAddress } from "./robot-words.ts";

/** Somebody whom a mail names beside its sender, and where. Nothing of it is proven. */
export type NamedAddress = Address & {
  where: "Reply-To" | "X-Original-From" | "forwarded mail" | "attached mail";
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
    ...mails.flatMap(({ replyTo }) => replyTo.map((one) => ({ ...one, where: "Reply-To" as const }))),
    ...mails.flatMap(originalFrom).map((one) => ({ ...one, where: "X-Original-From" as const })),
    ...attached.flatMap(attachedSender).map((one) => ({ ...one, where: "attached mail" as const })),
    ...forwardedSenders(text).map((one) => ({ ...one, where: "forwarded mail" as const })),
  ];
  const known = new Set([ours, outer.from[0]?.address ?? ""].map(keyOfAddress));
  const others = named.filter(
    ({ address }) => !known.has(keyOfAddress(address)) && known.add(keyOfAddress(address)),
  );
  return others.slice(0, mostNamed);
}

/** Whether a mail asks for its answers at another address than its sender's: one whose mail it forwards does not. */
export function asksElsewhere(named: NamedAddress[]): NamedAddress[] {
  return named.filter(({ where }) => where === "Reply-To" || where === "X-Original-From");
}

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
  return readAddresses("x-original-from", headers, () => "", []);
}
