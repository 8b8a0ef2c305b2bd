import { inGroups } from "./fingerprint.ts";
import { endOf, type KeyFacts } from "./key-facts.ts";
import { maskAddresses } from "./mask-address.ts";

/** What pages show of a key: its fingerprint in groups, its names with their addresses masked. */
export type ShownKey = {
  fingerprint: string;
  names: string[];
  algorithm: string;
  created_at: Date;
  expires_at: Date | null;
};

/** A key's facts as pages show them. */
export function shownKey(facts: KeyFacts): ShownKey {
  return {
    fingerprint: inGroups(facts.fingerprint),
    names: facts.userIds.map(maskAddresses),
    algorithm: facts.algorithm,
    created_at: new Date(facts.createdAt),
    expires_at: endOf(facts),
  };
}
