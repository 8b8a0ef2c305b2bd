import { z } from "zod";
import { isId } from "../web/is-id.ts";
import { readRuleSearch } from "./read-rule-search.ts";
import { readRange } from "./versions.ts";

export const fields = [
  "from",
  "subject",
  "text",
  "tails_version",
  "model",
  "language",
  "channel",
  "list_id",
  "search",
] as const;
export const comparisons = ["contains", "is", "in_range", "fits"] as const;

const Condition = z
  .object({
    field: z.enum(fields, "Choose what to look at"),
    how: z.enum(comparisons, "Choose how to compare"),
    value: z.string().trim().min(1, "Write what to look for"),
  })
  .superRefine(({ field, how, value }, context) => {
    if (field === "search") {
      if (how !== "fits") {
        context.addIssue({ code: "custom", path: ["how"], message: "A ticket fits a search, or does not" });
      }
      const read = readRuleSearch(value);
      if (read.ok) return;
      const { mistake } = read;
      context.addIssue({ code: "custom", path: ["value"], message: mistake.message, params: { mistake } });
      return;
    }
    if (value.length > 200) {
      context.addIssue({ code: "custom", path: ["value"], message: "200 characters at most" });
    }
    if (how === "fits") {
      context.addIssue({
        code: "custom",
        path: ["how"],
        message: "Only the ticket as a whole fits a search",
      });
    }
    if (how !== "in_range") return;
    if (field !== "tails_version") {
      context.addIssue({ code: "custom", path: ["how"], message: "Only a version can lie in a range" });
    } else if (!readRange(value)) {
      const message = "Write a range such as 6.0 - 6.10, or >= 7";
      context.addIssue({ code: "custom", path: ["value"], message });
    }
  });

const reference = z.string().refine(isId, "Choose one from the list").nullable();

/** One rule as a form gives it. Where several conditions stand, all have to fit, or any. */
export const SortingRuleForm = z
  .object({
    name: z.string().trim().min(1, "Give the rule a name").max(80, "A name has 80 characters at most"),
    match: z.enum(["all", "any"], "Choose all or any"),
    conditions: z.array(Condition).min(1, "Write a condition").max(20, "A rule has 20 conditions at most"),
    queueId: reference,
    tag: z.string().trim().max(60, "A tag has 60 characters at most").nullable(),
    priority: z.enum(["low", "normal", "high", "urgent"], "Choose a priority").nullable(),
    ownerId: reference,
    stops: z.boolean(),
  })
  .refine(({ queueId, tag, priority, ownerId }) => queueId || tag || priority || ownerId, {
    message: "Say what the rule does: a queue, a tag, a priority or an owner",
    path: ["queueId"],
  });

export type SortingRule = z.infer<typeof SortingRuleForm>;
export type Condition = z.infer<typeof Condition>;

/** What the rules look at, of one mail that opens a ticket; searches are asked of the ticket. */
export type SortingFacts = Record<Exclude<(typeof fields)[number], "search">, string | null>;
