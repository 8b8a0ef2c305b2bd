import type { Address, Attachment } from "../mime/mail.ts";
import type { WeightedText } from "../search/blind-vector.ts";

export type OfferedKey = { source: "report" | "attachment" | "text"; fingerprint: string; armored: string };

/** What the table of reports keeps open of a WhisperBack report, and the rest as JSON to be sealed. */
export type ReportReading = {
  whisperbackId: string | null;
  contactAddress: string | null;
  tailsVersion: string | null;
  installedVersion: string | null;
  manufacturer: string | null;
  model: string | null;
  ramMb: number | null;
  bootMedium: string | null;
  persistentStorage: boolean | null;
  virtualMachine: boolean | null;
  coreboot: boolean | null;
  /** Raw, to be hashed with the vault's key and never stored. */
  stickId: string | null;
  /** The report without its sections. */
  reportJson: string;
  /** The sections alone; null when the report brought none. */
  logsJson: string | null;
  logSections: number;
};

/** What one mail says, read in a thread of its own from its raw bytes alone; `reason` is for the staff. */
export type MailReading =
  | { ok: false; reason: string }
  | {
      ok: true;
      sender: "person" | "automatic" | "list" | "bounce";
      messageId: string | null;
      /** In-Reply-To and References: which mails of ours this one may answer. */
      references: string[];
      from: Address | null;
      subject: string;
      date: string | null;
      text: string;
      attachments: Attachment[];
      encryption: "none" | "encrypted";
      signature: "no" | "cannot check" | "bad" | "good";
      language: string | null;
      offeredKeys: OfferedKey[];
      report: ReportReading | null;
      /** The Message-ID of the mail of ours that came back. */
      bounceOf: string | null;
      searchTexts: WeightedText[];
      warnings: string[];
    };
