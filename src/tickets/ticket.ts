import type { CryptoSummary } from "../mime/crypto-summary.ts";
import type { ListOfParts } from "../mime/list-parts.ts";
import type { NamedAddress } from "../mime/named-addresses.ts";
import type { NotRead } from "../mime/not-read.ts";
import type { Segment } from "../mime/open-document.ts";

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
  /** Whom the mail names beside its sender. */
  named?: NamedAddress[];
  /** The Message-ID of the mail, for the answer's In-Reply-To. */
  messageId?: string | null;
  /** The Date of the mail, as it claims. */
  date?: string | null;
  warnings?: string[];
  /** The List-Id of the mail (RFC 2919), for the rules that sort. */
  listId?: string | null;
  /** The one summary of the mail's cryptography. */
  crypto?: CryptoSummary;
  /** The pieces of the text that were protected in different ways, when there are several: shown apart. */
  segments?: Segment[] | undefined;
  /** How the mail was read, part by part; absent: it was stored before this was kept. */
  parts?: ListOfParts;
  /** The charset that one of the staff chose for its words; absent: as the mail says, or as was guessed. */
  readAs?: string | undefined;
  /** What of the mail looks encrypted, or like a key, and could not be read. */
  notRead?: NotRead[] | undefined;
  /** The id of the message that a note brings before colleagues. */
  about?: string;
};
