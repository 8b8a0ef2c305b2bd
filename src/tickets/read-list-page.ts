import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { readForm } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { mostInBulk } from "./bulk.ts";
import { addressOf, sourceOf, wholeOf } from "./bulk-source.ts";
import { rememberReadOfAll } from "./reads.ts";

const ReadForm = z.object({ up_to: z.string().refine(isId, "This is missing from the form") });

/** POST /tickets/read: what is unread in a list is read, up to the last message that was there when it was shown. */
export function readListPage({ db, vault }: Desk): Router {
  const page = Router();

  page.post("/tickets/read", async (request, response) => {
    const source = sourceOf({ ...request.body, search: undefined, list_q: undefined });
    const form = readForm(ReadForm, request.body);
    if (source.from !== "list" || !form.ok) return response.redirect(303, addressOf(source));

    const staffId = signedIn(request).id;
    const unread = { ...source, list: { ...source.list, q: "is:unread" } };
    const found = await wholeOf(db, vault, unread, { staffId, now: new Date() }, mostInBulk);
    if (found.ok) await rememberReadOfAll(db, { ticketIds: found.ids, staffId, upTo: form.values.up_to });
    request.session.notice = found.ok
      ? noticeOf(found.ids.length, found.isMore)
      : "Nothing was changed: narrow the list first.";
    response.redirect(303, addressOf(source));
  });

  return page;
}

function noticeOf(count: number, isMore: boolean): string {
  if (count === 0) return "Nothing in this list was unread.";
  const tickets = count === 1 ? "1 ticket of this list is" : `${count} tickets of this list are`;
  return isMore ? `${tickets} read now. There are more: do it once more.` : `${tickets} read now.`;
}
