import { type Database, sendTogether } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { bearsAddress, endOf, type KeyFacts, problemOf, readKeyFacts } from "./key-facts.ts";
import type { KeySource } from "./offered-keys.ts";

/** A key that a staff member confirmed. `problem`: why nothing can be encrypted to it now. */
export type ConfirmedKey = {
  id: string;
  facts: KeyFacts;
  armored: string;
  problem: string | null;
  source: KeySource;
  ticket_id: string | null;
  pinned_at: Date;
  pinned_by_name: string;
  compared: boolean;
  ended_at: Date | null;
  ended_by_name: string | null;
  ended_how: "replaced" | "unpinned" | null;
  reason: string | null;
};

/** A place where an offered key stood; null ids: it was looked up. */
export type Sighting = {
  sources: KeySource[];
  ticket_id: string | null;
  message_id: string | null;
  created_at: Date;
  encryption: "none" | "encrypted" | null;
  signature: string | null;
  marks: string[];
};

export type OfferedKey = {
  /** Of the newest row; `ids` are those of all of them. */
  id: string;
  ids: string[];
  facts: KeyFacts;
  armored: string;
  problem: string | null;
  /**
   * To the key in force: none is; a newer copy of the same key; another key that came encrypted and signed by the one in
   * force; another key with nothing that speaks for it.
   */
  relation: "first" | "same key" | "update" | "another key";
  bearsAddress: boolean;
  sightings: Sighting[];
  refused_at: Date | null;
  refused_by_name: string | null;
};

export type PersonKeys = {
  person_id: string;
  address: string;
  wrote_encrypted_at: Date | null;
  inForce: ConfirmedKey | null;
  /** Replaced and unpinned ones, the newest first. */
  older: ConfirmedKey[];
  /** Each key once, without the one in force; the newest first. */
  offered: OfferedKey[];
};

const mostRows = 200;

/** Everything that is known of a person's keys; null: there is no such person. Three statements. */
export async function keysOfPerson(db: Database, vault: Vault, personId: string): Promise<PersonKeys | null> {
  if (!isId(personId)) return null;
  const person = await db("people")
    .join("vault_keys", "vault_keys.id", "people.key_id")
    .where("people.id", personId)
    .first("people.id", "sealed_address", "wrote_encrypted_at", "wrapped_key");
  if (!person) return null;
  const address = vault.open(person.wrapped_key, "address", person.sealed_address);
  const [confirmed, rows] = await sendTogether([
    confirmedKeys(db, vault, personId),
    offeredRows(db, vault, personId),
  ]);
  const inForce = confirmed.find(({ ended_at }) => ended_at === null) ?? null;
  return {
    person_id: personId,
    address,
    wrote_encrypted_at: person.wrote_encrypted_at,
    inForce,
    older: confirmed.filter((key) => key !== inForce),
    offered: await offersOf(rows, inForce, address),
  };
}

async function confirmedKeys(db: Database, vault: Vault, personId: string): Promise<ConfirmedKey[]> {
  const rows = await db("pinned_keys")
    .join("vault_keys", "vault_keys.id", "pinned_keys.key_id")
    .join("staff as pinners", "pinners.id", "pinned_keys.pinned_by")
    .leftJoin("staff as enders", "enders.id", "pinned_keys.ended_by")
    .where({ person_id: personId })
    .orderBy("pinned_keys.id", "desc")
    .limit(mostRows)
    .select("pinned_keys.*", "wrapped_key", "pinners.name as pinned_by_name", "enders.name as ended_by_name");
  return rows.map(({ wrapped_key, sealed_key, sealed_facts, sealed_reason, ...row }) => {
    const facts: KeyFacts = JSON.parse(vault.open(wrapped_key, "key facts", sealed_facts));
    return {
      ...row,
      facts,
      armored: vault.open(wrapped_key, "public key", sealed_key),
      problem: problemOf(facts),
      reason: sealed_reason && vault.open(wrapped_key, "reason", sealed_reason),
    };
  });
}

type Row = Sighting & {
  id: string;
  facts: KeyFacts;
  armored: string;
  refused_at: Date | null;
  refused_by_name: string | null;
  /** Fingerprint of who signed the encrypted mail in which it stood, with a signature about all of it. */
  vouchedBy: string | null;
};

async function offeredRows(db: Database, vault: Vault, personId: string): Promise<Row[]> {
  const rows = await db("offered_keys")
    .join("vault_keys", "vault_keys.id", "offered_keys.key_id")
    .leftJoin("messages", "messages.id", "offered_keys.message_id")
    .leftJoin("vault_keys as message_keys", "message_keys.id", "messages.key_id")
    .leftJoin("staff", "staff.id", "offered_keys.refused_by")
    .leftJoin("key_revocations as revocation", (join) =>
      join
        .on("revocation.fingerprint_hash", "offered_keys.fingerprint_hash")
        .andOn("revocation.learned_at", ">", "offered_keys.created_at"),
    )
    .leftJoin("vault_keys as revocation_keys", "revocation_keys.id", "revocation.key_id")
    .where("offered_keys.person_id", personId)
    .orderBy("offered_keys.id", "desc")
    .limit(mostRows)
    .select(
      "offered_keys.*",
      "vault_keys.wrapped_key",
      "messages.encryption",
      "messages.signature",
      "messages.marks",
      "staff.name as refused_by_name",
      // Only such a mail can vouch for a key; texts may be long.
      db.raw(
        `case when messages.signature = 'good' and messages.encryption = 'encrypted' and messages.person_id = ?
           then messages.sealed_content end as sealed_content`,
        [personId],
      ),
      "message_keys.wrapped_key as message_key",
      "revocation.sealed_facts as sealed_revocation",
      "revocation_keys.wrapped_key as revocation_key",
    );
  return await Promise.all(
    rows.map(async ({ wrapped_key, sealed_key, sealed_facts, sealed_content, message_key, ...row }) => {
      const revocation: KeyFacts | null =
        row.sealed_revocation &&
        JSON.parse(vault.open(row.revocation_key, "key facts", row.sealed_revocation));
      const armored = vault.open(wrapped_key, "public key", sealed_key);
      const sources: KeySource[] = [row.source, ...row.also];
      return {
        ...row,
        armored,
        sources,
        marks: row.marks ?? [],
        facts: withRevocation(
          sealed_facts
            ? JSON.parse(vault.open(wrapped_key, "key facts", sealed_facts))
            : await readKeyFacts(armored),
          revocation,
        ),
        vouchedBy: sealed_content
          ? signerOf(JSON.parse(vault.open(message_key, "message", sealed_content)).crypto, sources)
          : null,
      };
    }),
  );
}

/** What the owner said against the key after this copy came. */
function withRevocation(facts: KeyFacts, later: KeyFacts | null): KeyFacts {
  if (!later) return facts;
  const { revocation = null } = later;
  return { ...facts, revocation, takenBack: true, problem: later.problem ?? facts.problem };
}

type Crypto = { encryption: string; signature: string; coversAll: boolean; signer: string | null };

/** The signature is about what the encrypted part holds; a header of the mail, such as Autocrypt's, stands outside of it. */
function signerOf(crypto: Crypto | undefined, sources: KeySource[]): string | null {
  const isInside = sources.includes("attachment") || sources.includes("text");
  if (!crypto || !isInside || !crypto.coversAll) return null;
  return crypto.signature === "good" && crypto.encryption === "encrypted" ? crypto.signer : null;
}

async function offersOf(rows: Row[], inForce: ConfirmedKey | null, address: string): Promise<OfferedKey[]> {
  const byFingerprint = Map.groupBy(rows, ({ facts }) => facts.fingerprint);
  return [...byFingerprint.values()].flatMap((same) => {
    const newest = same[0];
    if (!newest) return [];
    const relation = relationOf(same, newest, inForce);
    if (!relation) return [];
    const { id, facts, armored } = newest;
    const refused = same.find(({ refused_at }) => refused_at !== null);
    return {
      id,
      ids: same.map((row) => row.id),
      facts,
      armored,
      problem: problemOf(facts),
      relation,
      bearsAddress: bearsAddress(facts, address),
      sightings: same.map(({ sources, ticket_id, message_id, created_at, encryption, signature, marks }) => ({
        sources,
        ticket_id,
        message_id,
        created_at,
        encryption,
        signature,
        marks,
      })),
      refused_at: refused?.refused_at ?? null,
      refused_by_name: refused?.refused_by_name ?? null,
    };
  });
}

/** Null: it is the key in force, and brings nothing new. */
function relationOf(same: Row[], newest: Row, inForce: ConfirmedKey | null): OfferedKey["relation"] | null {
  if (!inForce) return "first";
  if (newest.facts.fingerprint === inForce.facts.fingerprint) {
    const isNew = newest.armored !== inForce.armored && newest.created_at > inForce.pinned_at;
    return isNew && widens(newest.facts, inForce.facts) ? "same key" : null;
  }
  return same.some(({ vouchedBy }) => vouchedBy === inForce.facts.fingerprint) ? "update" : "another key";
}

/** What the owner says against a key counts by itself; a copy that brings no more than that waits for nobody. */
function widens(copy: KeyFacts, inForce: KeyFacts): boolean {
  if (problemOf(copy) !== null) return false;
  const until = (facts: KeyFacts) => endOf(facts)?.getTime() ?? Number.POSITIVE_INFINITY;
  const knownIds = new Set(inForce.keyIds);
  return (
    problemOf(inForce) !== null ||
    until(copy) > until(inForce) ||
    !inForce.keyIds ||
    copy.userIds.some((name) => !inForce.userIds.includes(name)) ||
    (copy.keyIds ?? []).some((id) => !knownIds.has(id))
  );
}
