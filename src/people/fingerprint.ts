/** A fingerprint as people read it out: four digits at a time. */
export function inGroups(fingerprint: string): string {
  return fingerprint.match(/.{1,4}/g)?.join(" ") ?? "";
}

/**
 * Compares a fingerprint that somebody typed or pasted with that of a key: null when it is the same, else what is wrong,
 * to stand beside the field. A part of a fingerprint proves nothing: keys that share it are easily made.
 */
export function differenceOf(typed: string, fingerprint: string): string | null {
  const digits = typed
    .replace(/^\s*(openpgp4fpr:|0x)/i, "")
    .replace(/[\s:.\-\u2010-\u2015]/g, "")
    .toUpperCase();
  if (!/^[0-9A-F]+$/.test(digits))
    return "A fingerprint is made of the digits 0 to 9 and the letters A to F alone";
  if (digits.length !== fingerprint.length) {
    return `The fingerprint of this key has ${fingerprint.length} digits, and this has ${digits.length}: compare the whole of it, since keys that share a part are easily made`;
  }
  if (digits === fingerprint) return null;
  return "This is the fingerprint of another key. Do not use the key below: somebody may have put it in the place of the person's own";
}
