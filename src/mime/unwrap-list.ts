import type { Mail } from "./mail.ts";
import { parseMail } from "./parse-mail.ts";

/**
 * The mail inside a mail from a Schleuder list. The list puts its own headers, closed by 78 dashes, in front, and the
 * mail itself into a wrapper part. What the list says about signatures ("Sig:") is its word and proves nothing here.
 */
export async function unwrapList(mail: Mail): Promise<Mail> {
  const [head = "", ...rest] = mail.text.split(/^-{78}$/m);
  if (rest.length === 0 || !/^(From|To|Cc|Date|Sig|Enc): /.test(head) || !/^Enc: /m.test(head)) return mail;
  const wrapped = mail.attachments.find(({ contentType }) => contentType === "message/rfc822");
  const original = wrapped && (await parseMail(wrapped.bytes));
  if (original?.ok) return original.mail;
  return { ...mail, text: rest.join("-".repeat(78)).replace(/^\s+/, "") };
}
