/** Whose turn is it? `new` and `open`: ours. */
export type TicketStatus =
  | "new"
  | "open"
  | "waiting_for_user"
  | "waiting_for_fix"
  | "snoozed"
  | "resolved"
  | "spam";

export type Channel = "whisperback" | "mail" | "phone" | "chat" | "in_person";

/** What a message holds, sealed as JSON. `text` is what a person reads. */
export type MessageContent = {
  text: string;
  subject?: string;
  from?: { name: string; address: string } | null;
  /** The Message-ID of the mail, for the answer's In-Reply-To. */
  messageId?: string | null;
  /** The Date of the mail, as it claims. */
  date?: string | null;
  warnings?: string[];
};
