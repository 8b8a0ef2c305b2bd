import { maskAddresses } from "../people/mask-address.ts";
import type { TicketReport } from "./read-report.ts";
import type { readThread, ThreadMessage } from "./thread.ts";
import { answerState, type Chip, eventWords, verdictsOf } from "./words.ts";

type Thread = Awaited<ReturnType<typeof readThread>>;

export type StoryMessage = ThreadMessage & {
  type: "message";
  author: string;
  chips: Chip[];
  state: ReturnType<typeof answerState> | null;
  /** The date that the mail claims, when it is another day than the one on which it came. */
  claimed: Date | null;
  /** What a report says in its parts; null: show the text as it is. */
  parts: { title: string; text: string }[] | null;
};
export type StoryEvent = {
  type: "event";
  id: string;
  words: string;
  staff_name: string | null;
  created_at: Date;
};

/** The thread as the page tells it: who speaks, what protected it, what became of our answers. Addresses are masked. */
export function tellStory(thread: Thread, report: TicketReport | null): (StoryMessage | StoryEvent)[] {
  return thread.flatMap((item): (StoryMessage | StoryEvent)[] => {
    if (item.type === "message") return [tellMessage(item.message, report)];
    // The answer itself stands in the story.
    if (item.event.action === "answered") return [];
    const { id, staff_name, created_at } = item.event;
    return [{ type: "event", id, staff_name, created_at, words: eventWords(item.event) }];
  });
}

function tellMessage(message: ThreadMessage, report: TicketReport | null): StoryMessage {
  return {
    ...message,
    type: "message",
    author: authorOf(message),
    chips: verdictsOf(message),
    state: message.outbox && answerState(message.outbox),
    claimed: claimedDate(message),
    parts: report && report.messageId === message.id ? partsOf(report) : null,
  };
}

function authorOf(message: ThreadMessage): string {
  if (message.staff_name) return message.staff_name;
  if (message.kind === "bounce") return "A mail server";
  const from = message.content.from;
  return maskAddresses(from?.name || from?.address || "A user");
}

function claimedDate(message: ThreadMessage): Date | null {
  const claimed = new Date(message.content.date ?? "");
  const apart = Math.abs(claimed.getTime() - message.created_at.getTime());
  return apart > 24 * 3_600_000 ? claimed : null;
}

function partsOf({ report }: TicketReport): StoryMessage["parts"] {
  const answers = [...report.questions, ...report.oldAnswers].filter(({ state }) => state === "answered");
  const { appPrefill, message } = report;
  return [
    ...answers.map(({ title, text }) => ({ title, text })),
    ...(message.trim() ? [{ title: answers.length > 0 ? "Besides" : "", text: message }] : []),
    ...(appPrefill?.summary ? [{ title: "The program says", text: appPrefill.summary }] : []),
    ...(appPrefill?.details ? [{ title: "Its details", text: appPrefill.details }] : []),
  ];
}
