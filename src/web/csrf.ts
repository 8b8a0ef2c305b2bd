import { timingSafeEqual } from "node:crypto";
import type { Request, RequestHandler } from "express";
import nunjucks from "nunjucks";
import { cameFromOurs } from "./same-site.ts";
import { csrfTokenOf } from "./session.ts";
import { keepTyped } from "./typed-text.ts";

/** Gives views `{{ csrf() }}`, which they write in each form: the token is made when the first form is shown. */
export const offerToken: RequestHandler = (request, response, next) => {
  response.locals.csrf = () => {
    const field = `<input type="hidden" name="_csrf" value="${csrfTokenOf(request.session)}">`;
    return new nunjucks.runtime.SafeString(field);
  };
  next();
};

/** Refuses a form that did not come from a page of ours. */
export const refuseForgery: RequestHandler = (request, response, next) => {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return next();

  if (cameFromOurs(request) && hasToken(request)) return next();
  response.status(403).render("web/forged.njk", { typed: keepTyped(request) });
};

function hasToken(request: Request): boolean {
  const expected = request.session.csrf;
  const given: unknown = request.body?._csrf;
  if (!expected || typeof given !== "string" || given.length !== expected.length) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
