import { type Request, type Response, Router } from "express";
import { z } from "zod";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { NotFound } from "../web/not-found.ts";
import { LanguagesForm } from "./account-page.ts";
import { changeLanguages, offeredLanguages } from "./change-languages.ts";
import { changeRole } from "./change-role.ts";
import { disableStaff, enableStaff } from "./disable-staff.ts";
import type { RoleChange } from "./last-admin.ts";
import { newPassword } from "./passwords.ts";
import { setPassword } from "./set-password.ts";
import { findStaff, roles, type Staff } from "./staff.ts";

const RoleForm = z.object({ role: z.enum(roles, "Choose a role") });
const lastAdmin = "This is the last admin. Make somebody else an admin first";

/** GET /staff/:id and the forms on it: role, languages, new password, disable, enable. */
export function memberPage({ db }: Desk): Router {
  const page = Router();

  const find = async (request: Request): Promise<Staff> => {
    const member = await findStaff(db, request.params.id);
    if (!member) throw new NotFound("No such account");
    return member;
  };
  const show = async (response: Response, member: Staff, form: Form, status = 200) => {
    const { role, languages } = member;
    const shown = { values: { role, languages, ...form.values }, errors: form.errors };
    const view = { member, form: shown, languages: await offeredLanguages(db) };
    response.status(status).render("staff/member.njk", view);
  };
  const done = async (
    request: Request,
    response: Response,
    member: Staff,
    result: RoleChange,
    notice: string,
  ) => {
    if (!result.ok) return await show(response, member, withError({}, "role", lastAdmin), 422);
    request.session.notice = notice;
    response.redirect(303, `/staff/${member.id}`);
  };

  page.get("/staff/:id", async (request, response) => await show(response, await find(request), newForm()));

  page.post("/staff/:id/role", async (request, response) => {
    const member = await find(request);
    const form = readForm(RoleForm, request.body);
    if (!form.ok) return await show(response, member, form, 422);
    await done(
      request,
      response,
      member,
      await changeRole(db, member.id, form.values.role),
      "The role is changed.",
    );
  });

  page.post("/staff/:id/languages", async (request, response) => {
    const member = await find(request);
    const form = readForm(LanguagesForm, request.body);
    if (!form.ok) return await show(response, member, form, 422);
    await changeLanguages(db, member.id, form.values.languages);
    await done(request, response, member, { ok: true }, "The languages are saved.");
  });

  page.post("/staff/:id/password", async (request, response) => {
    const member = await find(request);
    const password = newPassword();
    await setPassword(db, member.id, password);
    response.render("staff/password-once.njk", { member, password, added: false });
  });

  page.post("/staff/:id/disable", async (request, response) => {
    const member = await find(request);
    await done(request, response, member, await disableStaff(db, member.id), "The account is disabled.");
  });

  page.post("/staff/:id/enable", async (request, response) => {
    const member = await find(request);
    await enableStaff(db, member.id);
    await done(request, response, member, { ok: true }, "The account works again.");
  });

  return page;
}
