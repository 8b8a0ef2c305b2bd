import { randomBytes } from "node:crypto";
import connectPgSimple from "connect-pg-simple";
import type { RequestHandler } from "express";
import session from "express-session";
import type { Desk } from "./desk.ts";
import { plainQueries } from "./plain-queries.ts";

declare module "express-session" {
  interface SessionData {
    csrf: string;
    /** Milliseconds: when the person signed in, and about when the last request came. */
    startedAt: number;
    seenAt: number;
    /** One message for the next page: "The password is changed". */
    notice: string;
  }
}

const minute = 60_000;
const hour = 60 * minute;
const idleLimit = 12 * hour;
const absoluteLimit = 7 * 24 * hour;
const signedOutLimit = hour;

/** Sessions in the table `sessions`: 12 hours idle, 7 days at most; the cookie ends with the browser. */
export function deskSessions({ db, config, log }: Desk): RequestHandler[] {
  const secure = config.PUBLIC_URL.startsWith("https:");
  const Store = connectPgSimple(session);
  return [
    session({
      name: secure ? "__Host-desk" : "desk",
      secret: config.SESSION_SECRET,
      resave: false,
      saveUninitialized: false,
      // We speak http only: with an https address the proxy in front says how the browser came.
      proxy: secure ? true : undefined,
      genid: () => randomBytes(32).toString("base64url"),
      cookie: { httpOnly: true, sameSite: "lax", secure, path: "/" },
      store: new Store({
        pool: plainQueries(db),
        tableName: "sessions",
        ttl: idleLimit / 1000,
        disableTouch: true,
        errorLog: (...what: unknown[]) =>
          log.error({ err: what.find((item) => item instanceof Error) }, "sessions"),
      }),
    }),
    keepWithinLimits,
    saveBeforeRedirect,
  ];
}

/** A new anti-forgery token for a visitor without one; a visitor who is signed out is forgotten after an hour. */
export function csrfTokenOf(data: session.Session & Partial<session.SessionData>): string {
  if (!data.csrf) {
    data.csrf = randomBytes(32).toString("base64url");
    if (!data.startedAt) data.cookie.maxAge = signedOutLimit;
  }
  return data.csrf;
}

/** Marks the session of somebody who has just signed in: from here the limits count. */
export function startSession(data: Partial<session.SessionData>, now = Date.now()): void {
  data.startedAt = now;
  data.seenAt = now;
}

const keepWithinLimits: RequestHandler = (request, _response, next) => {
  const { startedAt, seenAt } = request.session;
  if (startedAt === undefined) return next();
  const now = Date.now();
  if (now - startedAt > absoluteLimit || now - (seenAt ?? startedAt) > idleLimit) {
    return request.session.regenerate(next);
  }
  // One write in ten minutes is enough to know when a person was last here, and saves a commit on each page.
  if (now - (seenAt ?? 0) > 10 * minute) request.session.seenAt = now;
  next();
};

/** A browser follows a redirect when it has read its head, and express-session sends that before it has saved. */
const saveBeforeRedirect: RequestHandler = (request, response, next) => {
  const redirect = response.redirect.bind(response);
  response.redirect = (...target: [string | number, (string | number)?]) => {
    const go = () => void Reflect.apply(redirect, response, target);
    if (request.session?.notice === undefined) return go();
    request.session.save((error: unknown) => (error ? next(error) : go()));
  };
  next();
};
