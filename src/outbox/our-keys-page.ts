import { Router } from "express";
import type { Database } from "../database.ts";
import { inGroups } from "../people/fingerprint.ts";
import type { Desk } from "../web/desk.ts";
import { NotFound } from "../web/not-found.ts";

type OurKey = {
  fingerprint: string;
  user_ids: string[];
  created_at: Date;
  expires_at: Date | null;
  public_key: string;
  signs: boolean;
  seen_at: Date;
};

/** A key that ends so soon needs a new date, and everybody's copy of it a new one too. */
const warnDays = 60;

/** GET /our-keys: the desk's public keys, as the worker wrote them; …/:fingerprint: one to save. */
export function ourKeysPage({ db }: Desk): Router {
  const page = Router();

  page.get("/our-keys", async (_request, response) => {
    const keys = await listOurKeys(db);
    response.render("outbox/our-keys.njk", {
      keys: keys.map((key) => ({ ...key, groups: inGroups(key.fingerprint), life: lifeOf(key.expires_at) })),
    });
  });

  page.get("/our-keys/:fingerprint", async (request, response) => {
    const { fingerprint } = request.params;
    const known = /^[0-9A-F]{32,64}$/.test(fingerprint);
    const key = known ? await db<OurKey>("our_keys").where({ fingerprint }).first() : undefined;
    if (!key) throw new NotFound("No such key of ours");
    response.attachment(`${key.fingerprint}.asc`).type("application/pgp-keys").send(key.public_key);
  });

  return page;
}

async function listOurKeys(db: Database): Promise<OurKey[]> {
  return await db<OurKey>("our_keys").orderBy([
    { column: "signs", order: "desc" },
    { column: "created_at", order: "desc" },
  ]);
}

function lifeOf(expires: Date | null, now = Date.now()): "valid" | "ends soon" | "expired" {
  if (!expires || expires.getTime() - now > warnDays * 24 * 3_600_000) return "valid";
  return expires.getTime() <= now ? "expired" : "ends soon";
}
