import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Mail } from "#src/mime/mail.ts";
import { parseMail } from "#src/mime/parse-mail.ts";

const folder = new URL("../fixtures/mails/", import.meta.url);

/** A file of test/fixtures/mails. */
export async function fixture(name: string): Promise<Buffer> {
  return await readFile(new URL(name, folder));
}

/** A mail of test/fixtures/mails, parsed. */
export async function parsedFixture(name: string): Promise<Mail> {
  return await parsed(await fixture(name));
}

/** A mail that has to be readable. */
export async function parsed(raw: Uint8Array | string): Promise<Mail> {
  const result = await parseMail(typeof raw === "string" ? Buffer.from(raw) : raw);
  assert.ok(result.ok, "the mail is parsed");
  return result.mail;
}
