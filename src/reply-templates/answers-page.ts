import { Router } from "express";
import { z } from "zod";
import type { Desk } from "../web/desk.ts";
import { address } from "../web/paging.ts";
import { type ListedTemplate, listTemplates, longestList } from "./list.ts";

/** What was asked for in a way nobody links to counts as not asked. */
const Query = z.object({
  words: z
    .string()
    .transform((text) => text.replaceAll("\0", "").trim().slice(0, 200))
    .catch(""),
  show: z.enum(["used", "out-of-date", "retired"]).catch("used"),
});

/** GET /answers: all template answers by category, found by words. */
export function answersPage({ db }: Desk): Router {
  const page = Router();

  page.get("/answers", async (request, response) => {
    const { words, show } = Query.parse(request.query);
    const found = await listTemplates(db, { words, show });
    response.render("reply-templates/answers.njk", {
      categories: byCategory(found.slice(0, longestList)),
      isCut: found.length > longestList,
      words,
      show,
      tabs: tabs.map(([each, label]) => ({
        words: label,
        show: each,
        href: address("/answers", { show: each === "used" ? undefined : each, words }),
      })),
    });
  });

  return page;
}

const tabs = [
  ["used", "In use"],
  ["out-of-date", "Out of date"],
  ["retired", "Retired"],
] as const;

function byCategory(templates: ListedTemplate[]): [string, ListedTemplate[]][] {
  return [...Map.groupBy(templates, ({ category }) => category)];
}
