import express, { type RequestHandler } from "express";

/** Reads forms: urlencoded only, 1 MB at most. */
export const readBody: RequestHandler[] = [
  (request, response, next) => {
    const hasBody =
      request.get("transfer-encoding") !== undefined || Number(request.get("content-length") ?? 0) > 0;
    if (!hasBody || request.is("urlencoded")) return next();
    response.status(415).render("web/error.njk", {
      title: "This page takes forms only",
      what: "What was sent is not a form of this desk. Nothing was changed.",
    });
  },
  express.urlencoded({ extended: false, limit: "1mb", parameterLimit: 2000 }),
];
