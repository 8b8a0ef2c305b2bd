import test, { after, suite } from "node:test";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { readPublicKeys } from "#src/openpgp/read-public-keys.ts";
import { keyFactsOf } from "#src/people/key-facts.ts";
import { offerKey } from "#src/people/offered-keys.ts";
import { askForClearText } from "#src/tickets/clear-requests.ts";
import { startDesk } from "#test/support/browser.ts";
import { confirmOffered, createCast, mailDoor } from "#test/support/cast.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";
import { plainMail } from "#test/support/intake.ts";

suite("the main pages in a real browser", { skip: withoutChromium }, async () => {
  if (withoutChromium) return;
  const desk = await startDesk({ after });
  const cast = await createCast(desk);
  const keys = await keyPages(desk, cast.wifi);
  const chromium = await openChromium({ after });
  const { cookies } = await desk.signIn("adam");
  const paths = [
    "/",
    "/tickets",
    "/tickets?status=resolved",
    `/tickets/${cast.wifi}`,
    `/tickets/${cast.lea}`,
    `/tickets/${cast.silent}`,
    `/tickets/${cast.printer}`,
    `/tickets/${cast.wifi}/reply`,
    `/tickets/${cast.lea}/reply`,
    `/tickets/${cast.silent}/reply`,
    `/tickets/${cast.wifi}/note`,
    await structureOf(desk, cast.wifi),
    await structureOf(desk, cast.printer),
    `/tickets/${cast.wifi}/take`,
    `/tickets/${cast.wifi}/close`,
    "/set-aside",
    `/set-aside/${cast.setAside}/discard`,
    "/outbox",
    "/our-keys",
    ...keys,
  ];

  for (const path of paths)
    test(`axe finds nothing in light and dark, and nobody must scroll sideways at 320 pixels: ${path}`, async () => {
      await assertSound(chromium, desk.origin, [path], cookies);
    });
});

/** The page of how the first mail of a ticket was read. */
async function structureOf({ db }: Awaited<ReturnType<typeof startDesk>>, ticketId: string): Promise<string> {
  const { id } = await db("messages").where({ ticket_id: ticketId }).orderBy("id").first("id");
  return `/tickets/${ticketId}/messages/${id}/structure`;
}

/** Of a person with a confirmed key and another one that came, and of a request for clear text to them. */
async function keyPages(desk: Awaited<ReturnType<typeof startDesk>>, ticketId: string): Promise<string[]> {
  const { db, vault, staff } = desk;
  await confirmOffered(desk, ticketId, staff.nina.id);
  const { public: another } = await generateSecretKey("", "somebody@example.net");
  const { person_id: personId } = await db("tickets").where({ id: ticketId }).first("person_id");
  const row = await db("offered_keys")
    .where({ ticket_id: ticketId })
    .join("vault_keys", "vault_keys.id", "key_id")
    .first();
  const [key] = await readPublicKeys(another);
  if (!key) throw new Error("The key cannot be read");
  await offerKey(db, vault, {
    personId,
    place: { ticketId, messageId: row.message_id },
    key: { id: row.key_id, wrapped_key: row.wrapped_key },
    source: "attachment",
    also: [],
    armored: key.armored,
    facts: keyFactsOf(key),
  });
  const asked = { ticketId, staffId: staff.nina.id, text: "Please send a key.", reason: "It expired" };
  const request = await askForClearText(db, vault, asked);
  const confirmed = await db("pinned_keys").first("id");
  const offered = await db("offered_keys").orderBy("id", "desc").first("id");
  const person = `/keys/${personId}`;
  const raw = plainMail({ from: "rosa@example.org", text: `Hello, it does not print.\r\n\r\n${another}` });
  const first = await (await mailDoor(desk))(Buffer.from(raw));
  return [
    `/tickets/${first.ticket_id}/reply`,
    "/keys",
    person,
    `${person}/offered/${offered.id}`,
    `${person}/${confirmed.id}/unpin`,
    `/tickets/${ticketId}/clear-text`,
    `/tickets/${ticketId}/clear-text/${request}`,
  ];
}
