/** Text from outside as one line: control characters become a space, characters that turn the direction go. */
export function cleanLine(text: string, longest: number): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .slice(0, longest)
    .toWellFormed()
    .trim();
}
