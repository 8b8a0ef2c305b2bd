import { z } from "zod";
import { readLookUpConfig } from "../config.ts";
import type { Database } from "../database.ts";
import { askAgainOfSigned } from "../inbox/ask-again.ts";
import { inGroups } from "../people/fingerprint.ts";
import { heedOwner, holdKeys } from "../people/heed-owner.ts";
import { keyFactsOf } from "../people/key-facts.ts";
import { offerKey } from "../people/offered-keys.ts";
import { hashesOfAddress } from "../people/person-of-address.ts";
import { tellHeeded } from "../tickets/tell-heeded.ts";
import { openVault, readMasterKey } from "../vault/master-key.ts";
import type { Vault } from "../vault/vault.ts";
import { BadCommand, type Command, type Context } from "./command.ts";
import { withDatabase } from "./desk-database.ts";
import { type LookedUp, lookUpKey } from "./look-up-key.ts";

/** `whisperdesk keys look-up ADDRESS`: never done by the desk itself, since it tells others who writes to it. */
export const lookUpCommand: Command = {
  name: "keys look-up",
  operands: ["ADDRESS"],
  summary: "Asks outside for the key of a person who wrote to the desk, and offers it",
  text: [
    "Off unless KEY_LOOK_UP is “yes”. It asks the domain of the address, and then KEY_SERVER when that is set, through PROXY",
    "alone. Whoever is asked learns that somebody wants to write to this address encrypted. What is found is offered on the",
    "page “Users’ keys” and used for nothing until a staff member confirms it there.",
  ].join("\n"),
  options: { yes: { help: "does not ask whether a third party may learn of this address" } },
  async run(context, { operands: [typed = ""], options }) {
    const { env, print } = context;
    const config = readLookUpConfig(env);
    if (!config.KEY_LOOK_UP) {
      throw new BadCommand(
        "Looking keys up is off: it tells others who writes to this desk. Set KEY_LOOK_UP=yes when that is all right",
      );
    }
    if (!config.PROXY) throw new BadCommand("Set PROXY first: without it whoever is asked sees this machine");
    const address = readAddress(typed);
    const { PROXY: proxy, KEY_SERVER: keyServer } = config;
    await agree(context, address, keyServer, options.yes === true);

    return await withDatabase(env, async (db) => {
      const vault = await openVault(db, readMasterKey(config.MASTER_KEY));
      const person = await findPerson(db, vault, address);
      const found = await lookUpKey({ address, proxy, keyServer });
      if (!found) {
        print("No key of this address was found, or nobody answered");
        return 1;
      }
      await offerFound(db, vault, person, found);
      for (const { fingerprint } of found.keys) print(`${inGroups(fingerprint)}  (${found.source})`);
      print("It is offered on the page “Users’ keys”, and used for nothing until somebody confirms it there");
      return 0;
    });
  },
};

/** Offers what was found, for this person alone. */
export async function offerFound(
  db: Database,
  vault: Vault,
  person: { id: string; key: { id: string; wrapped_key: Buffer } },
  { source, keys }: LookedUp,
): Promise<void> {
  for (const found of keys) {
    const { armored, fingerprint } = found;
    const { id: personId, key } = person;
    await db.transaction(async (trx) => {
      await holdKeys(trx, vault, [fingerprint]);
      const { copy, heeded } = await heedOwner(trx, vault, { armored, facts: keyFactsOf(found) });
      await offerKey(trx, vault, { personId, place: null, key, source, also: [], ...copy });
      await tellHeeded(trx, heeded, null);
      await askAgainOfSigned(
        trx,
        heeded.map((one) => one.personId),
      );
    });
  }
}

function readAddress(typed: string): string {
  const address = z.email().safeParse(typed);
  if (!address.success) throw new BadCommand("Write the whole mail address of the person");
  return address.data;
}

async function agree(
  { questions, print }: Context,
  address: string,
  keyServer: string | undefined,
  isAgreed: boolean,
): Promise<void> {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  const asked = [domain, ...(keyServer ? [new URL(keyServer).hostname] : [])].join(" and ");
  print(`This asks ${asked}, through the proxy: they learn that somebody looks for the key of this address.`);
  if (isAgreed) return;
  const answer = await questions?.ask("Go on? Type yes");
  if (answer !== "yes")
    throw new BadCommand("Nobody was asked. Without a terminal, --yes says that they may learn it");
}

/** The desk asks for nobody of whom it knows nothing. */
async function findPerson(db: Database, vault: Vault, address: string) {
  const row = await db("people")
    .join("vault_keys", "vault_keys.id", "people.key_id")
    .whereIn("address_hash", hashesOfAddress(vault, address))
    .first<{ id: string; key_id: string; wrapped_key: Buffer }>("people.id", "people.key_id", "wrapped_key");
  if (!row) throw new BadCommand("Nobody with this address has written to the desk: nobody was asked");
  return { id: row.id, key: { id: row.key_id, wrapped_key: row.wrapped_key } };
}
