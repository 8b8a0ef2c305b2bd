import { type Response, Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { NotFound } from "../web/not-found.ts";
import { countLastVersions, countWorkarounds } from "./set-facts.ts";
import { changeTag, cleanTagName, findTag, listTags, mergeTags, type Tag } from "./tags.ts";

const TagForm = z.object({
  name: z
    .string()
    .refine((name) => name.trim() !== "", "Give the tag a name")
    .refine((name) => name.trim() === "" || cleanTagName(name), "A tag has 60 characters at most"),
  description: z.string().max(2000, "A description has 2,000 characters at most").default(""),
});
const MergeForm = z.object({ into: z.string() });

/** GET /tags: all tags, and what else tickets are counted by, each with its list. Leads change one at /tags/:id and merge it at /tags/:id/merge. */
export function allTagsPage({ db }: Desk): Router {
  const page = Router();

  const show = async (response: Response, tag: Tag, form: Form, mergeForm = newForm()) => {
    const all = await listTags(db);
    response.render("tickets/tag.njk", {
      tag,
      form,
      mergeForm,
      tickets: all.find(({ id }) => id === tag.id)?.tickets ?? 0,
      others: all.filter(({ id }) => id !== tag.id).map(({ id, name }) => [id, name]),
    });
  };

  page.get("/tags", async (_request, response) => {
    const [tags, versions, workarounds] = await sendTogether([
      listTags(db),
      countLastVersions(db),
      countWorkarounds(db),
    ]);
    response.render("tickets/all-tags.njk", { tags, versions, workarounds });
  });

  page.get("/tags/:id", async (request, response) => {
    const tag = await findTag(db, request.params.id);
    if (!tag) throw new NotFound("No such tag");
    await show(response, tag, newForm(tag));
  });

  page.post("/tags/:id", async (request, response) => {
    const tag = await findTag(db, request.params.id);
    if (!tag) throw new NotFound("No such tag");
    const form = readForm(TagForm, request.body);
    if (!form.ok) return await show(response.status(422), tag, form);
    const changed = await changeTag(db, tag.id, form.values);
    if (!changed.ok && changed.reason === "not there") throw new NotFound("No such tag");
    if (!changed.ok) {
      const message = "There is a tag of this name: merge the two instead";
      return await show(response.status(422), tag, withError(form.values, "name", message));
    }
    request.session.notice = "The tag is saved.";
    response.redirect(303, "/tags");
  });

  page.post("/tags/:id/merge", async (request, response) => {
    const tag = await findTag(db, request.params.id);
    if (!tag) throw new NotFound("No such tag");
    const form = readForm(MergeForm, request.body);
    const into = form.ok ? await findTag(db, form.values.into) : null;
    const refuse = (message: string) =>
      show(response.status(422), tag, newForm(tag), withError(form.values, "into", message));
    if (!into) return await refuse("Choose a tag from the list");
    const merged = await mergeTags(db, tag.id, into.id, signedIn(request).id);
    if (!merged.ok) {
      return await refuse(
        merged.reason === "itself"
          ? "A tag cannot be merged with itself"
          : "One of them is not there any more",
      );
    }
    request.session.notice = `${tag.name} is ${into.name} now, on ${merged.tickets} ${merged.tickets === 1 ? "ticket" : "tickets"}.`;
    response.redirect(303, "/tags");
  });

  return page;
}
