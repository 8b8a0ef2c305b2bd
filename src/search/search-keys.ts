import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

/** A key of the blind index: `hash` replaces a lexeme. Documents say by their generation which one they were made with. */
export type SearchKey = { generation: number; hash(lexeme: string): string };

/** The keys that documents may be made with, the newest first: that one is used for what is stored now. */
export async function searchKeys(db: Database, vault: Vault): Promise<SearchKey[]> {
  const result = await db.raw<{ rows: KeyRow[] }>(
    `select generation, sealed_key, wrapped_key from search_keys
     left join vault_keys on vault_keys.id = search_keys.key_id
     where retired_at is null order by generation desc`,
  );
  return result.rows.map((row) => openKey(vault, row));
}

/** The key for what is stored now. It cannot be retired before this transaction ends. */
export async function newestSearchKey(db: Database, vault: Vault): Promise<SearchKey> {
  return (await newestSearchKeyWith(db, vault, [], [])).key;
}

/** The same, and what else PostgreSQL is asked in the same statement: columns of SQL, which come back as text. */
export async function newestSearchKeyWith(
  db: Database,
  vault: Vault,
  columns: string[],
  bindings: string[],
): Promise<{ key: SearchKey; beside: Record<string, string> }> {
  const result = await db.raw<{ rows: (KeyRow & Record<string, string>)[] }>(
    `select ${["generation, sealed_key, wrapped_key", ...columns].join(", ")} from search_keys
     left join vault_keys on vault_keys.id = search_keys.key_id
     where retired_at is null order by generation desc for share of search_keys`,
    bindings,
  );
  const [row] = result.rows;
  if (!row) throw new Error("The blind index has no key");
  return { key: openKey(vault, row), beside: row };
}

type KeyRow = { generation: number; sealed_key: Buffer | null; wrapped_key: Buffer | null };

const opened = new WeakMap<Vault, Map<number, SearchKey>>();

/** A generation never changes, so that its key and the hashes of the last words are remembered. */
function openKey(vault: Vault, { generation, sealed_key, wrapped_key }: KeyRow): SearchKey {
  const known = opened.get(vault) ?? new Map<number, SearchKey>();
  opened.set(vault, known);
  const key = known.get(generation) ?? {
    generation,
    hash: hasherOf(
      sealed_key && wrapped_key
        ? randomKey(createSecretKey(vault.openBytes(wrapped_key, "search key", sealed_key)))
        : (lexeme) => vault.lookUpHash("lexeme", lexeme),
    ),
  };
  known.set(generation, key);
  return key;
}

function randomKey(key: KeyObject) {
  return (lexeme: string) => createHmac("sha256", key).update(lexeme).digest();
}

const mostRemembered = 50_000;
/** Of five million different words one search in fifty million meets another one's hash. */
const hashBytes = 6;

/** Six bytes of HMAC-SHA-256 in base64url. Logs repeat the same words, so the last ones are remembered. */
function hasherOf(hmac: (lexeme: string) => Buffer): (lexeme: string) => string {
  const hashes = new Map<string, string>();
  return (lexeme) => {
    const known = hashes.get(lexeme);
    if (known) return known;

    const hash = hmac(lexeme).toString("base64url", 0, hashBytes);
    if (hashes.size >= mostRemembered) hashes.clear();
    hashes.set(lexeme, hash);
    return hash;
  };
}
