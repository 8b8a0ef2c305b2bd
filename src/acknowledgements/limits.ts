import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { domainOf } from "./public-host.ts";

/** How many acknowledgements may leave in an hour, over all queues and workers. */
export type Limits = {
  per_hour: number;
  per_domain: number;
  changed_by_name: string | null;
  changed_at: Date;
};

/** The limits, as a lead set them. */
export async function readLimits(db: Database): Promise<Limits> {
  const limits = await db("acknowledgement_limits")
    .leftJoin("staff", "staff.id", "changed_by")
    .first<Limits | undefined>("per_hour", "per_domain", "staff.name as changed_by_name", "changed_at");
  if (!limits) throw new Error("There are no limits of acknowledgements");
  return limits;
}

/** Sets the limits for whatever leaves from now on. */
export async function changeLimits(
  db: Database,
  { perHour, perDomain, staffId }: { perHour: number; perDomain: number; staffId: string },
): Promise<void> {
  await db("acknowledgement_limits").update({
    per_hour: perHour,
    per_domain: perDomain,
    changed_by: staffId,
    changed_at: db.fn.now(),
  });
}

/** How many went in the last hour, and how many were kept back because that was as many as may. */
export async function lastHour(db: Database): Promise<{ went: number; kept: number }> {
  const counted = await db("acknowledgements")
    .whereRaw("created_at > now() - interval '1 hour'")
    .first<{ went: number; kept: number }>(
      db.raw("(count(*) filter (where message_id is not null))::int as went"),
      db.raw("(count(*) filter (where reason like ?))::int as kept", [`${asManyAsMay}%`]),
    );
  return counted ?? { went: 0, kept: 0 };
}

const asManyAsMay = "As many as may leave in an hour";

/**
 * Why no further one may leave to this address now, in words for the staff; null: it may. Until the transaction ends no
 * other worker gets past here, so that two of them never take the last place.
 */
export async function whyOverLimit(trx: Database, vault: Vault, address: string): Promise<string | null> {
  const limits = await trx("acknowledgement_limits").forUpdate().first<Limits>("per_hour", "per_domain");
  const domain = sharedDomain(address);
  // A statement of its own, after the lock: what it counts is then what the worker before it has stored.
  const counted = await trx("acknowledgements")
    .whereNotNull("message_id")
    .whereRaw("created_at > clock_timestamp() - interval '1 hour'")
    .first<{ all: number; domain: number }>(
      trx.raw("count(*)::int as all"),
      trx.raw("(count(*) filter (where domain_hash = ?))::int as domain", [hashOfDomain(vault, domain)]),
    );
  if (!counted || counted.all >= limits.per_hour) return `${asManyAsMay} have left (${limits.per_hour})`;
  if (!isOfMany(domain) && counted.domain >= limits.per_domain)
    return `${asManyAsMay} to one domain have left to its domain (${limits.per_domain})`;
  return null;
}

/** The keyed hash by which mails to one domain are counted. */
export function domainHashOf(vault: Vault, address: string): Buffer {
  return hashOfDomain(vault, sharedDomain(address));
}

function hashOfDomain(vault: Vault, domain: string): Buffer {
  return vault.lookUpHash("domain", domain);
}

/** The part of a host name that one owner has: "mail.example.co.uk" → "example.co.uk". Good enough for a limit. */
function sharedDomain(address: string): string {
  const labels = domainOf(address).split(".");
  const [second = "", top = ""] = labels.slice(-2);
  const isShared = top.length === 2 && /^(ac|co|com|edu|gob|gov|gv|ne|net|nom|or|org)$/.test(second);
  return labels.slice(isShared ? -3 : -2).join(".");
}

/** Providers at which many unrelated people have their address: there the limit of all alone counts. */
function isOfMany(domain: string): boolean {
  return /^(gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|icloud|me|mac|aol|gmx|mail|proton|protonmail|pm|tuta|tutanota|tutamail|posteo|mailbox|riseup|disroot|autistici|inventati|systemli|web|t-online|freenet|orange|wanadoo|free|laposte|sfr|libero|virgilio|tiscali|alice|uol|bol|terra|yandex|ya|rambler|inbox|bk|list|ukr|wp|onet|interia|o2|seznam|centrum|qq|foxmail|163|126|sina|naver|daum|hanmail|chmail)\.(com|net|org|me|de|fr|it|es|co\.uk|com\.br|com\.ar|com\.mx|co\.jp|co\.in|ca|at|ch|eu|io|ru|ua|by|pl|cz|cn|kr|ir|be|nl)$/.test(
    domain,
  );
}
