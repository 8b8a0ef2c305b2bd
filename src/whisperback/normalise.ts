/** Caps that hold before any rule runs (characters, not bytes). */
export const limits = {
  text: 64 * 1024 * 1024,
  line: 100_000,
  userText: 1_000_000,
  userLines: 50_000,
  sections: 1000,
  entries: 200,
};

/** The text with LF line ends, without NUL, well-formed and within the limits; what was changed is a warning. */
export function normalise(received: string, warnings: string[]): string {
  let text = received;
  if (text.length > limits.text) {
    warnings.push("The report is too long; its end was cut off.");
    text = text.slice(0, limits.text);
  }
  if (!text.isWellFormed() || text.includes("\uFFFD")) {
    warnings.push("Some characters could not be read.");
    text = text.toWellFormed();
  }
  if (text.startsWith("\uFEFF")) text = text.slice(1);
  if (text.includes("\r\n")) text = text.replaceAll("\r\n", "\n");
  if (text.includes("\0")) text = text.replaceAll("\0", "");

  return cutLongLines(text, warnings);
}

function cutLongLines(text: string, warnings: string[]): string {
  const parts: string[] = [];
  let copied = 0;
  let lineStart = 0;

  while (lineStart + limits.line < text.length) {
    const lastNewline = text.lastIndexOf("\n", lineStart + limits.line);
    if (lastNewline >= lineStart) {
      lineStart = lastNewline + 1;
      continue;
    }
    parts.push(text.slice(copied, lineStart + limits.line));
    const end = text.indexOf("\n", lineStart);
    copied = end === -1 ? text.length : end;
    lineStart = copied + 1;
  }
  if (parts.length === 0) return text;

  warnings.push("Very long lines were cut.");
  parts.push(text.slice(copied));
  return parts.join("").toWellFormed();
}
