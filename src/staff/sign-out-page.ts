import { Router } from "express";
import { signOut } from "./staff-session.ts";

/** POST /sign-out */
export function signOutPage(): Router {
  const page = Router();

  page.post("/sign-out", async (request, response) => {
    await signOut(request);
    response.clearCookie("desk").redirect(303, "/sign-in");
  });

  return page;
}
