import { type Response, Router } from "express";
import { z } from "zod";
import { isSameAddress } from "../mime/clean-address.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { type AnswerAddress, answerAddresses } from "./answer-addresses.ts";
import { askedTicket } from "./asked-ticket.ts";
import { changePerson } from "./change-person.ts";
import type { Ticket } from "./find.ts";
import { tellThatAddressWasShown } from "./show-address.ts";
import { typedAddress } from "./typed-address.ts";

const PersonForm = z
  .object({
    to: z.string("Choose an address, or type another one").max(100),
    address: typedAddress,
    reason: z.string().trim().max(2000, "A reason has 2,000 characters at most").default(""),
    act: z.enum(["show", "change"], "Choose to show the addresses or to change the person"),
  })
  .partial({ to: true })
  .superRefine(({ to, address, reason, act }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: [field], message });
    if (act === "show") return;
    if (!to) refuse("to", "Choose an address, or type another one");
    if (to === "other" && !address)
      refuse("address", address === "" ? "Type the address" : "Write an address such as claire@example.org");
    if (reason === "")
      refuse("reason", "Say why it is this person's: the note is all that others have to go by");
  });

/** /tickets/:id/person: who a ticket is of, and where its answers go; another address takes a reason. */
export function personPage(desk: Desk): Router {
  const page = Router();
  const { db, vault, config } = desk;

  const show = async (response: Response, ticket: Ticket, form: Form, whole = false) => {
    const addresses = await answerAddresses(db, vault, ticket.id);
    const options = [
      ...addresses.map((one) => optionOf(one, ticket, whole)),
      ["other", "Another address", "Type it below."],
    ];
    response.render("tickets/person.njk", { ticket, form, options, whole });
  };

  page.get("/tickets/:id/person", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    if (ticket.merged_into) return response.redirect(303, `/tickets/${ticket.merged_into}/person`);
    await show(response, ticket, newForm());
  });

  page.post("/tickets/:id/person", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(PersonForm, request.body);
    if (!form.ok) return await show(response.status(422), ticket, form);
    const staffId = signedIn(request).id;
    if (form.values.act === "show") {
      await tellThatAddressWasShown(db, ticket.id, staffId);
      return await show(response, ticket, newForm({ ...request.body }), true);
    }

    const refuse = (field: string, message: string) =>
      show(response.status(422), ticket, withError(form.values, field, message));
    const { to, address: typed, reason } = form.values;
    const known = (await answerAddresses(db, vault, ticket.id)).find(({ value }) => value === to);
    const address = to === "other" ? typed : known?.address;
    if (!address) return await refuse("to", "This address is offered no more: choose again");
    if (isSameAddress(address, config.DESK_ADDRESS))
      return await refuse("address", "This is the address of this desk");
    if (!(await changePerson(db, vault, { ticketId: ticket.id, staffId, address, reason })))
      return await refuse("to", "This is the person of the ticket already. Nothing was changed");
    request.session.notice =
      "The ticket has its person: answers go there, and leave as that address asks for.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}

function optionOf(one: AnswerAddress, ticket: Ticket, whole: boolean): [string, string, string] {
  const now = one.isNow ? [ticket.recipient_open ? "not chosen yet" : "answers go there now"] : [];
  const about = [one.places.join(", "), one.name, ...now].filter(Boolean).join("; ");
  return [one.value, whole ? one.address : one.masked, about];
}
