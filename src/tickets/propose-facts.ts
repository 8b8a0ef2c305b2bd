import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { readThread } from "./thread.ts";
import { readTwoAnswers } from "./two-answers.ts";

/** An answer that stands in a message of the person, and when that came. */
export type Proposal = { text: string; at: Date };

/** What the person's own messages say about the two questions, the newest word first. */
export async function proposeFacts(
  db: Database,
  vault: Vault,
  ticketId: string,
): Promise<{ version: Proposal | null; workaround: Proposal | null }> {
  const thread = await readThread(db, vault, ticketId);
  const found = thread
    .flatMap((item) => (item.type === "message" && item.message.kind === "from_user" ? [item.message] : []))
    .toReversed()
    .map(({ content, created_at }) => ({
      ...readTwoAnswers(`${content.subject ?? ""}\n\n${content.text}`),
      at: created_at,
    }));
  const newest = (which: "version" | "workaround"): Proposal | null => {
    const one = found.find((answers) => answers[which] !== null);
    return one ? { text: one[which] ?? "", at: one.at } : null;
  };
  return { version: newest("version"), workaround: newest("workaround") };
}
