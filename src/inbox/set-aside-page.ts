import { type Request, Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { plural } from "../web/format.ts";
import { newForm, readForm } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { pageLinks, readCursor } from "../web/paging.ts";
import { sendForeignFile } from "../web/send-file.ts";
import { discardMail } from "./discard.ts";
import { findRawSetAside } from "./find-raw.ts";
import { findSetAside, listSetAside } from "./list-set-aside.ts";
import { tryAgain, tryEncryptedAgain } from "./try-again.ts";

const DiscardForm = z.object({ confirmed: z.literal("yes", "Tick the box to discard this mail") });

/** GET /set-aside: mail that could not become a ticket, and why; try again, discard, save the raw mail. */
export function setAsidePage({ db, vault }: Desk): Router {
  const page = Router();
  const asked = async (request: Request) => {
    const mail = isId(request.params.id) ? await findSetAside(db, request.params.id) : undefined;
    if (!mail) throw new NotFound("No such mail is set aside");
    return mail;
  };

  page.get("/set-aside", async (request, response) => {
    const current = readCursor(request.query.after);
    const { mails, next } = await listSetAside(db, current);
    response.render("inbox/set-aside.njk", { mails, links: pageLinks("/set-aside", {}, { current, next }) });
  });

  page.post("/set-aside/try-again", async (request, response) => {
    const count = await tryEncryptedAgain(db);
    request.session.notice = count
      ? `${plural(count, "encrypted mail is", "encrypted mails are")} read again now. What still does not open comes back here.`
      : "No mail is set aside because it did not open. Nothing was changed.";
    response.redirect(303, "/set-aside");
  });

  page.get("/set-aside/:id/try-again", async (request, response) => {
    response.render("inbox/try-again.njk", { mail: await asked(request) });
  });

  page.post("/set-aside/:id/try-again", async (request, response) => {
    const again = isId(request.params.id) && (await tryAgain(db, request.params.id));
    request.session.notice = again
      ? "The mail is read again now. It becomes a ticket, or comes back here with its reason."
      : "This mail is not set aside any more, or there is no copy of it. Nothing was changed.";
    response.redirect(303, "/set-aside");
  });

  page.get("/set-aside/:id/discard", async (request, response) => {
    response.render("inbox/discard.njk", { mail: await asked(request), form: newForm() });
  });

  page.post("/set-aside/:id/discard", async (request, response) => {
    const mail = await asked(request);
    const form = readForm(DiscardForm, request.body);
    if (!form.ok) return response.status(422).render("inbox/discard.njk", { mail, form });
    const discarded = await discardMail(db, mail.id, signedIn(request).id);
    if (discarded) request.session.notice = "The mail is discarded.";
    response.redirect(303, "/set-aside");
  });

  page.get("/set-aside/:id/raw", async (request, response) => {
    const { id } = request.params;
    const raw = isId(id) ? await findRawSetAside(db, vault, id) : null;
    if (!raw) throw new NotFound("No raw copy of such a mail");
    sendForeignFile(response, `mail-${id}.eml`, raw);
  });

  return page;
}
