import { type Response, Router } from "express";
import { z } from "zod";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { moved } from "../web/moved.ts";
import { NotFound } from "../web/not-found.ts";
import {
  addQueue,
  changeQueue,
  countQueues,
  findQueue,
  listQueues,
  orderQueues,
  type QueueRefusal,
  type QueueForm as QueueValues,
} from "./queues.ts";

const hours = "Write a number of hours from 1 to 8760, which is a year";
const QueueForm = z.object({
  name: z
    .string()
    .trim()
    .min(1, "Give the queue a name")
    .max(60, "A name has 60 characters at most")
    .regex(/^[^\n\r]*$/, "A name is one line"),
  language: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^([a-z]{2,3})?$/, "Write the code of a language, such as en or fa, or nothing"),
  hours: z
    .string()
    .trim()
    .regex(/^\d{1,4}$/, hours)
    .transform(Number)
    .refine((count) => count >= 1 && count <= 8760, hours),
});
const MoveForm = z.object({ to: z.enum(["up", "down"]) });

/** GET /queues: all queues with what waits, and a form to add one (POST); /queues/:id/change and /queues/:id/move. */
export function queuesPage({ db }: Desk): Router {
  const page = Router();

  const showAll = async (response: Response, form: Form) =>
    response.render("tickets/queues.njk", { queues: await countQueues(db), form });

  page.get("/queues", async (_request, response) => {
    await showAll(response, newForm({ hours: "48" }));
  });

  page.post("/queues", async (request, response) => {
    const form = readForm(QueueForm, request.body);
    if (!form.ok) return await showAll(response.status(422), form);
    const added = await addQueue(db, valuesOf(form.values));
    if (!added.ok) return await showAll(response.status(422), refused(form.values, added.reason));
    request.session.notice = `The queue ${form.values.name} is there, at the end.`;
    response.redirect(303, "/queues");
  });

  page.get("/queues/:id/change", async (request, response) => {
    const queue = await findQueue(db, request.params.id);
    if (!queue) throw new NotFound("No such queue");
    const { name, language, promise_hours } = queue;
    response.render("tickets/queue.njk", {
      queue,
      form: newForm({ name, language: language ?? "", hours: promise_hours }),
    });
  });

  page.post("/queues/:id/change", async (request, response) => {
    const queue = await findQueue(db, request.params.id);
    if (!queue) throw new NotFound("No such queue");
    const form = readForm(QueueForm, request.body);
    if (!form.ok) return response.status(422).render("tickets/queue.njk", { queue, form });
    const changed = await changeQueue(db, queue.id, valuesOf(form.values));
    if (!changed.ok) {
      if (changed.reason === "not there") throw new NotFound("No such queue");
      const again = refused(form.values, changed.reason);
      return response.status(422).render("tickets/queue.njk", { queue, form: again });
    }
    request.session.notice = `The queue ${form.values.name} is saved.`;
    response.redirect(303, "/queues");
  });

  page.post("/queues/:id/move", async (request, response) => {
    const queue = await findQueue(db, request.params.id);
    const form = readForm(MoveForm, request.body);
    if (!queue || !form.ok) throw new NotFound("No such queue or direction");
    const ids = (await listQueues(db)).map(({ id }) => id);
    const ordered = await orderQueues(db, moved(ids, queue.id, form.values.to));
    request.session.notice = ordered
      ? `${queue.name} has moved ${form.values.to}.`
      : "Somebody was faster: look again.";
    response.redirect(303, "/queues");
  });

  return page;
}

function valuesOf({ name, language, hours }: z.infer<typeof QueueForm>): QueueValues {
  return { name, language: language || null, promiseHours: hours };
}

function refused(values: z.infer<typeof QueueForm>, reason: QueueRefusal): Form {
  if (reason === "name taken") return withError(values, "name", "There is a queue of this name");
  return withError(values, "language", "Mail in this language has a queue already");
}
