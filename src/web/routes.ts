import type { RequestHandler } from "express";
import type { Role } from "../staff/staff.ts";
import { keepTyped } from "./typed-text.ts";

/** Who asks: a role of the staff, or nobody (signed out). */
export type Visitor = Role | "nobody";

const everyone: Visitor[] = ["nobody", "help_desk", "lead", "admin"];
const staff: Visitor[] = ["help_desk", "lead", "admin"];
const leads: Visitor[] = ["lead", "admin"];
const admins: Visitor[] = ["admin"];

/** Every route of the desk and who may use it. A route that does not stand here is refused to everybody. */
export const routes: Record<string, Visitor[]> = {
  "GET /sign-in": everyone,
  "POST /sign-in": everyone,
  "POST /sign-out": staff,

  "GET /": staff,
  "POST /take-the-oldest": staff,
  "POST /shift/start": staff,
  "POST /mailbox/order": leads,
  "GET /shift/end": staff,
  "POST /shift/end": staff,
  "GET /shift/notes": staff,
  "GET /search": staff,
  "GET /search.atom": staff,
  "GET /search.json": leads,
  "GET /search.csv": leads,
  "POST /search/saved": staff,
  "POST /search/saved/:id/remove": staff,
  "GET /tickets": staff,
  "POST /tickets/bulk": staff,
  "POST /tickets/read": staff,
  "GET /queues/:id": staff,
  "GET /tickets/new": staff,
  "POST /tickets/new": staff,
  "GET /tickets/:id": staff,
  "GET /tickets/:id/logs/:messageId": staff,
  "GET /tickets/:id/logs/:messageId/:section": staff,
  "GET /tickets/:id/attachments/:attachmentId": staff,
  "GET /tickets/:id/address": staff,
  "POST /tickets/:id/address": staff,
  "GET /tickets/:id/person": staff,
  "POST /tickets/:id/person": staff,
  "GET /tickets/:id/reply": staff,
  "POST /tickets/:id/reply": staff,
  "GET /tickets/:id/clear-text": staff,
  "POST /tickets/:id/clear-text": staff,
  "GET /tickets/:id/clear-text/:requestId": staff,
  "POST /tickets/:id/clear-text/:requestId": staff,
  "POST /tickets/:id/clear-text/:requestId/withdraw": staff,
  "GET /tickets/:id/unopened": staff,
  "POST /tickets/:id/unopened": staff,
  "GET /tickets/:id/note": staff,
  "POST /tickets/:id/note": staff,
  "GET /tickets/:id/take": staff,
  "POST /tickets/:id/take": staff,
  "GET /tickets/:id/give-back": staff,
  "POST /tickets/:id/give-back": staff,
  "GET /tickets/:id/close": staff,
  "POST /tickets/:id/close": staff,
  "GET /tickets/:id/reopen": staff,
  "POST /tickets/:id/reopen": staff,
  "GET /tickets/:id/snooze": staff,
  "POST /tickets/:id/snooze": staff,
  "GET /tickets/:id/wait-for-fix": staff,
  "POST /tickets/:id/wait-for-fix": staff,
  "GET /tickets/:id/wait-for-user": staff,
  "POST /tickets/:id/wait-for-user": staff,
  "GET /tickets/:id/hand-over": staff,
  "POST /tickets/:id/hand-over": staff,
  "GET /tickets/:id/forward": staff,
  "POST /tickets/:id/forward": staff,
  "GET /tickets/:id/move": staff,
  "POST /tickets/:id/move": staff,
  "GET /tickets/:id/tags": staff,
  "POST /tickets/:id/tags": staff,
  "POST /tickets/:id/tags/remove": staff,
  "GET /tickets/:id/priority": staff,
  "POST /tickets/:id/priority": staff,
  "GET /tickets/:id/facts": staff,
  "POST /tickets/:id/facts": staff,
  "GET /tickets/:id/link": staff,
  "POST /tickets/:id/link": staff,
  "POST /tickets/:id/unlink": staff,
  "GET /tickets/:id/merge": staff,
  "POST /tickets/:id/merge": staff,
  "POST /tickets/:id/probably": staff,
  "GET /tickets/:id/unmerge/:mergeId": staff,
  "POST /tickets/:id/unmerge/:mergeId": staff,
  "GET /tickets/:id/split": staff,
  "POST /tickets/:id/split": staff,
  "POST /tickets/:id/events/:eventId/undo": staff,
  "POST /tickets/:id/messages/:messageId/take-back": staff,
  "POST /tickets/:id/messages/:messageId/read-again": staff,
  "GET /tickets/:id/messages/:messageId/structure": staff,
  "POST /tickets/:id/messages/:messageId/charset": staff,
  "POST /tickets/:id/messages/:messageId/raw": staff,
  "POST /tickets/:id/messages/:messageId/read-again/all": staff,

  "GET /mentions": staff,
  "POST /mentions": staff,
  "GET /help": staff,

  "GET /queues": admins,
  "POST /queues": admins,
  "GET /queues/:id/change": admins,
  "POST /queues/:id/change": admins,
  "POST /queues/:id/move": admins,
  "GET /acknowledgements": leads,
  "POST /acknowledgements/limits": leads,
  "GET /queues/:id/acknowledgement": leads,
  "POST /queues/:id/acknowledgement": leads,
  "POST /queues/:id/acknowledgement/off": leads,
  "GET /tags": staff,
  "GET /tags/:id": leads,
  "POST /tags/:id": leads,
  "POST /tags/:id/merge": leads,

  "GET /sorting-rules": admins,
  "GET /sorting-rules/add": admins,
  "POST /sorting-rules/add": admins,
  "GET /sorting-rules/try": admins,
  "GET /sorting-rules/:id/change": admins,
  "POST /sorting-rules/:id/change": admins,
  "POST /sorting-rules/:id/move": admins,
  "GET /sorting-rules/:id/remove": admins,
  "POST /sorting-rules/:id/remove": admins,

  "GET /set-aside": staff,
  "POST /set-aside/try-again": staff,
  "GET /set-aside/:id/try-again": staff,
  "POST /set-aside/:id/try-again": staff,
  "GET /set-aside/:id/raw": leads,
  "GET /set-aside/:id/discard": leads,
  "POST /set-aside/:id/discard": leads,

  "GET /outbox": staff,
  "GET /outbox/:id/decide": staff,
  "POST /outbox/:id/decide": staff,
  "GET /our-keys": staff,
  "GET /our-keys/:fingerprint": staff,
  "GET /keys": staff,
  "GET /keys/:personId": staff,
  "GET /keys/:personId/offered/:offeredId": staff,
  "POST /keys/:personId/offered/:offeredId": staff,
  "GET /keys/:personId/:keyId/unpin": staff,
  "POST /keys/:personId/:keyId/unpin": staff,
  "POST /keys/:personId/:keyId/save": staff,

  "GET /answers": staff,
  "GET /answers/new": staff,
  "POST /answers/new": staff,
  "GET /answers/:id": staff,
  "GET /answers/:id/edit": staff,
  "POST /answers/:id/edit": staff,
  "POST /answers/:id/confirm": staff,
  "POST /answers/:id/retire": leads,
  "POST /answers/:id/restore": leads,
  "GET /answers/:id/history": staff,
  "GET /answers/:id/history/:version": staff,
  "POST /answers/:id/history/:version": staff,

  "GET /account": staff,
  "POST /account/password": staff,
  "POST /account/languages": staff,
  "POST /account/sign-out-everywhere": staff,

  "GET /staff": admins,
  "GET /staff/add": admins,
  "POST /staff/add": admins,
  "GET /staff/:id": admins,
  "POST /staff/:id/role": admins,
  "POST /staff/:id/languages": admins,
  "POST /staff/:id/password": admins,
  "POST /staff/:id/disable": admins,
  "POST /staff/:id/enable": admins,
};

/** Lets a request through when the table says so; also tells the log the pattern of the route. */
export function allowRoutes(table: Record<string, Visitor[]> = routes): RequestHandler {
  const patterns = Object.entries(table).map(([key, visitors]) => readPattern(key, visitors));

  return (request, response, next) => {
    const method = request.method === "HEAD" ? "GET" : request.method;
    const path = request.path.split("/");
    const matching = patterns.filter((pattern) => matches(pattern.path, path));
    const allowed = matching.filter((pattern) => pattern.method === method);
    response.locals.route = allowed[0]?.text ?? matching[0]?.text ?? "unknown";

    if (matching.length === 0) return response.status(404).render("web/not-found.njk");
    if (allowed.length === 0) {
      response.set("Allow", matching.map((pattern) => pattern.method).join(", "));
      return response.status(405).render("web/error.njk", {
        title: "This address cannot be used that way",
        what: "Nothing was changed.",
      });
    }
    const visitor: Visitor = request.user?.role ?? "nobody";
    // "/staff/add" fits "/staff/:id" too: where several patterns fit, all of them must allow it.
    if (allowed.every((pattern) => pattern.visitors.includes(visitor))) return next();
    if (request.user) return response.status(403).render("web/refused.njk");
    if (method === "GET")
      return response.redirect(303, `/sign-in?to=${encodeURIComponent(request.originalUrl)}`);
    response.status(403).render("web/signed-out.njk", { typed: keepTyped(request) });
  };
}

function readPattern(key: string, visitors: Visitor[]) {
  const [method = "", text = ""] = key.split(" ");
  return { method, text, path: text.split("/"), visitors };
}

function matches(pattern: string[], path: string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, index) => (part.startsWith(":") ? path[index] !== "" : part === path[index]))
  );
}
