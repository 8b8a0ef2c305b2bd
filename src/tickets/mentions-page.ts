import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { readForm } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { readMentions, unreadMentions } from "./mentions.ts";

const ReadForm = z.object({ ticket: z.string().refine((id) => id === "all" || isId(id)) });

/** /mentions: notes that call who is signed in, until they are read. */
export function mentionsPage({ db, vault }: Desk): Router {
  const page = Router();

  page.get("/mentions", async (request, response) => {
    const mentions = await unreadMentions(db, vault, signedIn(request).id);
    response.render("tickets/mentions.njk", { mentions });
  });

  page.post("/mentions", async (request, response) => {
    const staffId = signedIn(request).id;
    const form = readForm(ReadForm, request.body);
    const asked = form.ok ? form.values.ticket : "";
    const tickets =
      asked === "all"
        ? (await unreadMentions(db, vault, staffId)).map(({ ticket_id }) => ticket_id)
        : [asked];
    let read = 0;
    for (const id of new Set(tickets.filter(isId))) read += await readMentions(db, id, staffId);
    request.session.notice = read > 0 ? "Marked as read." : "Nothing was changed.";
    response.redirect(303, "/mentions");
  });

  return page;
}
