import { type Response, Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import type { Ticket } from "./find.ts";
import { tagTicket, untagTicket } from "./tag.ts";
import { cleanTagName, tagNames, tagsOfTicket } from "./tags.ts";

const TagForm = z.object({
  name: z
    .string()
    .transform((typed) => typed.split(",").filter((name) => name.trim() !== ""))
    .refine((names) => names.length > 0, "Write a tag")
    .refine(
      (names) => names.every((name) => cleanTagName(name) !== null),
      "A tag has 60 characters at most, and no invisible ones",
    ),
});
const RemoveForm = z.object({ tag: z.string() });

/** /tickets/:id/tags: what a ticket is about, in words that anybody may invent. */
export function tagsPage(desk: Desk): Router {
  const page = Router();
  const { db } = desk;

  const show = async (response: Response, ticket: Ticket, form: Form) => {
    const [tags, names] = await sendTogether([tagsOfTicket(db, ticket.id), tagNames(db)]);
    response.render("tickets/tags.njk", { ticket, form, tags, names });
  };

  page.get("/tickets/:id/tags", async (request, response) => {
    await show(response, await askedTicket(desk, request), newForm());
  });

  page.post("/tickets/:id/tags", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(TagForm, request.body);
    if (!form.ok) return await show(response.status(422), ticket, form);

    let added = 0;
    for (const name of form.values.name) {
      const tagged = await tagTicket(db, ticket.id, signedIn(request).id, name);
      if (tagged.ok && tagged.changed) added += 1;
    }
    if (added === 0) {
      const message = "The ticket has this tag already, or was merged into another";
      return await show(
        response.status(422),
        ticket,
        withError({ name: form.values.name.join(",") }, "name", message),
      );
    }
    request.session.notice = added === 1 ? "The ticket has the tag." : `The ticket has the ${added} tags.`;
    response.redirect(303, `/tickets/${ticket.id}/tags`);
  });

  page.post("/tickets/:id/tags/remove", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(RemoveForm, request.body);
    const removed = form.ok && (await untagTicket(db, ticket.id, signedIn(request).id, form.values.tag));
    request.session.notice = removed ? "The tag is gone from the ticket." : "The ticket has no such tag.";
    response.redirect(303, `/tickets/${ticket.id}/tags`);
  });

  return page;
}
