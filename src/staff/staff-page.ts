import { Router } from "express";
import type { Desk } from "../web/desk.ts";
import { listStaff } from "./staff.ts";

/** GET /staff: who works here. */
export function staffPage({ db }: Desk): Router {
  const page = Router();

  page.get("/staff", async (_request, response) => {
    response.render("staff/list.njk", { everybody: await listStaff(db) });
  });

  return page;
}
