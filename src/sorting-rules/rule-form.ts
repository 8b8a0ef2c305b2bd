import { z } from "zod";
import { type ShownMistake, showMistake } from "../search/show-mistake.ts";
import { cleanTagName } from "../tickets/tags.ts";
import { listOf, readForm } from "../web/forms.ts";
import type { BrokenSearch } from "./broken-searches.ts";
import { readRuleSearch } from "./read-rule-search.ts";
import { type SortingRule, SortingRuleForm } from "./rule.ts";

const Fields = z.object({
  name: z.string().default(""),
  match: z.string().default("all"),
  field: listOf(z.string()),
  how: listOf(z.string()),
  value: listOf(z.string()),
  queue: z.string().default(""),
  tag: z.string().default(""),
  priority: z.string().default(""),
  owner: z.string().default(""),
  stops: z.literal("yes").optional(),
  act: z.enum(["try", "save"]).catch("save"),
});

export type RuleForm = { values: Record<string, unknown> & { rows: Row[] }; errors: Record<string, string> };

export type ReadRule =
  | { ok: true; rule: SortingRule; form: RuleForm; act: "try" | "save" }
  | { ok: false; form: RuleForm };

const emptyRows = 2;
const mostRows = 20;

/** Reads a rule as its form sends it: a row for each condition, those without a value left out. */
export function readRuleForm(body: unknown): ReadRule {
  const read = readForm(Fields, body);
  if (!read.ok) return { ok: false, form: { ...read, values: { ...read.values, rows: rowsOf([]) } } };
  const { field, how, value, ...typed } = read.values;
  const conditions = value
    .map((text, row) => ({ field: field[row] ?? "", how: howOf(field[row], how[row]), value: text }))
    .filter((condition) => condition.value.trim() !== "");
  const form = { values: { ...typed, rows: rowsOf(conditions) }, errors: {} };

  const result = SortingRuleForm.safeParse({
    name: typed.name,
    match: typed.match,
    conditions,
    queueId: typed.queue || null,
    tag: cleanTagName(typed.tag) ?? (typed.tag.trim() || null),
    priority: typed.priority || null,
    ownerId: typed.owner || null,
    stops: typed.stops === "yes",
  });
  if (result.success) return { ok: true, rule: result.data, form, act: typed.act };
  const errors: Record<string, string> = {};
  for (const { path, message } of result.error.issues) errors[fieldOf(path)] ??= message;
  const mistakes = conditions.flatMap((condition, row) => {
    const found =
      condition.field === "search" && errors[`value-${row}`] ? readRuleSearch(condition.value) : null;
    return found && !found.ok ? [{ row, typed: condition.value, mistake: found.mistake }] : [];
  });
  return { ok: false, form: withMistakes({ ...form, errors }, mistakes) };
}

/** The same form with what is wrong in its searches, each at its row with the place. */
export function withMistakes(form: RuleForm, mistakes: BrokenSearch[]): RuleForm {
  const rows = form.values.rows.map((row, index) => {
    const found = mistakes.find((one) => one.row === index);
    return found ? { ...row, mistake: showMistake(found.typed, found.mistake, () => "") } : row;
  });
  const errors = Object.fromEntries(mistakes.map(({ row, mistake }) => [`value-${row}`, mistake.message]));
  return { values: { ...form.values, rows }, errors: { ...form.errors, ...errors } };
}

/** The form of a rule that is there, or of a new one (null). */
export function formOfRule(rule: SortingRule | null): RuleForm {
  return {
    values: {
      name: rule?.name ?? "",
      match: rule?.match ?? "all",
      rows: rowsOf(rule?.conditions ?? []),
      queue: rule?.queueId ?? "",
      tag: rule?.tag ?? "",
      priority: rule?.priority ?? "",
      owner: rule?.ownerId ?? "",
      stops: rule === null || rule.stops ? "yes" : "",
    },
    errors: {},
  };
}

type Row = { field: string; how: string; value: string; mistake?: ShownMistake };

/** There is one way to look at the ticket as a whole, whatever the list beside it shows. */
function howOf(field = "", how = ""): string {
  return field === "search" ? "fits" : how;
}

/** There is always an empty row: without JavaScript nothing can add one. */
function rowsOf(conditions: Row[]): Row[] {
  const most = Math.max(conditions.length, Math.min(conditions.length + emptyRows, mostRows));
  return Array.from({ length: most }, (_, row) => conditions[row] ?? { field: "", how: "", value: "" });
}

/** The id of the field that an error belongs to. */
function fieldOf(path: PropertyKey[]): string {
  const [first = "form", row, part] = path.map(String);
  if (first === "conditions") return row === undefined ? "value-0" : `${part ?? "value"}-${row}`;
  return { queueId: "queue", ownerId: "owner" }[first] ?? first;
}
