import { Router } from "express";
import type { Desk } from "../web/desk.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { address } from "../web/paging.ts";
import { askedTicket } from "./asked-ticket.ts";
import { anchorsOf, linesPerPage } from "./log-lines.ts";
import { readLogs, readReport } from "./read-report.ts";
import { showLogs } from "./shown-logs.ts";

/** GET /tickets/:id/logs/:messageId: what logs came with a report; …/:section: one of them, with line numbers. */
export function logsPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.get("/tickets/:id/logs/:messageId", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const { messageId } = request.params;
    const report = isId(messageId) ? await readReport(db, vault, ticket.id, { messageId }) : null;
    if (!report) throw new NotFound("No such report on this ticket");
    response.render("tickets/logs.njk", { ticket, logs: showLogs(ticket.id, report) });
  });

  page.get("/tickets/:id/logs/:messageId/:section", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const { messageId, section: index } = request.params;
    const sections = /^\d{1,5}$/.test(index) ? await readLogs(db, vault, ticket.id, messageId) : [];
    const section = sections[Number(index)];
    const number = pageNumber(request.query.page);
    const lines = section?.text.split("\n") ?? [];
    const first = (number - 1) * linesPerPage;
    if (!section || first >= lines.length) throw new NotFound("No such section in these logs");

    const path = `/tickets/${ticket.id}/logs/${messageId}`;
    const link = (page: number) => address(`${path}/${index}`, { page: page > 1 ? String(page) : undefined });
    response.render("tickets/log.njk", {
      ticket,
      section,
      anchor: anchorsOf(sections)[Number(index)],
      path,
      first: first + 1,
      last: Math.min(first + linesPerPage, lines.length),
      total: lines.length,
      lines: lines.slice(first, first + linesPerPage),
      previous: number > 1 ? link(number - 1) : null,
      next: first + linesPerPage < lines.length ? link(number + 1) : null,
    });
  });

  return page;
}

function pageNumber(text: unknown): number {
  return typeof text === "string" && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 1;
}
