/**
 * The text without what identifies a person, a computer or a stick: UUIDs, FSUUID, MAC and IP addresses, SSIDs,
 * bridges, onion addresses, e-mail addresses, serial numbers, links. Same words as the sanitiser of WhisperBack.
 */
export function redact(text: string): string {
  let redacted = text;
  for (const [pattern, replacement] of rules) redacted = redacted.replace(pattern, replacement);
  return redacted;
}

// Every repetition is bounded or delimited by a character it cannot hold, so each rule is linear.
const rules: readonly (readonly [RegExp, string])[] = [
  [/\b(DMI:)[ \t][^\n]*/g, "$1[DMI REMOVED]"],
  [
    /\b(serial ?(?:number|no|#)[:=]|iSerial[ \t]{1,40}\d{1,6})[ \t]*(?!\[SN REMOVED\])[^\s][^\n]*/gi,
    "$1 [SN REMOVED]",
  ],
  [/\b(https?:\/\/)(?!\[URL REMOVED\])[^\s"'<>]+/gi, "$1[URL REMOVED]"],
  [/(system-connections\/)[^/\n"']{1,200}?(\.nmconnection|(?=["'\n]|$))/g, "$1[ESSID REMOVED]$2"],
  [
    /(\bSSID[=:]? ?|\bconnection |\baccess point |\bnetwork |'ssid' value |\bname=|\bset )(['"])(?!\[ESSID REMOVED\])[^'"\n]{1,256}\2/gi,
    "$1$2[ESSID REMOVED]$2",
  ],
  [/^([ \t]*ssid=)(?!['"[])[^\n]{1,256}$/gim, "$1[ESSID REMOVED]"],
  [/\b(FSUUID=)[^\s"',[]+/gi, "$1[UUID REMOVED]"],
  [/("(?:pt|part)?uuid"[ \t]{0,8}:[ \t]{0,8}")[^"\n]{1,100}"/gi, '$1[UUID REMOVED]"'],
  [/\b((?:PART)?UUID[=:][ \t]?)(?!\[UUID REMOVED\])["']?[0-9a-f][0-9a-f-]{3,80}["']?/gi, "$1[UUID REMOVED]"],
  [/(by-(?:part)?uuid\/)[^\s"',:[]{1,100}/gi, "$1[UUID REMOVED]"],
  [/(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])/gi, "[UUID REMOVED]"],
  [/(?<![0-9a-f])(?:LUKS\d?-)?[0-9a-f]{32}(?=-TailsData_unlocked)/gi, "[UUID REMOVED]"],
  [/\b(cert=)[A-Za-z0-9+/=]{4,200}/g, "$1[BRIDGE REMOVED]"],
  [/(?<!COMMIT="|[0-9A-Fa-f])[0-9A-Fa-f]{40}(?![0-9A-Fa-f])/g, "[BRIDGE REMOVED]"],
  [/\b[a-z2-7]{16}(?:[a-z2-7]{40})?\.onion\b/gi, "[ONION REMOVED]"],
  [
    /(?<![^\s<>()"',;:[\]=/])[^\s@<>()"',;:[\]=/]{1,64}@(?:[^\s@<>()"',;:[\]=/.]{1,63}\.){1,8}(?!(?:service|socket|target|timer|mount|automount|slice|scope|device|path|swap)\b)[\p{L}\d-]{2,63}/giu,
    "[ADDRESS REMOVED]",
  ],
  [/(?<![0-9a-f:])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-f:])/gi, "[MAC REMOVED]"],
  [/(?<![\w.])(?!127\.|0\.0\.0\.0)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?!\.?\w)/g, "[IPV4 REMOVED]"],
  [/(?<![\w:.])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])/gi, "[IPV6 REMOVED]"],
  [
    /(?<![\w:.])[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?(?![\w:])/gi,
    "[IPV6 REMOVED]",
  ],
];
