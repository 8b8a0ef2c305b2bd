import { randomBytes } from "node:crypto";
import type { ErrorRequestHandler } from "express";
import type { Logger } from "pino";
import { NotFound } from "./not-found.ts";

/** The last middleware: a page that helps for every error. An unknown one is logged with an id that the page shows. */
export function showErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    if (response.headersSent) {
      log.error({ err: error, route: response.locals.route }, "failed while answering");
      if (!response.writableEnded) response.destroy();
      return;
    }
    const known = knownError(error);
    if (known) {
      response.status(known.status).render(known.view, known);
      return;
    }
    const id = randomBytes(4).toString("hex");
    log.error({ err: error, id, route: response.locals.route }, "page failed");
    response.status(500).render("web/failed.njk", { id }, (problem, html) => {
      if (problem) response.type("text").send(`This page failed. Tell an admin this number: ${id}\n`);
      else response.send(html);
    });
  };
}

function knownError(error: unknown): { status: number; view: string; title?: string; what?: string } | null {
  if (error instanceof NotFound) return { status: 404, view: "web/not-found.njk" };
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (status === 413) {
    return {
      status,
      view: "web/error.njk",
      title: "This is too much at once",
      what: "A form may hold 1 MB. Nothing was saved: go back in your browser, where your text still stands, and make it shorter.",
    };
  }
  // What Express and its body parser refuse: a broken percent sign, a wrong length, a connection that ended early.
  if (typeof status === "number" && status >= 400 && status < 500) {
    return {
      status,
      view: "web/error.njk",
      title: "This request cannot be read",
      what: "The address or the form is damaged. Nothing was changed: go back and try again.",
    };
  }
  return null;
}
