import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { charsetChoices, charsetWords, isCharsetChoice } from "../mime/charset-choices.ts";
import type { ListedPart, ListOfParts } from "../mime/list-parts.ts";
import type { Staff } from "../staff/staff.ts";
import { signedIn } from "../staff/staff-session.ts";
import { askedTicket } from "../tickets/asked-ticket.ts";
import type { Ticket } from "../tickets/find.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { sendForeignFile } from "../web/send-file.ts";
import { askInCharset } from "./ask-again.ts";
import { findStructure, type Structure } from "./find-structure.ts";
import { takeRaw } from "./take-raw.ts";
import { tellParts } from "./tell-parts.ts";

const asTheDeskDoes = "as the desk does";

const CharsetForm = z.object({
  charset: z
    .string()
    .refine((charset) => charset === asTheDeskDoes || isCharsetChoice(charset), "Choose one of the charsets"),
});

const RawForm = z.object({
  reason: z
    .string()
    .trim()
    .min(1, "Say why you need it, for those who read this ticket later")
    .max(2000, "A reason has 2,000 characters at most"),
});

type Forms = { charset?: Form; raw?: Form };

/**
 * /tickets/:id/messages/:messageId/structure: how the mail of a message was read, part by part. From there its words are
 * read in another charset, and its raw copy is saved with a reason.
 */
export function structurePage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  const asked = async (request: Request): Promise<{ ticket: Ticket; message: Structure }> => {
    const ticket = await askedTicket(desk, request);
    const messageId = request.params.messageId;
    const message = isId(messageId) ? await findStructure(db, vault, ticket.id, messageId) : null;
    if (!message) throw new NotFound("No such message on this ticket came by mail");
    return { ticket, message };
  };

  const show = (request: Request, response: Response, { ticket, message }: Asked, forms: Forms = {}) => {
    const { parts, readAs } = message.content;
    const readIn = readAs ?? (parts && charsetOf(parts));
    response.status(forms.charset || forms.raw ? 422 : 200).render("inbox/structure.njk", {
      ticket,
      message,
      path: `/tickets/${ticket.id}/messages/${message.id}`,
      parts: parts ? tellParts(parts, message.files) : null,
      more: parts?.more ?? 0,
      readAs: readAs ? charsetWords(readAs) : null,
      families: charsetChoices(readIn),
      asTheDeskDoes,
      mayTakeRaw: mayTakeRaw(signedIn(request), ticket),
      charsetForm: forms.charset ?? newForm({ charset: readIn }),
      rawForm: forms.raw ?? newForm(),
    });
  };

  page.get("/tickets/:id/messages/:messageId/structure", async (request, response) => {
    show(request, response, await asked(request));
  });

  page.post("/tickets/:id/messages/:messageId/charset", async (request: Request, response: Response) => {
    const found = await asked(request);
    const form = readForm(CharsetForm, request.body);
    if (!form.ok) return show(request, response, found, { charset: form });
    const charset = form.values.charset === asTheDeskDoes ? null : form.values.charset;
    const { ticket, message } = found;
    const ask = { ticketId: ticket.id, messageId: message.id, staffId: signedIn(request).id, charset };
    if (!(await askInCharset(db, ask))) {
      const why = "Nothing was changed: the raw copy of this mail is gone, or it is a report";
      return show(request, response, found, { charset: withError(form.values, "charset", why) });
    }
    request.session.notice = "The mail is read again. What it said before stands until then.";
    response.redirect(303, `/tickets/${ticket.id}#message-${message.id}`);
  });

  page.post("/tickets/:id/messages/:messageId/raw", async (request: Request, response: Response) => {
    const found = await asked(request);
    const { ticket, message } = found;
    const staff = signedIn(request);
    if (!mayTakeRaw(staff, ticket)) return response.status(403).render("web/refused.njk");
    const form = readForm(RawForm, request.body);
    if (!form.ok) return show(request, response, found, { raw: form });
    const taking = { ticketId: ticket.id, messageId: message.id, staffId: staff.id, ...form.values };
    const raw = await takeRaw(db, vault, taking);
    if (!raw) {
      const gone = withError(form.values, "reason", "The raw copy of this mail is gone, nothing was saved");
      return show(request, response, found, { raw: gone });
    }
    sendForeignFile(response, `mail-${message.mail_id}.eml`, raw);
  });

  return page;
}

type Asked = { ticket: Ticket; message: Structure };

/** The one that was guessed, else the first in which more than ASCII stood. */
function charsetOf({ parts }: ListOfParts): string | undefined {
  const isMore = ({ charset }: ListedPart) => charset !== undefined && charset !== "us-ascii";
  return (parts.find(({ isGuessed }) => isGuessed) ?? parts.find(isMore))?.charset;
}

/** A raw mail names its sender and the way that it took. */
function mayTakeRaw({ id, role }: Staff, ticket: Ticket): boolean {
  return role !== "help_desk" || ticket.owner_id === id;
}
