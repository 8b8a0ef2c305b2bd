import { otherFormOf } from "./clean-address.ts";
import { withoutMarksOfScript } from "./invisible.ts";
import type { Mail } from "./mail.ts";
import { headerValues } from "./read-headers.ts";

/**
 * Whether a mail names exactly one sender, so that nobody can take another one for it: one From header with one address,
 * no second address in the name, and nothing invisible but what belongs to the script of the name.
 */
export function isOneSender(mail: Mail): boolean {
  const values = headerValues(mail.headers, "from");
  const [from] = mail.from;
  if (!from || values.length !== 1 || mail.from.length !== 1) return false;
  return [values[0] ?? "", from.name].every((text) => !namesAnother(text, from.address));
}

function namesAnother(text: string, address: string): boolean {
  const forms = [address, otherFormOf(address) ?? address];
  const named = forms.reduce((left, form) => left.replaceAll(form.toLowerCase(), ""), text.toLowerCase());
  const rest = withoutMarksOfScript(named);
  return /[@\uff20\ufe6b]|=40|<[^>]+>|<[^<]*<|(?!\t)\p{Cc}|\p{Cf}/u.test(rest);
}
