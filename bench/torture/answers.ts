import type { Database } from "../../src/database.ts";
import { seededRandom } from "../../src/demo/reports/seeded-random.ts";
import { personOfAddress } from "../../src/people/person-of-address.ts";
import { openTicket } from "../../src/tickets/open.ts";
import { replyToTicket } from "../../src/tickets/reply.ts";
import { addSealingKey } from "../../src/vault/sealing-keys.ts";
import type { Vault } from "../../src/vault/vault.ts";

export type QueuedAnswer = {
  outboxId: string;
  ticketId: string;
  staffId: string;
  reference: string;
  to: string;
};

/** Makes tickets with an answer each, through the same door as a page does. */
export async function answerTickets(
  db: Database,
  vault: Vault,
  seed: number,
): Promise<(count: number) => Promise<QueuedAnswer[]>> {
  const random = seededRandom(`answers ${seed}`);
  const [staff] = await db("staff")
    .insert({ name: "nina", role: "help_desk", password_hash: "-" })
    .returning("id");
  const answer = async (): Promise<QueuedAnswer> => {
    const to = `reader-${random.hex(12)}@example.net`;
    const ticketId = await db.transaction(async (trx) => {
      const key = await addSealingKey(trx, vault);
      const personId = await personOfAddress(trx, vault, to);
      return await openTicket(trx, vault, {
        key,
        channel: "mail",
        subject: "Trouble",
        language: "en",
        personId,
        personProven: false,
      });
    });
    if (!ticketId) throw new Error("The ticket was not opened");
    const text = `Please try the newest version. ${"It helps. ".repeat(random.below(100))}`;
    await replyToTicket(db, vault, {
      ticketId,
      staffId: staff.id,
      text,
      clearAgreed: true,
      seenMessageId: null,
    });
    const row = await db("outbox_mails").where({ ticket_id: ticketId }).first("id", "reference");
    return { outboxId: row.id, ticketId, staffId: staff.id, reference: row.reference, to };
  };
  return async (count) => {
    const answers: QueuedAnswer[] = [];
    while (answers.length < count) answers.push(await answer());
    return answers;
  };
}
