import type { Database } from "../database.ts";
import { inGroups } from "../people/fingerprint.ts";
import { keysOfPerson, type OfferedKey } from "../people/keys-of-person.ts";
import { maskAddresses } from "../people/mask-address.ts";
import { type ShownKey, shownKey } from "../people/shown-key.ts";
import type { Vault } from "../vault/vault.ts";
import type { Recipient } from "./recipient.ts";

/** A key that waits for a person to say that it is the right one. Its names are masked. */
export type Candidate = ShownKey & {
  id: string;
  relation: OfferedKey["relation"];
  bearsAddress: boolean;
  sightings: OfferedKey["sightings"];
};

type Known = {
  person_id: string | null;
  to: string | null;
  reason: string;
  others: number;
  /** Clear text is refused only because something on the ticket was not read, which somebody may decide about. */
  may_be_decided: boolean;
};

/**
 * How an answer would leave now, and why. "confirm": encrypted, as soon as the writer says that the key is this person's;
 * "none": it cannot, and what to do about it. The address is masked.
 */
export type WayOut = Known &
  (
    | { kind: "encrypted"; fingerprint: string; expires_at: Date | null }
    | { kind: "confirm"; candidate: Candidate }
    | { kind: "clear" }
    | { kind: "none"; advice: string }
  );

/** Looks at the recipient and at the keys that are known. `others`: keys that came and nobody has looked at. */
export async function findWayOut(db: Database, vault: Vault, recipient: Recipient | null): Promise<WayOut> {
  if (!recipient) return { ...nobody };
  const keys = await keysOfPerson(db, vault, recipient.personId);
  const offered = (keys?.offered ?? []).filter(({ refused_at }) => refused_at === null);
  const { confirmed, reason } = recipient;
  const known = {
    person_id: recipient.personId,
    to: maskAddresses(recipient.address),
    reason,
    others: offered.length,
    may_be_decided: recipient.mayBeDecided,
  };
  if (confirmed && !confirmed.problem) {
    const { fingerprint, expiresAt } = confirmed;
    const expires_at = expiresAt === null ? null : new Date(expiresAt);
    return { ...known, kind: "encrypted", fingerprint: inGroups(fingerprint), expires_at };
  }
  const candidate = candidateOf(offered, confirmed !== null, recipient.ticketId);
  if (candidate && !(recipient.mayGetClear && isLookedUp(candidate))) {
    const others = offered.length - 1;
    const why = whyConfirm(candidate);
    return { ...known, kind: "confirm", reason: why, candidate: describe(candidate), others };
  }
  if (recipient.mayGetClear) return { ...known, kind: "clear" };
  const problem = confirmed?.problem ?? offered[0]?.problem;
  return {
    ...known,
    kind: "none",
    reason: problem ? `${problem}.` : reason,
    advice: adviceOf(offered, recipient),
  };
}

const nobody = {
  kind: "none",
  person_id: null,
  to: null,
  reason: "This person gave no address, so no answer can reach them.",
  advice: "The report counts all the same: note what you found, and resolve the ticket.",
  others: 0,
  may_be_decided: false,
} as const;

/**
 * In the place of a confirmed key only one that it vouches for itself; any other has to be compared on its page first.
 * Of several first keys the one that came first with this ticket: who comes later may only want to read the answer.
 */
function candidateOf(offered: OfferedKey[], hasConfirmed: boolean, ticketId: string): OfferedKey | undefined {
  const usable = offered.filter(({ problem }) => problem === null);
  if (hasConfirmed) return usable.find(({ relation }) => relation === "same key" || relation === "update");
  const own = usable.filter((key) => !isFromStranger(key));
  const here = own.filter(({ sightings }) => sightings.some((place) => place.ticket_id === ticketId));
  return here.at(-1) ?? own[0] ?? usable[0];
}

function isFromStranger({ sightings }: OfferedKey): boolean {
  return sightings.every(
    ({ marks }) => marks.includes("author not proven") || marks.includes("another address"),
  );
}

/** Nobody gave it: clear text with a tick stays possible, and the key's page is the place to confirm it. */
function isLookedUp({ sightings }: OfferedKey): boolean {
  return sightings.every(({ message_id }) => message_id === null);
}

function whyConfirm({ relation }: OfferedKey): string {
  if (relation === "same key") return "The key of this person has expired, and a newer copy of it came.";
  if (relation === "update") {
    return "The key of this person works no more. Another one came, encrypted and signed by the one that was confirmed.";
  }
  return "A key came for this person, and nobody has confirmed yet that it is theirs.";
}

function adviceOf(offered: OfferedKey[], { mayBeDecided }: Recipient): string {
  if (offered.some(({ problem }) => problem === null))
    return "Another key came, and nothing says that it is theirs: compare it before anybody uses it.";
  if (mayBeDecided)
    return "Look at what could not be read. If it is not encrypted, or this person does not encrypt, say so with the reason; if they do, ask them for a key.";
  return "Ask for a new key, in a mail to which a second person agrees, or wait until one comes.";
}

function describe({ id, facts, relation, bearsAddress, sightings }: OfferedKey): Candidate {
  return { ...shownKey(facts), id, relation, bearsAddress, sightings };
}
