import assert from "node:assert/strict";
import { readMail } from "#src/inbox/read-mail.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import type { NewKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { deskAddress, deskSecretKey } from "#test/support/intake.ts";

/** Reads a mail of the desk as a person's own program would: with their secret key, and the desk's public key confirmed. */
export async function openAsPerson(
  raw: Buffer | undefined,
  person: { address: string; key: NewKey },
  deskSecret = deskSecretKey,
) {
  assert.ok(raw);
  const [armored = ""] = exportPublic(await openSecretKeys([deskSecret]));
  const pinned = [{ address: deskAddress, armored }];
  const reading = await readMail(raw, await openSecretKeys([person.key.secret]), person.address, pinned);
  assert.ok(reading.ok, reading.ok ? "" : reading.reason);
  return reading;
}
