import { z } from "zod";

export type FieldValue = string | string[];
/** What a view gets: the macros show `values` and `errors` beside the fields. */
export type Form = { values: Record<string, unknown>; errors: Record<string, string> };
export type ReadForm<Values> =
  | { ok: true; values: Values; errors: Record<string, never> }
  | { ok: false; values: Record<string, FieldValue>; errors: Record<string, string> };

/** Reads what a person sent by a form. The schema's messages speak to the person; what was typed is kept. */
export function readForm<Schema extends z.ZodType>(schema: Schema, body: unknown): ReadForm<z.infer<Schema>> {
  const typed = clean(body);
  const result = schema.safeParse(typed, { error: missing });
  if (result.success) return { ok: true, values: result.data, errors: {} };

  const errors: Record<string, string> = {};
  for (const issue of result.error.issues) errors[String(issue.path[0] ?? "form")] ??= issue.message;
  return { ok: false, values: typed, errors };
}

/** A form that nobody has sent yet, filled with what is so now. */
export function newForm(values: Record<string, unknown> = {}): Form {
  return { values, errors: {} };
}

/** The same form with an error that only the database could know: the name is taken. */
export function withError(values: Record<string, unknown>, field: string, message: string): Form {
  return { values, errors: { [field]: message } };
}

/** Boxes of one name: none, one or many of them ticked. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]),
    z.array(item),
  );
}

/** NUL is an error of Postgres, and browsers end the lines of a text with CR LF. */
function clean(body: unknown): Record<string, FieldValue> {
  const values: Record<string, FieldValue> = Object.create(null);
  if (typeof body !== "object" || body === null) return values;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === "string") values[name] = plain(value);
    else if (Array.isArray(value)) values[name] = value.filter((item) => typeof item === "string").map(plain);
  }
  return values;
}

const plain = (text: string) => text.replaceAll("\0", "").replaceAll("\r\n", "\n");

function missing(issue: { code: string; input?: unknown }): string | undefined {
  if (issue.code !== "invalid_type") return undefined;
  return issue.input === undefined ? "This is missing from the form" : "This came more than once";
}
