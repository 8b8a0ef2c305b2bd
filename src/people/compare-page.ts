import { type Response, Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import { confirmKeyOfPerson } from "../tickets/confirm-key.ts";
import { refuseOfferedKey } from "../tickets/end-key.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { askedKeys } from "./asked-keys.ts";
import { differenceOf } from "./fingerprint.ts";
import type { OfferedKey, PersonKeys } from "./keys-of-person.ts";
import { maskAddresses } from "./mask-address.ts";
import { shownKey } from "./shown-key.ts";

const CompareForm = z
  .object({
    fingerprint: z.string().max(300, "A fingerprint is shorter than this").default(""),
    act: z.enum(["compare", "confirm", "refuse"], "Choose compare, confirm or refuse"),
    warned: z.literal("yes").optional().catch(undefined),
    reason: z.string().trim().max(2000, "A reason has 2,000 characters at most").default(""),
    ticket: z.string().refine(isId).nullable().catch(null),
  })
  .refine(({ act, fingerprint }) => act !== "compare" || fingerprint.trim() !== "", {
    path: ["fingerprint"],
    message: "Type or paste the fingerprint that the person gave in another way",
  })
  .refine(({ act, reason }) => act !== "refuse" || reason !== "", {
    path: ["reason"],
    message: "Say why this is not the key of this person",
  });

/** /keys/:personId/offered/:offeredId: a key that came, beside the one in force and a fingerprint from elsewhere. */
export function comparePage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  const show = (
    response: Response,
    asked: Asked,
    form: Form,
    { status = 200, same = false }: { status?: number; same?: boolean } = {},
  ) => {
    const { keys, key } = asked;
    response.status(status).render("people/compare.njk", {
      person: { id: keys.person_id, masked_address: maskAddresses(keys.address) },
      key: { ...key, ...shownKey(key.facts) },
      inForce: keys.inForce && { ...keys.inForce, ...shownKey(keys.inForce.facts) },
      form,
      same,
    });
  };

  page.get("/keys/:personId/offered/:offeredId", async (request, response) => {
    const asked = find(await askedKeys(desk, request), request.params.offeredId);
    const { ticket } = request.query;
    show(response, asked, newForm({ ticket: isId(ticket) ? ticket : "" }));
  });

  page.post("/keys/:personId/offered/:offeredId", async (request, response) => {
    const asked = find(await askedKeys(desk, request), request.params.offeredId);
    const { keys, key } = asked;
    const form = readForm(CompareForm, request.body);
    if (!form.ok) return show(response, asked, form, { status: 422 });
    const { act, fingerprint, warned, reason, ticket } = form.values;
    const typed = fingerprint.trim() !== "";
    const difference = typed && act !== "refuse" ? differenceOf(fingerprint, key.facts.fingerprint) : null;
    if (difference) {
      return show(response, asked, withError(form.values, "fingerprint", difference), { status: 422 });
    }
    if (act === "compare") return show(response, asked, form, { same: true });

    const { person_id: personId } = keys;
    const staffId = signedIn(request).id;
    if (act === "refuse") {
      await refuseOfferedKey(db, vault, { personId, keyId: key.id, staffId, reason });
      request.session.notice = "The key is refused: it is suggested no more.";
      return response.redirect(303, `/keys/${personId}`);
    }
    if (key.refused_at) {
      const message = "This key was refused: it was not confirmed";
      return show(response, asked, withError(form.values, "form", message), { status: 422 });
    }
    if (key.relation === "another key" && !warned) {
      const message = "Tick the box when you are sure that this person has another key now";
      return show(response, asked, withError(form.values, "warned", message), { status: 422 });
    }
    const confirmation = { personId, offeredId: key.id, staffId, ticketId: ticket, compared: typed };
    if (!(await confirmKeyOfPerson(db, vault, confirmation))) {
      const message = "Somebody refused this key meanwhile: it was not confirmed";
      return show(response, asked, withError(form.values, "form", message), { status: 422 });
    }
    request.session.notice = "The key is confirmed: answers to this person are encrypted to it.";
    response.redirect(303, ticket ? `/tickets/${ticket}/reply` : `/keys/${personId}`);
  });

  return page;
}

type Asked = { keys: PersonKeys; key: OfferedKey };

function find(keys: PersonKeys, offeredId: string): Asked {
  const key = keys.offered.find(({ ids }) => ids.includes(offeredId));
  if (!key) throw new NotFound("No such key is offered for this person");
  return { keys, key };
}
