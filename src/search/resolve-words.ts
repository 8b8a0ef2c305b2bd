import type { Database } from "../database.ts";
import { tokensOfPhrase } from "../logs/tokens-of-log.ts";
import type { Vault } from "../vault/vault.ts";
import { dictionaries } from "./blind-vector.ts";
import { type SearchKey, searchKeys } from "./search-keys.ts";

/** A piece of text to be found: by its stem in any language, as it is written, or among the words of logs. */
export type Wanted = { kind: "word" | "phrase" | "log"; text: string };

/** The `tsquery` of hashes that finds it, and the lexemes in clear for marking them in a text; null: it has no word. */
export type Resolved = { tsquery: string; lexemes: string[] } | null;

/**
 * PostgreSQL splits and stems what is wanted as it did the documents, and each lexeme is hashed with each key in use.
 * Two statements for all.
 */
export async function resolveWords(
  db: Database,
  vault: Vault,
  wanted: Wanted[],
): Promise<(one: Wanted) => Resolved> {
  const pieces = new Map<string, { text: string; configuration: string }>();
  const add = (configuration: string, text: string) =>
    pieces.set(`${configuration} ${text}`, { text, configuration });
  for (const { kind, text } of wanted) {
    for (const configuration of kind === "word" ? configurations : ["simple"]) {
      for (const piece of kind === "log" ? tokensOfPhrase(text) : [text]) add(configuration, piece);
    }
  }
  const list = [...pieces.values()];
  const keys = await searchKeys(db, vault);
  const result = await db.raw<{ rows: { query: string }[] }>(
    `select phraseto_tsquery(configuration::regconfig, text)::text as query
     from unnest(?::text[], ?::text[]) with ordinality as piece (configuration, text, place) order by place`,
    [list.map(({ configuration }) => configuration), list.map(({ text }) => text)],
  );
  const queries = new Map([...pieces.keys()].map((key, place) => [key, result.rows[place]?.query ?? ""]));
  const queryOf = (configuration: string, text: string) => queries.get(`${configuration} ${text}`) ?? "";

  return ({ kind, text }) => {
    if (kind === "log")
      return allOf(tokensOfPhrase(text).map((token) => hashed(keys, [queryOf("simple", token)], ":D")));
    return hashed(
      keys,
      (kind === "word" ? configurations : ["simple"]).map((configuration) => queryOf(configuration, text)),
    );
  };
}

const configurations = ["simple", ...Object.values(dictionaries)];

function hashed(keys: SearchKey[], queries: string[], weight = ""): Resolved {
  const filled = [...new Set(queries)].filter(Boolean);
  if (filled.length === 0) return null;
  const lexemes = new Set<string>();
  const alternatives = filled.flatMap((query) =>
    keys.map((key) =>
      query.replaceAll(/'((?:[^']|'')*)'/g, (_all, quoted: string) => {
        const lexeme = quoted.replaceAll("''", "'").replaceAll("\\\\", "\\");
        lexemes.add(lexeme);
        return `'${key.hash(lexeme)}'${weight}`;
      }),
    ),
  );
  return { tsquery: `(${alternatives.join(" | ")})`, lexemes: [...lexemes] };
}

function allOf(parts: Resolved[]): Resolved {
  const there = parts.filter((part) => part !== null);
  if (there.length === 0) return null;
  return {
    tsquery: `(${there.map(({ tsquery }) => tsquery).join(" & ")})`,
    lexemes: there.flatMap(({ lexemes }) => lexemes),
  };
}
