import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import { takeKeyOutOfUse } from "../tickets/end-key.ts";
import type { Desk } from "../web/desk.ts";
import { newForm, readForm } from "../web/forms.ts";
import { NotFound } from "../web/not-found.ts";
import { askedKeys } from "./asked-keys.ts";
import type { PersonKeys } from "./keys-of-person.ts";
import { maskAddresses } from "./mask-address.ts";
import { shownKey } from "./shown-key.ts";

const UnpinForm = z.object({
  reason: z
    .string()
    .trim()
    .min(1, "Say why this key is to be used no more")
    .max(2000, "A reason has 2,000 characters at most"),
});

/** /keys/:personId/:keyId/unpin: takes a confirmed key out of use, with the reason. */
export function unpinPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.get("/keys/:personId/:keyId/unpin", async (request, response) => {
    const keys = await askedKeys(desk, request);
    response.render("people/unpin.njk", { ...shown(keys, request.params.keyId), form: newForm() });
  });

  page.post("/keys/:personId/:keyId/unpin", async (request, response) => {
    const keys = await askedKeys(desk, request);
    const { keyId } = request.params;
    const what = shown(keys, keyId);
    const form = readForm(UnpinForm, request.body);
    if (!form.ok) return response.status(422).render("people/unpin.njk", { ...what, form });
    const { person_id: personId } = keys;
    const staffId = signedIn(request).id;
    const done = await takeKeyOutOfUse(db, vault, { personId, keyId, staffId, reason: form.values.reason });
    request.session.notice = done
      ? "The key is used no more. Nothing leaves to this person in clear because of that."
      : "The key was out of use already.";
    response.redirect(303, `/keys/${personId}`);
  });

  return page;
}

function shown(keys: PersonKeys, keyId: string) {
  const key = [keys.inForce, ...keys.older].find((one) => one?.id === keyId);
  if (!key || key.ended_how === "unpinned") throw new NotFound("No such key of this person is in use");
  return {
    person: { id: keys.person_id, masked_address: maskAddresses(keys.address) },
    key: { ...key, ...shownKey(key.facts) },
  };
}
