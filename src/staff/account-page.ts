import { type Request, type Response, Router } from "express";
import { z } from "zod";
import type { Desk } from "../web/desk.ts";
import { type Form, listOf, newForm, readForm, withError } from "../web/forms.ts";
import { changeLanguages, offeredLanguages } from "./change-languages.ts";
import { checkSignIn } from "./check-sign-in.ts";
import { weaknessOf } from "./passwords.ts";
import { setPassword, signOutEverywhere } from "./set-password.ts";
import { createSignInLimit } from "./sign-in-limit.ts";
import { signedIn, stayHere } from "./staff-session.ts";

const PasswordForm = z
  .object({
    old_password: z.string().min(1, "Write the password you have now"),
    new_password: z.string().min(1, "Write a new password"),
    new_password_again: z.string(),
  })
  .refine((form) => form.new_password === form.new_password_again, {
    path: ["new_password_again"],
    message: "This is not the same as above",
  });

export const LanguagesForm = z.object({
  languages: listOf(z.string().regex(/^[a-z]{2,3}$/, "Choose from the list")),
});

/** GET /account and the forms on it: password, languages, sign out everywhere. */
export function accountPage({ db, vault }: Desk): Router {
  const page = Router();
  const limit = createSignInLimit(db, vault);

  const show = async (request: Request, response: Response, status: number, form: Form) => {
    const languages = await offeredLanguages(db);
    const languageForm = newForm({ languages: signedIn(request).languages });
    response.status(status).render("staff/account.njk", { form, languageForm, languages });
  };

  page.get("/account", async (request, response) => await show(request, response, 200, newForm()));

  page.post("/account/password", async (request, response) => {
    const me = signedIn(request);
    const form = readForm(PasswordForm, request.body);
    if (!form.ok) return await show(request, response, 422, { values: {}, errors: form.errors });

    const refuse = (status: number, field: string, message: string) =>
      show(request, response, status, withError({}, field, message));
    const weakness = weaknessOf(form.values.new_password, me.name);
    if (weakness) return await refuse(422, "new_password", weakness);
    const allowed = await limit.take(me.name);
    if (!allowed.ok) return await refuse(429, "old_password", "Too many attempts. Try again in 15 minutes");
    const known = await checkSignIn(db, me.name, form.values.old_password);
    if (!known.ok) return await refuse(422, "old_password", "This is not your password");

    await limit.forgive(me.name);
    await setPassword(db, me.id, form.values.new_password);
    await stayHere(db, request);
    request.session.notice = "Your password is changed. You are signed out everywhere else.";
    response.redirect(303, "/account");
  });

  page.post("/account/languages", async (request, response) => {
    const form = readForm(LanguagesForm, request.body);
    if (!form.ok) return await show(request, response, 422, form);
    await changeLanguages(db, signedIn(request).id, form.values.languages);
    request.session.notice = "Your languages are saved.";
    response.redirect(303, "/account");
  });

  page.post("/account/sign-out-everywhere", async (request, response) => {
    await signOutEverywhere(db, signedIn(request).id);
    response.redirect(303, "/sign-in");
  });

  return page;
}
