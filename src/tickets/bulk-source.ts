import type { Database } from "../database.ts";
import { allFound, type Whole } from "../search/all-found.ts";
import type { Asker } from "../search/field-sql.ts";
import type { QueryMistake, Sort } from "../search/query.ts";
import { orMistake } from "../search/query-mistake.ts";
import { readCondition } from "../search/read-condition.ts";
import { readQuery } from "../search/read-query.ts";
import type { Vault } from "../vault/vault.ts";
import { address } from "../web/paging.ts";
import { listTicketIds, stillListed } from "./list-ids.ts";
import { filterOf, ListQuery, parametersOf, type WrongList } from "./list-query.ts";
import type { TicketFilter } from "./ticket-filter.ts";

/** Where the tickets of a bulk were ticked: in a list, or among what a search found. */
export type BulkSource = { from: "list"; list: ListQuery } | { from: "search"; typed: string };

/** What is wrong with a list or a search by the time it is needed. */
export type WrongSource = { ok: false } & WrongList;

/** The source that a form carries in its fields. */
export function sourceOf(body: Record<string, unknown> = {}): BulkSource {
  if (typeof body.search === "string" && body.search !== "") return { from: "search", typed: body.search };
  const fields = Object.keys(ListQuery.shape).map((name) => [name, body[`list_${name}`]]);
  return { from: "list", list: ListQuery.parse(Object.fromEntries(fields)) };
}

/** The fields that carry it. */
export function fieldsOf(source: BulkSource): Record<string, string> {
  if (source.from === "search") return { search: source.typed };
  const fields = Object.entries(parametersOf(source.list));
  return Object.fromEntries(fields.flatMap(([name, value]) => (value ? [[`list_${name}`, value]] : [])));
}

/** Its page; `q`: with another search. */
export function addressOf(source: BulkSource, q?: string): string {
  if (source.from === "search") return address("/search", { q: q ?? source.typed });
  return address("/tickets", { ...parametersOf(source.list), ...(q === undefined ? {} : { q }) });
}

/** What was typed as its search. */
export function typedIn(source: BulkSource): string {
  return source.from === "search" ? source.typed : (source.list.q ?? "");
}

/** All of it, in its order, at most so many. `sort`: in which order a search stands; null: a list has its own. */
export async function wholeOf(
  db: Database,
  vault: Vault,
  source: BulkSource,
  asker: Asker,
  most: number,
): Promise<({ ok: true; sort: Sort | null } & Whole) | WrongSource> {
  if (source.from === "search") {
    const read = readQuery(source.typed);
    if (!read.ok) return wrong(read.mistake);
    const found = await allFound(db, vault, read.query, asker, most);
    return found.ok ? { ...found, sort: read.query.sort } : wrong(found.mistake);
  }
  const read = await filterOf(db, vault, source.list, asker);
  if (!read.ok) return read;
  const found = await orMistake(listTicketIds(db, vault, read.filter, most));
  return found.ok ? { ok: true, ...found.value, sort: null } : wrong(found.mistake);
}

/** Which of some tickets it still holds, for the transaction that changes them; or what is wrong with it by now. */
export async function stillIn(
  db: Database,
  vault: Vault,
  source: BulkSource,
  asker: Asker,
): Promise<{ ok: true; among(trx: Database, ids: string[]): Promise<string[]> } | WrongSource> {
  if (source.from === "list") {
    const read = await filterOf(db, vault, source.list, asker);
    return read.ok ? { ok: true, among: (trx, ids) => stillListed(trx, vault, read.filter, ids) } : read;
  }
  const read = await readCondition(db, vault, source.typed, asker);
  if (!read.ok) return wrong(read.mistake);
  const filter: TicketFilter = { status: "any", queueId: null, ownerId: null, search: read.condition };
  return { ok: true, among: (trx, ids) => stillListed(trx, vault, filter, ids) };
}

function wrong(mistake: QueryMistake): WrongSource {
  return { ok: false, unknown: [], mistake };
}
