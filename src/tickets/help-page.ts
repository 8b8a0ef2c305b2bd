import { Router } from "express";

/** GET /help: the keys of the desk, and what each state of a ticket means. */
export function helpPage(): Router {
  const page = Router();
  page.get("/help", (_request, response) => response.render("tickets/help.njk"));
  return page;
}
