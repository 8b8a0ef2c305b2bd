import type { Repeats } from "./fault-book.ts";

/**
 * The ten stages at which sending a mail may go wrong, in their order: "connect" (before anything is said), "greeting",
 * "ehlo", "auth", "mail", "rcpt", "data" (the command), "body" (while the mail is under way), "end" (the whole mail has
 * arrived, nothing is answered yet) and "answered" (the 250 is out).
 */
export type SmtpStage =
  | "connect"
  | "greeting"
  | "ehlo"
  | "auth"
  | "mail"
  | "rcpt"
  | "data"
  | "body"
  | "end"
  | "answered";

/**
 * What may go wrong when the stage comes up:
 * - close: the connection closes, at "connect" by a reset, at "body" after `atByte` bytes of the mail (default 1)
 * - silence: never an answer again, the connection stays open
 * - reply: this code instead of what the server would say, from "greeting" to "end" (not "body")
 * At "end", `kept` says whether the mail was kept all the same (default false), which the sender cannot know.
 */
export type SmtpFault = Repeats & {
  stage: SmtpStage;
  kept?: boolean;
  atByte?: number;
} & ({ do: "close" } | { do: "silence" } | { do: "reply"; code: number; text?: string });
