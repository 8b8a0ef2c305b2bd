import { Router } from "express";
import { z } from "zod";
import type { Desk } from "../web/desk.ts";
import { readForm } from "../web/forms.ts";
import { chooseOrder } from "./backlog.ts";

const OrderForm = z.object({ order: z.enum(["newest", "oldest"]) });

/** POST /mailbox/order: which mail of a long mailbox is fetched first; the start page shows how far it is. */
export function backlogPage({ db }: Desk): Router {
  const page = Router();

  page.post("/mailbox/order", async (request, response) => {
    const form = readForm(OrderForm, request.body);
    if (form.ok) await chooseOrder(db, form.values.order === "newest");
    response.redirect(303, "/");
  });

  return page;
}
