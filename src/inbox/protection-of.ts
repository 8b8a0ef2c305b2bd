import type { Mail } from "../mime/mail.ts";
import type { MailReading } from "./mail-reading.ts";
import type { Opened } from "./open-mail.ts";

type Protection = Pick<Extract<MailReading, { ok: true }>, "crypto" | "segments" | "ciphertexts" | "marks">;

/** What every reading says of its cryptography, beside the two words that are stored open. */
export function protectionOf(outer: Mail, { crypto, segments, sessionHashes, marks }: Opened): Protection {
  return {
    crypto,
    segments: segments.length > 1 || segments[0]?.attached ? segments : [],
    ciphertexts: { hashes: sessionHashes, sender: outer.from[0]?.address ?? "" },
    marks,
  };
}
