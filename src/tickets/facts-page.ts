import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { newForm, readForm } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import { proposeFacts } from "./propose-facts.ts";
import { setLastVersion, setWorkaround } from "./set-facts.ts";

const FactsForm = z.object({
  version: z
    .string()
    .trim()
    .max(40, "A version has 40 characters at most")
    .regex(/^([\p{L}\p{N}][\p{L}\p{N} .,:~+_()/-]*)?$/u, "Write a version, such as 7.3.1, or nothing"),
  workaround: z.string().trim().max(20_000, "A workaround has 20,000 characters at most"),
});

/**
 * /tickets/:id/facts: the last version that worked, and what helped; empty means not known. What the person wrote about
 * them stands there to be looked at.
 */
export function factsPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.get("/tickets/:id/facts", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const { last_version_that_worked: version, workaround } = ticket;
    const proposal = await proposeFacts(db, vault, ticket.id);
    // Where nothing is noted yet, the person's own words stand in the field; they count when somebody saves them.
    const told = {
      version: version === null ? proposal.version : null,
      workaround: workaround === null ? proposal.workaround : null,
    };
    const form = newForm({
      version: version ?? told.version?.text,
      workaround: workaround ?? told.workaround?.text,
    });
    response.render("tickets/facts.njk", { ticket, form, told: inWords(told) });
  });

  page.post("/tickets/:id/facts", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(FactsForm, request.body);
    if (!form.ok) return response.status(422).render("tickets/facts.njk", { ticket, form });
    const { version, workaround } = form.values;
    const staffId = signedIn(request).id;
    await db.transaction(async (trx) => {
      await setLastVersion(trx, ticket.id, staffId, version || null);
      await setWorkaround(trx, vault, ticket.id, staffId, workaround || null);
    });
    request.session.notice = "The two answers are on the ticket.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}

function inWords({ version, workaround }: Awaited<ReturnType<typeof proposeFacts>>) {
  const newest = version ?? workaround;
  if (!newest) return null;
  if (version && workaround) return { at: newest.at, what: "both" };
  return { at: newest.at, what: version ? "the version" : "a workaround" };
}
