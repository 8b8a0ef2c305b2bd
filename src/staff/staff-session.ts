import type { Request, RequestHandler } from "express";
import { Passport } from "passport";
import { Strategy } from "passport-local";
import type { Database } from "../database.ts";
import { startSession } from "../web/session.ts";
import { checkSignIn, type SignIn, staffOfSession, stampOf } from "./check-sign-in.ts";
import type { Staff } from "./staff.ts";

declare global {
  namespace Express {
    interface User extends Staff {
      /** Of the account when the session began; see `signOutStamp`. */
      stamp?: string;
    }
  }
}

/** Puts who is signed in on `request.user`, read anew for each request: a lost role or account counts at once. */
export function staffSessions(db: Database): RequestHandler[] {
  const passport = createPassport(db);
  return [passport.initialize(), passport.session()];
}

/** Checks `name` and `password` of the form; when they are right, the visitor has a new session of that person. */
export async function signIn(db: Database, request: Request): Promise<SignIn> {
  const result = await new Promise<SignIn>((resolve, reject) => {
    const answer = (error: unknown, _staff: unknown, info: SignIn) => (error ? reject(error) : resolve(info));
    createPassport(db).authenticate("local", answer)(request);
  });
  if (result.ok) await beginSession(request, { ...result.staff, stamp: result.stamp });
  return result;
}

/** Ends this session. */
export async function signOut(request: Request): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request.session.destroy((error) => (error ? reject(error) : resolve()));
  });
}

/** Goes on in this browser after the account was signed out everywhere. */
export async function stayHere(db: Database, request: Request): Promise<void> {
  const staff = signedIn(request);
  await beginSession(request, { ...staff, stamp: await stampOf(db, staff.id) });
}

/** Who is signed in. The route table lets nobody else through to a page of the staff. */
export function signedIn(request: Request): Staff {
  if (!request.user) throw new Error("This page needs somebody who is signed in: see src/web/routes.ts");
  return request.user;
}

/** passport gives the session a new id here, so that one planted before is worth nothing. */
async function beginSession(request: Request, user: Express.User): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request.logIn(user, (error) => (error ? reject(error) : resolve()));
  });
  startSession(request.session);
}

type Kept = { id: string; stamp: string };

function createPassport(db: Database) {
  const passport = new Passport();
  passport.serializeUser<Kept>((user, done) => done(null, { id: user.id, stamp: user.stamp ?? "" }));
  passport.deserializeUser<Kept>((kept, done) => {
    staffOfSession(db, kept.id, kept.stamp).then((staff) => done(null, staff ?? false), done);
  });
  passport.use(
    new Strategy({ usernameField: "name" }, (name, password, done) => {
      checkSignIn(db, name, password).then(
        (result) => done(null, result.ok && result.staff, result as never),
        done,
      );
    }),
  );
  return passport;
}
