/**
 * Whether a text names a key of who wrote it: by its address of its own kind anywhere, in a card, or below the line that
 * begins a signature, by its fingerprint or a link to where keys lie. Fingerprints elsewhere are of anything: programs
 * print those of what they install. One character for each byte.
 */
export function keysNamedIn(text: string): boolean {
  if (/openpgp4fpr:[0-9a-f]{16}/i.test(text)) return true;
  if (/^BEGIN:VCARD\b/i.test(text)) return /^(?:[\w-]{1,20}\.)?KEY[;:]/im.test(text);
  const signature = belowDashes(text);
  return (
    signature !== "" &&
    (link.test(signature) || (fingerprint.test(signature) && !/^pub |^gpg: /m.test(signature)))
  );
}

const longest = 2000;
const link =
  /https?:\/\/\S{1,200}(?:\/\.well-known\/openpgpkey\/|\/pks\/lookup\?|\/vks\/v1\/by-|keys\.openpgp\.org\/search\?q=)/i;
/** 40 digits of version 4, 64 of version 6; in groups of four, or behind a word that says what they are. */
const fingerprint =
  /(?<![0-9A-F])(?:[0-9A-F]{4}[ \u00a0\u00c2]{1,3}){9}[0-9A-F]{4}(?![0-9A-F])|(?<![0-9A-F])(?:[0-9A-F]{4}[ \u00a0\u00c2]{1,3}){15}[0-9A-F]{4}(?![0-9A-F])|(?:pgp|gpg|0x)[^\n]{0,60}?(?<![0-9A-F])(?:[0-9A-F]{24})?[0-9A-F]{16}(?:[0-9A-F]{24})?(?![0-9A-F])/i;

/** The signature of a mail, as mail programs part it (RFC 3676 §4.3), unless it is quoted; "" without one. */
function belowDashes(text: string): string {
  const at = /(?:^|\n)-- ?\r?\n/.exec(text);
  return at ? text.slice(at.index, at.index + longest) : "";
}
