import type { Key } from "openpgp";

/** Takes off what other people certified on the key: it is large, it names people, and nothing here needs it. */
export function withoutForeignCertifications<K extends Key>(key: K): K {
  for (const user of key.users) user.otherCertifications = [];
  return key;
}
