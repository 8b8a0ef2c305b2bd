import { Router } from "express";
import { z } from "zod";
import type { Desk } from "../web/desk.ts";
import { newForm, readForm, withError } from "../web/forms.ts";
import { createSignInLimit } from "./sign-in-limit.ts";
import { signIn } from "./staff-session.ts";

const SignInForm = z.object({
  name: z.string().trim().toLowerCase().min(1, "Write your name").max(100, "This is not a name of this desk"),
  password: z.string().min(1, "Write your password").max(1000, "This is longer than any password here"),
  to: z.string().optional(),
});

/** GET and POST /sign-in */
export function signInPage({ db, vault }: Desk): Router {
  const page = Router();
  const limit = createSignInLimit(db, vault);

  page.get("/sign-in", (request, response) => {
    if (request.user) return response.redirect(303, "/");
    response.render("staff/sign-in.njk", { form: newForm({ to: localPath(request.query.to) }) });
  });

  page.post("/sign-in", async (request, response) => {
    const refuse = (status: number, form: object) =>
      response.status(status).render("staff/sign-in.njk", { form });
    const form = readForm(SignInForm, request.body);
    if (!form.ok) return refuse(422, form);

    const { name, to } = form.values;
    const allowed = await limit.take(name);
    if (!allowed.ok) return refuse(429, withError({ name, to }, "form", tooMany(allowed.seconds)));

    request.body.name = name;
    const result = await signIn(db, request);
    if (!result.ok) return refuse(422, withError({ name, to }, "form", refusals[result.reason]));

    await limit.forgive(name);
    response.redirect(303, localPath(to));
  });

  return page;
}

const refusals = {
  "wrong name or password": "The name or the password is wrong",
  disabled: "This account is disabled. An admin can enable it again",
};

function tooMany(seconds: number): string {
  const wait = seconds < 60 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return `Too many attempts. Try again in ${wait}`;
}

/** Only a path of this desk: never "//elsewhere" or "/\elsewhere". */
function localPath(to: unknown): string {
  if (typeof to !== "string" || !/^\/(?![/\\])[^\0-\x20\\]*$/.test(to) || to.length > 2000) return "/";
  return to.startsWith("/sign-") ? "/" : to;
}
