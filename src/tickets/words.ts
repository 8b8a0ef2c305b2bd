import { charsetWords } from "../mime/charset-choices.ts";
import { moment } from "../web/format.ts";
import { type Chip, protectionChips } from "./protection-words.ts";
import type { ThreadMessage } from "./thread.ts";
import type { TicketStatus } from "./ticket.ts";
import { inClearMark, notSignedMark } from "./unlike-before.ts";

/** The desk's words for a status. */
export const statusWords: Record<TicketStatus, string> = {
  new: "our turn",
  open: "our turn",
  waiting_for_user: "waiting for the user",
  waiting_for_fix: "waiting for a fix",
  snoozed: "snoozed",
  resolved: "resolved",
  spam: "spam",
};

/** What a line of the history says after the name of who did it; the number of another ticket may follow. */
export function eventWords(event: { action: string; detail: Record<string, string> }): string {
  const { detail } = event;
  const { from, to } = detail;
  const as = to === "spam" ? "spam" : "resolved";
  const undid = detail.action
    ? eventWords({ action: detail.action, detail: { ...detail, action: "" } })
    : "a change";
  const some = Number(detail.count ?? 1) > 1 ? `${detail.count} messages` : "a message";
  const words: Record<string, string> = {
    opened: "opened",
    recipient_asked: "a mail asks for its answers at another address: choose who is answered",
    same_report_id: "another report with the same id stands on",
    recipient_chosen: `chose where answers go: ${detail.place ?? ""}`,
    person_changed: "changed the person of this ticket",
    key_confirmed: "confirmed the key of this person",
    key_compared: "compared the key of this person and confirmed it",
    key_unpinned: "took the confirmed key of this person out of use",
    key_refused: "refused a key that came for this person",
    key_ended_by_owner:
      {
        revoked: "the owner revoked the confirmed key of this person",
        "part revoked": "the owner revoked a part of the confirmed key of this person, or a name on it",
        end: "the owner set another end to the confirmed key of this person",
      }[detail.what ?? ""] ?? "the owner changed the confirmed key of this person",
    key_saved: "saved the key of this person",
    clear_asked: "asked to send an answer without encryption",
    clear_agreed: "agreed to send an answer without encryption",
    clear_withdrawn: "withdrew that an answer leaves without encryption",
    unopened_decided:
      detail.as === "does not encrypt"
        ? "decided that this person does not encrypt"
        : "decided that what was not read here is not encrypted",
    split_from: `made this ticket from ${some} of`,
    receipt_came: `a receipt says that our answer was ${receiptWords[detail.says ?? ""] ?? "received"}`,
    our_turn: "our turn again",
    taken: "took it",
    given_back: "gave it back",
    answered: "answered",
    closed: `closed it as ${as}`,
    reopened: "opened it again",
    address_shown: "looked at the address",
    decided: `decided about an answer: ${detail.decision ?? ""}`,
    taken_back: "took an answer back before it left",
    charset_chosen: detail.charset
      ? `had the words of a mail read as ${charsetWords(detail.charset)}`
      : "had the words of a mail read as the desk does by itself",
    raw_taken: "saved the raw copy of a mail; the note tells why",
    read_again: Number(detail.mails) > 1 ? `had ${detail.mails} mails read again` : "had a mail read again",
    snoozed: `put it away until ${detail.until ? moment(new Date(detail.until)) : "later"}`,
    waits_for_fix: `let it wait for a fix${detail.issue ? ` of ${detail.issue}` : ""}`,
    waits_for_user: "let it wait for the user",
    handed_over: `handed it over to ${to ?? "somebody"}${from ? `, from ${from}` : ""}`,
    forwarded: `forwarded it inside to ${to ?? "somebody"}`,
    moved: `moved it${from ? ` from ${from}` : ""} to ${to ?? "another queue"}`,
    tagged: `added the tag ${detail.tag ?? ""}`,
    untagged: `removed the tag ${detail.tag ?? ""}`,
    tags_merged: `merged the tag ${from ?? ""} into ${to ?? ""}`,
    priority_set: `set the priority to ${to ?? "another"}`,
    last_version_set: to
      ? `noted ${to} as the last version that worked`
      : "removed the last version that worked",
    workaround_set: "changed the workaround",
    linked: "linked it with",
    unlinked: "took away the link with",
    not_joined: "said that this does not belong to",
    merged: "put everything here of",
    merged_into: "put everything of it on",
    unmerged: "took apart what came here from",
    unmerged_from: "took it apart again from",
    split: `made a ticket of its own from ${some}:`,
    undone: `undid: ${undid}`,
  };
  return words[event.action] ?? event.action.replaceAll("_", " ");
}

const receiptWords: Record<string, string> = {
  displayed: "shown to its reader",
  deleted: "deleted, perhaps unread",
  dispatched: "passed on or printed",
  processed: "worked on by a program, perhaps unread",
  denied: "received; its reader does not tell more",
  failed: "not worked on: something failed",
};

/** What protects a message from outside, as far as we know; stands in the frame around its text. */
export function verdictsOf(message: ThreadMessage): Chip[] {
  const chips = message.kind === "from_user" ? protectionChips(message) : [];
  const marks = message.marks.filter((mark) => !saidBySummary.includes(mark));
  return [...chips, ...marks.map((mark) => ({ words: mark, tone: toneOf(mark) }))];
}

const saidBySummary = ["partly encrypted", inClearMark, notSignedMark];
const unproven = ["author not proven", "another address", "same report id", "same Message-ID"];

function toneOf(mark: string): Chip["tone"] {
  if (mark === "copied ciphertext") return "bad";
  return unproven.includes(mark) ? "turn" : "quiet";
}

/** What became of an answer; `isTrouble`: a person has to decide. */
export function answerState(
  outbox: Pick<NonNullable<ThreadMessage["outbox"]>, "state" | "protection" | "failure" | "bounced_at">,
): Chip & { isTrouble: boolean } {
  if (outbox.state === "accepted" && outbox.bounced_at) {
    return { words: "came back: not delivered", tone: "bad", isTrouble: true };
  }
  const encrypted = outbox.protection === "encrypted";
  const states: Record<typeof outbox.state, Chip> = {
    queued: { words: outbox.failure ? "in the outbox, to be tried again" : "in the outbox", tone: "quiet" },
    sending: { words: "is being sent", tone: "quiet" },
    accepted: encrypted
      ? { words: "sent encrypted and signed", tone: "good" }
      : { words: "sent in clear", tone: "quiet" },
    failed: { words: "not sent", tone: "bad" },
    unknown: { words: "may have left, or not", tone: "bad" },
    withdrawn: { words: "given up, not sent", tone: "quiet" },
  };
  return { ...states[outbox.state], isTrouble: outbox.state === "failed" || outbox.state === "unknown" };
}
