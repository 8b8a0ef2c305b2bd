import type { Sender } from "../mime/automatic-mail.ts";
import type { CryptoSummary } from "../mime/crypto-summary.ts";
import type { ListOfParts } from "../mime/list-parts.ts";
import type { Address, Attachment } from "../mime/mail.ts";
import type { NamedAddress } from "../mime/named-addresses.ts";
import type { NotRead } from "../mime/not-read.ts";
import type { Segment } from "../mime/open-document.ts";
import type { Receipt } from "../mime/read-receipt.ts";
import type { LoneRevocation } from "../openpgp/lone-revocation.ts";
import type { KeyFacts } from "../people/key-facts.ts";
import type { WeightedText } from "../search/blind-vector.ts";

type Source = "report" | "attachment" | "text" | "autocrypt";

export type OfferedKey = {
  source: Source;
  /** Other places of the same mail where the same key stood. */
  also: Source[];
  fingerprint: string;
  armored: string;
  facts: KeyFacts;
};

/** What the table of reports keeps open of a WhisperBack report, and the rest to be sealed. */
export type ReportReading = {
  whisperbackId: string | null;
  contactAddress: string | null;
  /** Its key field says anything at all. */
  namesKey: boolean;
  /** Who encrypted it by themselves, by their addresses: nobody where the program did. */
  encryptedBy: string[];
  /** Of all that it says, contact included: to be hashed with the vault's key and never stored. */
  contentDigest: string;
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
  /** The report without its sections, as JSON and packed to be sealed. */
  packedReport: Buffer;
  /** The sections alone; null when the report brought none. */
  packedLogs: Buffer | null;
  logSections: number;
};

/** What one mail says, read in a process of its own from its raw bytes alone; `reason` is for the staff. */
export type MailReading =
  | {
      ok: false;
      reason: string;
      /** Whose mail was encrypted and could not be opened: they wrote encrypted all the same. */
      encryptedBy?: string | null;
      /** OpenPGP or S/MIME stands in it: what an opened mail would have left behind must be left all the same. */
      cryptography?: { from: string | null; references: string[] };
    }
  | {
      ok: true;
      sender: Sender["sort"];
      messageId: string | null;
      /** A read receipt, and what it says. */
      receipt?: Receipt | null;
      /** Why the desk does not answer it by itself, in words; null: it may. */
      noAutomaticAnswer: string | null;
      /** OpenPGP or S/MIME stands in the raw mail, whether it opened or not. */
      showsCryptography: boolean;
      /** In-Reply-To and References: which mails of ours this one may answer. */
      references: string[];
      from: Address | null;
      /** Whom it names beside its sender: where answers are asked for, whose mail it forwards. */
      named: NamedAddress[];
      subject: string;
      date: string | null;
      /** List-Id (RFC 2919), of an ordinary mail. */
      listId?: string | null;
      text: string;
      attachments: Attachment[];
      /** How it was read, part by part. */
      parts: ListOfParts;
      encryption: "none" | "encrypted";
      signature: "no" | "cannot check" | "bad" | "good";
      /** The one summary; it names keys, so it is stored sealed. */
      crypto: CryptoSummary;
      /** The text in the pieces that are shown apart; none where it is one piece. */
      segments: Segment[];
      /** Raw marks of the ciphertexts and who sent them, to be hashed with the vault's key and never stored. */
      ciphertexts: { hashes: string[]; sender: string };
      /** Words for the message's marks. */
      marks: string[];
      language: string | null;
      offeredKeys: OfferedKey[];
      /** Revocations that came without their keys. */
      revocations: LoneRevocation[];
      report: ReportReading | null;
      /** Message-IDs that a bounce gives back: which mail of ours may have come back. */
      bounceOf: string[];
      searchTexts: WeightedText[];
      /** What looks encrypted, or like a key, and could not be read: its sender counts as somebody who encrypts. */
      notRead: NotRead[];
      warnings: string[];
    };
