import { fillForTicket } from "../reply-templates/fill-for-ticket.ts";
import type { Desk } from "../web/desk.ts";
import type { Ticket } from "./find.ts";
import type { StoryMessage } from "./tell-story.ts";

/** What was typed with a template answer at its end, filled with what the ticket knows; null: there is no such answer. */
export async function insertAnswer(
  { db, config }: Desk,
  ticket: Ticket,
  asked: { templateId: string; typed: string; messages: StoryMessage[]; me: string },
): Promise<string | null> {
  const filled = await fillForTicket(db, asked.templateId, ticket.language, {
    ticket,
    person: nameOfPerson(asked.messages),
    issueUrl: ticket.issue_url,
    me: asked.me,
    desk: config.DESK_NAME,
    deskAddress: config.DESK_ADDRESS,
  });
  if (!filled) return null;
  const typed = asked.typed.trimEnd();
  return typed === "" ? filled.text : `${typed}\n\n${filled.text}`;
}

/** As their last mail gives it; an address is no name. */
function nameOfPerson(messages: StoryMessage[]): string | null {
  const name = messages.findLast(({ kind }) => kind === "from_user")?.content.from?.name.trim();
  return name && !name.includes("@") ? name : null;
}
