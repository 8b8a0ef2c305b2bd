/** Text as one line that is safe to show as a title: no control, bidi or other invisible format characters. */
export function cleanLine(text: string, longest = 1000): string {
  const line = text
    .slice(0, longest * 4)
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]/g, " ")
    .replace(hidden, "")
    .trim();
  return line.slice(0, longest).toWellFormed();
}

// U+200C and U+200D stay: Persian and many Indian languages are not readable without them.
const hidden =
  /\p{Cc}|[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
