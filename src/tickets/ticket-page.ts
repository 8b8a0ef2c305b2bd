import { Router } from "express";
import { sendTogether } from "../database.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { againWords } from "./again-words.ts";
import { askedTicket } from "./asked-ticket.ts";
import { calledStaff } from "./calls-in-note.ts";
import { waitingClearRequests } from "./clear-requests.ts";
import { findPerson } from "./find-person.ts";
import { isLate } from "./is-late.ts";
import { readReport } from "./read-report.ts";
import { rememberRead } from "./reads.ts";
import { findRelated } from "./related.ts";
import { reportFacts } from "./report-facts.ts";
import { showLogs } from "./shown-logs.ts";
import { tagsOfTicket } from "./tags.ts";
import { tellStory } from "./tell-story.ts";
import { readThread } from "./thread.ts";
import { undoOutlook } from "./undo-outlook.ts";
import { mergesOf } from "./unmerge.ts";
import { unopenedOf } from "./unopened-parts.ts";
import { statusWords } from "./words.ts";
import { otherWriter } from "./writing.ts";

/** Somewhat more than an undo has: the clocks of two machines differ. */
const minutesToUndo = 11;

/** GET /tickets/:id: the story, what the report says, the ticket's own facts, the person, the logs that matter. */
export function ticketPage(desk: Desk): Router {
  const page = Router();
  const { db, vault, log } = desk;

  page.get("/tickets/:id", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const me = signedIn(request).id;
    const [thread, report, person, related, tags] = await sendTogether([
      readThread(db, vault, ticket.id),
      readReport(db, vault, ticket.id, { withLogs: true }),
      findPerson(db, vault, ticket.id),
      findRelated(db, vault, ticket),
      tagsOfTicket(db, ticket.id),
    ]);
    // Most tickets were not touched a moment ago: what only some need is asked when the thread shows that they need it.
    const [undo, merges, called, clearRequests, unopened, writer] = await sendTogether([
      wasTouched(thread) ? undoOutlook(db, ticket.id) : new Map(),
      wasMerged(thread) ? mergesOf(db, ticket.id) : [],
      calledStaff(db, notesOf(thread)),
      wasAsked(thread) ? waitingClearRequests(db, vault, ticket.id) : [],
      wasNotRead(thread) ? unopenedOf(db, vault, ticket.id) : [],
      ticket.writing_by && ticket.writing_by !== me ? otherWriter(db, ticket.id, me) : null,
      shown(thread, ticket.id, me),
    ]);
    const reader = { id: me, ticketId: ticket.id, undo, merges: new Set(merges.map(({ id }) => id)), called };
    response.render("tickets/ticket.njk", {
      ticket: { ...ticket, late: isLate(ticket), status_words: statusWords[ticket.status] },
      story: tellStory(thread, report, reader),
      newest: newestOf(thread),
      report: report?.report,
      facts: report ? reportFacts(report.report) : [],
      logs: report && report.report.sections.length > 0 ? showLogs(ticket.id, report) : null,
      person,
      related,
      tags,
      linked: related.linked.tickets,
      probably: ticket.merged_into ? null : related.probably.tickets[0],
      merges,
      clearRequests,
      unopened: unopened.filter(({ decided_at }) => decided_at === null),
      writer,
      statusWords,
      reloads: thread.some(isReadAgain),
      sameReportId: thread.some(hasSameId),
      otherLanguage: ticket.language !== null && ticket.language !== ticket.queue_language,
    });
  });

  /** A page is shown also when it cannot be remembered that it was. */
  async function shown(thread: Thread, ticketId: string, staffId: string): Promise<void> {
    const lastMessageId = lastMessageOf(thread);
    if (!lastMessageId) return;
    try {
      await rememberRead(db, { ticketId, staffId, lastMessageId });
    } catch (error) {
      log.warn({ err: error }, "that a ticket was read could not be remembered");
    }
  }

  return page;
}

type Thread = Awaited<ReturnType<typeof readThread>>;

function wasTouched(thread: Thread): boolean {
  const since = Date.now() - minutesToUndo * 60_000;
  return thread.some(
    (item) =>
      item.type === "event" &&
      item.event.before &&
      item.event.staff_name &&
      item.event.created_at.getTime() > since,
  );
}

function isReadAgain(item: Thread[number]): boolean {
  return item.type === "message" && item.message.again !== null && againWords(item.message.again).waits;
}

function hasSameId(item: Thread[number]): boolean {
  return item.type === "message" && item.message.marks.includes("same report id");
}

function wasAsked(thread: Thread): boolean {
  return thread.some((item) => item.type === "event" && item.event.action === "clear_asked");
}

function wasNotRead(thread: Thread): boolean {
  return thread.some((item) => item.type === "message" && item.message.content.notRead);
}

/** The last message that is no note: what the person wrote, or what we answered. */
function newestOf(thread: Thread): string | null {
  const messages = thread.flatMap((item) => (item.type === "message" ? [item.message] : []));
  return messages.findLast(({ kind }) => kind !== "note")?.id ?? null;
}

/** The last of all that were stored: a mail may have come earlier than what was read before it. */
function lastMessageOf(thread: Thread): string | undefined {
  const ids = thread.flatMap((item) => (item.type === "message" ? [BigInt(item.message.id)] : []));
  return ids
    .toSorted((one, other) => (one < other ? -1 : 1))
    .at(-1)
    ?.toString();
}

function wasMerged(thread: Thread): boolean {
  return thread.some((item) => item.type === "event" && item.event.action === "merged");
}

function notesOf(thread: Thread): string[] {
  return thread.flatMap((item) =>
    item.type === "message" && item.message.kind === "note" ? [item.message.content.text] : [],
  );
}
