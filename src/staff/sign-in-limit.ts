import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { plainQueries } from "../web/plain-queries.ts";

export type SignInLimit = {
  /** Counts one try; says in how many seconds to come back when there were too many. */
  take(name: string): Promise<{ ok: true } | { ok: false; seconds: number }>;
  /** A right password gives the tries back. */
  forgive(name: string): Promise<void>;
};

const quarterHour = 15 * 60;
const forOneName = 10;
const forAll = 200;

/** Slows guessing down: for one name and for all together, in Postgres, so that it counts for all machines. */
export function createSignInLimit(db: Database, vault: Vault): SignInLimit {
  const common = {
    storeClient: plainQueries(db),
    storeType: "pool",
    tableName: "rate_limits",
    tableCreated: true,
    duration: quarterHour,
  };
  const byName = new RateLimiterPostgres({ ...common, keyPrefix: "sign-in", points: forOneName });
  const overall = new RateLimiterPostgres({ ...common, keyPrefix: "sign-in-all", points: forAll });
  // People type a password into the field of the name by mistake: keep neither.
  const keyOf = (name: string) => vault.lookUpHash("sign-in name", name).toString("base64url");

  return {
    async take(name) {
      try {
        await byName.consume(keyOf(name));
        await overall.consume("all");
        return { ok: true };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return { ok: false, seconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) };
      }
    },
    async forgive(name) {
      await byName.delete(keyOf(name));
      await overall.reward("all");
    },
  };
}
