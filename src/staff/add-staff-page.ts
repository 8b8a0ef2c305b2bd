import { Router } from "express";
import { z } from "zod";
import type { Desk } from "../web/desk.ts";
import { type Form, listOf, newForm, readForm, withError } from "../web/forms.ts";
import { offeredLanguages } from "./change-languages.ts";
import { createStaff } from "./create-staff.ts";
import { newPassword } from "./passwords.ts";
import { roles } from "./staff.ts";
import { staffName } from "./staff-name.ts";

const AddForm = z.object({
  name: staffName,
  role: z.enum(roles, "Choose a role"),
  languages: listOf(z.string().regex(/^[a-z]{2,3}$/, "Choose from the list")),
});

/** GET and POST /staff/add: the one-time password is shown once, on the answer itself. */
export function addStaffPage({ db }: Desk): Router {
  const page = Router();

  const show = async (form: Form) => ({ form, languages: await offeredLanguages(db) });

  page.get("/staff/add", async (_request, response) => {
    response.render("staff/add.njk", await show(newForm({ role: "help_desk" })));
  });

  page.post("/staff/add", async (request, response) => {
    const form = readForm(AddForm, request.body);
    if (!form.ok) return response.status(422).render("staff/add.njk", await show(form));

    const password = newPassword();
    const added = await createStaff(db, { ...form.values, password });
    if (!added.ok) {
      const taken = withError(
        form.values,
        "name",
        "Somebody has this name already, or had it: choose another",
      );
      return response.status(422).render("staff/add.njk", await show(taken));
    }
    response.render("staff/password-once.njk", { member: added.staff, password, added: true });
  });

  return page;
}
