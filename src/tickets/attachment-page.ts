import { type Response, Router } from "express";
import type { Desk } from "../web/desk.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { sendForeignFile } from "../web/send-file.ts";
import { askedTicket } from "./asked-ticket.ts";
import { findAttachment } from "./find-attachment.ts";

/** GET /tickets/:id/attachments/:attachmentId: to save, never to be shown by the browser. */
export function attachmentPage(desk: Desk): Router {
  const page = Router();

  page.get("/tickets/:id/attachments/:attachmentId", async (request, response: Response) => {
    const ticket = await askedTicket(desk, request);
    const { attachmentId } = request.params;
    const attachment = isId(attachmentId)
      ? await findAttachment(desk.db, desk.vault, ticket.id, attachmentId)
      : null;
    if (!attachment) throw new NotFound("No such attachment on this ticket");
    sendForeignFile(response, attachment.filename, attachment.bytes);
  });

  return page;
}
