/**
 * A bare mail address with its domain in small letters, or null. Quoted local parts are refused, and so are encoded
 * words: decoding them would make addresses that nobody wrote (RFC 2047 §5).
 */
export function cleanAddress(text: string): string | null {
  if (text.length > 320 || text.includes("=?")) return null;
  if (!/^[^\s\p{Cc}\p{Cf}<>()\\,;:"@[\]]+@[^\s\p{Cc}\p{Cf}<>()\\,;"@]+$/u.test(text)) return null;
  const at = text.lastIndexOf("@");
  return text.slice(0, at) + text.slice(at).toLowerCase();
}
