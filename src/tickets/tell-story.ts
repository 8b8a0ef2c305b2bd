import { charsetWords } from "../mime/charset-choices.ts";
import { withJoinersAlone } from "../mime/invisible.ts";
import type { Segment } from "../mime/open-document.ts";
import { maskAddresses } from "../people/mask-address.ts";
import { isId } from "../web/is-id.ts";
import { againWords } from "./again-words.ts";
import { type CallPiece, callsIn } from "./calls-in-note.ts";
import { linkLines } from "./log-lines.ts";
import {
  type Chip,
  type NotReadLine,
  notReadLines,
  type ProtectionFact,
  pieceWords,
  protectionFacts,
} from "./protection-words.ts";
import type { TicketReport } from "./read-report.ts";
import type { readThread, ThreadEvent, ThreadMessage } from "./thread.ts";
import type { UndoRefusal } from "./undo.ts";
import type { UndoOutlook } from "./undo-outlook.ts";
import { unlikeBeforeWords } from "./unlike-before.ts";
import { answerState, eventWords, verdictsOf } from "./words.ts";

type Thread = Awaited<ReturnType<typeof readThread>>;

export type StoryMessage = ThreadMessage & {
  type: "message";
  author: string;
  chips: Chip[];
  /** The reasons behind the chips. */
  protection: ProtectionFact[];
  /** That it came without the protection that its person used before, and what to do about it. */
  unlikeBefore: string[];
  /** What looks encrypted, or like a key, and was not read. */
  notRead: NotReadLine[];
  /** Notes about how it was read, without what `notRead` says better. */
  notes: string[];
  /** In which charset somebody had it read, in words; null: nobody chose one. */
  readAs: string | null;
  /** Nothing trustworthy named the charset of its words. */
  isGuessed: boolean;
  /** What became of reading its mail once more; `waits`: it is under way. Null: nobody asked for it. */
  againWords: { words: string; waits: boolean } | null;
  /** The text in pieces that were protected in different ways; null: all of it in the same one. */
  pieces: { sort: string; words: string; text: string; heading: string | null }[] | null;
  /** Whom its mail names beside its sender: "Reply-To", "Samira Example, s•••@example.net". */
  named: { where: string; words: string; isForwarded: boolean }[];
  state: ReturnType<typeof answerState> | null;
  /** The date that the mail claims, when it is another day than the one on which it came. */
  claimed: Date | null;
  /** What a report says in its parts; null: show the text as it is. */
  parts: { title: string; text: string }[] | null;
  /** Until when who reads this can take the answer back; null: they cannot. */
  back_until: Date | null;
  /** A note in pieces, those apart that call somebody or name a line of the logs; null: it has none of these. */
  calls: NotePiece[] | null;
};
/** `href`: the line of the logs that it names. */
export type NotePiece = CallPiece & { href: string | null };
export type StoryEvent = {
  type: "event";
  id: string;
  words: string;
  staff_name: string | null;
  created_at: Date;
  /** Another ticket that it tells of. */
  ticket: string | null;
  undoable: boolean;
  /** Why it cannot be undone any more, in words; null: it can, or it is long ago. */
  not_undoable: string | null;
  /** The merge that it tells of, while that can be taken apart. */
  merge: string | null;
};
/** For whom the story is told, and what may still be undone. */
export type Reader = {
  id: string;
  ticketId: string;
  undo: UndoOutlook;
  merges: Set<string>;
  called: Set<string>;
};

/** The thread as the page tells it: who speaks, what protected it, what became of our answers. Addresses are masked. */
export function tellStory(
  thread: Thread,
  report: TicketReport | null,
  reader?: Reader,
): (StoryMessage | StoryEvent)[] {
  return thread.flatMap((item): (StoryMessage | StoryEvent)[] => {
    if (item.type === "message") return [tellMessage(item.message, report, reader)];
    // The answer itself stands in the story.
    if (item.event.action === "answered") return [];
    return [tellEvent(item.event, reader)];
  });
}

function tellEvent(event: ThreadEvent, reader: Reader | undefined): StoryEvent {
  const { id, staff_name, created_at, detail } = event;
  const { ticket, merge } = detail;
  const refusal = reader?.undo.get(id);
  return {
    type: "event",
    id,
    staff_name,
    created_at,
    words: eventWords(event),
    ticket: isId(ticket) ? ticket : null,
    undoable: refusal === null,
    not_undoable: refusal ? (whyNotUndone[refusal] ?? null) : null,
    merge: event.action === "merged" && isId(merge) && reader?.merges.has(merge) ? merge : null,
  };
}

/** What takes the place of the button. */
const whyNotUndone: Partial<Record<UndoRefusal, string>> = {
  "undone already": "undone",
  "changed since": "cannot be undone: changed since",
  gone: "cannot be undone: what it would bring back is gone",
};

function tellMessage(message: ThreadMessage, report: TicketReport | null, reader?: Reader): StoryMessage {
  return {
    ...message,
    type: "message",
    author: authorOf(message),
    chips: verdictsOf(message),
    protection: protectionFacts(message),
    unlikeBefore: unlikeBeforeWords(message.marks),
    notRead: notReadLines(message),
    notes: notesOf(message),
    pieces: piecesOf(message),
    named: namedOf(message),
    readAs: message.content.readAs ? charsetWords(message.content.readAs) : null,
    isGuessed: isGuessed(message),
    againWords: message.again && againWords(message.again),
    state: message.outbox && stateOf(message.outbox, message.kind),
    claimed: claimedDate(message),
    parts: report && report.messageId === message.id ? partsOf(report) : null,
    back_until: reader && message.staff_id === reader.id ? backUntil(message) : null,
    calls: reader && message.kind === "note" ? noteInPieces(message.content.text, report, reader) : null,
  };
}

function noteInPieces(note: string, report: TicketReport | null, reader: Reader): StoryMessage["calls"] {
  const calls = callsIn(note, reader.called) ?? [{ text: note, name: null }];
  const pieces = calls.flatMap(({ text, name }): NotePiece[] => {
    if (name || !report) return [{ text, name, href: null }];
    const logs = `/tickets/${reader.ticketId}/logs/${report.messageId}`;
    return linkLines(text, logs, report.report.sections).map((piece) => ({ ...piece, name: null }));
  });
  return pieces.some(({ name, href }) => name || href) ? pieces : null;
}

function notesOf({ content: { warnings = [], notRead } }: ThreadMessage): string[] {
  return notRead
    ? warnings.filter((warning) => warning !== "a part is encrypted and was not opened")
    : warnings;
}

/** Mails that were stored before their parts were kept say it in a warning. */
function isGuessed({ content: { parts, warnings = [] } }: ThreadMessage): boolean {
  return (
    parts?.parts.some((part) => part.isGuessed) ??
    warnings.some((warning) => warning.startsWith("no charset is named"))
  );
}

/** Nobody has to decide about what the desk wrote by itself. */
function stateOf(outbox: NonNullable<ThreadMessage["outbox"]>, kind: ThreadMessage["kind"]) {
  const state = answerState(outbox);
  return { ...state, isTrouble: state.isTrouble && kind !== "acknowledgement" };
}

function backUntil({ outbox }: ThreadMessage): Date | null {
  const waits = outbox?.state === "queued" && !outbox.failure && outbox.not_before.getTime() > Date.now();
  return waits ? outbox.not_before : null;
}

function authorOf(message: ThreadMessage): string {
  if (message.staff_name) return message.staff_name;
  if (message.kind === "bounce") return "A mail server";
  if (message.kind === "acknowledgement") return "The desk itself";
  const from = message.content.from;
  return maskAddresses(frameName(from?.name ?? "") || from?.address || "A user");
}

function namedOf({ content }: ThreadMessage): StoryMessage["named"] {
  return (content.named ?? []).map(({ where, name, address }) => ({
    where: forwardWords[where] ?? where,
    isForwarded: where in forwardWords,
    words: maskAddresses([frameName(name), address].filter(Boolean).join(", ")),
  }));
}

const forwardWords: Record<string, string> = {
  "forwarded mail": "Forwards a mail of",
  "attached mail": "Attaches a mail of",
};

/** A name stands in the frame: signs that look like a verdict of ours, such as ✔, are taken out of it. */
function frameName(name: string): string {
  return withJoinersAlone(name.replace(/[\p{So}√]/gu, ""))
    .trim()
    .slice(0, 80);
}

function piecesOf({ content }: ThreadMessage): StoryMessage["pieces"] {
  const { segments, crypto } = content;
  if (!segments || (segments.length < 2 && !segments[0]?.attached)) return null;
  return segments.map((segment) => ({
    sort: segment.sort,
    text: segment.text,
    words: pieceWords(segment, crypto),
    heading: attachedWords(segment),
  }));
}

/** Who an attached mail says that it is from; its sender is not the one who attached it. */
function attachedWords({ attached }: Segment): string | null {
  if (!attached) return null;
  const subject = attached.subject ? `“${attached.subject}”` : "without a subject";
  const from = attached.from ? `, from ${maskAddresses(attached.from)}` : "";
  const date = attached.date ? `, ${attached.date.slice(0, 10)}` : "";
  return `An attached mail ${subject}${from}${date}`;
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
