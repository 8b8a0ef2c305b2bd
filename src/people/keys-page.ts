import { Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import { tellThatKeyWasSaved } from "../tickets/end-key.ts";
import type { Desk } from "../web/desk.ts";
import { NotFound } from "../web/not-found.ts";
import { pageLinks, readCursor } from "../web/paging.ts";
import { askedKeys } from "./asked-keys.ts";
import { inGroups } from "./fingerprint.ts";
import { listPeopleWithKeys } from "./list-keys.ts";
import { maskAddresses } from "./mask-address.ts";
import { shownKey } from "./shown-key.ts";

/** GET /keys: whose keys are known; /keys/:personId: what is confirmed and what came; …/:keyId/save: a key to keep. */
export function keysPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.get("/keys", async (request, response) => {
    const current = readCursor(request.query.after);
    const { people, next } = await listPeopleWithKeys(db, vault, current);
    response.render("people/keys.njk", {
      people: people.map((person) => ({
        ...person,
        groups: person.confirmed && inGroups(person.confirmed.fingerprint),
      })),
      links: pageLinks("/keys", {}, { current, next }),
    });
  });

  page.get("/keys/:personId", async (request, response) => {
    const keys = await askedKeys(desk, request);
    response.render("people/person-keys.njk", {
      person: { id: keys.person_id, masked_address: maskAddresses(keys.address) },
      inForce: keys.inForce && { ...keys.inForce, ...shownKey(keys.inForce.facts) },
      older: keys.older.map((key) => ({ ...key, ...shownKey(key.facts) })),
      offered: keys.offered.map((key) => ({ ...key, ...shownKey(key.facts) })),
      wroteEncryptedAt: keys.wrote_encrypted_at,
    });
  });

  page.post("/keys/:personId/:keyId/save", async (request, response) => {
    const keys = await askedKeys(desk, request);
    const { keyId } = request.params;
    const key = [keys.inForce, ...keys.older].find((one) => one?.id === keyId);
    if (!key) throw new NotFound("No such key of this person");
    await tellThatKeyWasSaved(db, keys.person_id, signedIn(request).id);
    response.attachment(`${key.facts.fingerprint}.asc`).type("application/pgp-keys").send(key.armored);
  });

  return page;
}
