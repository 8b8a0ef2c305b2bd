/** The domain is in small letters; the address is never "". */
export type Address = { name: string; address: string };

/** The name in small letters, the value unfolded but not decoded; in the order received, NUL removed. */
export type Header = { name: string; value: string };

/** The filename is safe to write and to show: no path, no control or direction characters, never "". */
export type Attachment = { filename: string; contentType: string; bytes: Uint8Array };

/** One mail as a person reads it. Message-IDs keep their angle brackets. */
export type Mail = {
  headers: Header[];
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  from: Address[];
  to: Address[];
  cc: Address[];
  replyTo: Address[];
  subject: string;
  /** Null when absent or unreadable. */
  date: Date | null;
  /** HTML alone becomes text. */
  text: string;
  /** Every part that is not text to read, the parts of PGP/MIME too. */
  attachments: Attachment[];
  /** For staff, for example "two From headers". */
  warnings: string[];
};
