import { newTitles } from "../whisperback/new-titles.ts";
import { oldHeadings } from "../whisperback/old-headings.ts";

const longestText = 200_000;
const longestLine = 2_000;
const enough = 1_000;

/**
 * The lines that a person wrote by themselves, each once, without what programs and others wrote: quoted text,
 * signature, logs, commands, headings, error messages in quotation marks, addresses, file names, product names.
 * Ends after some 1000 characters, which tell a language; the time is bounded for any text.
 */
export function ownWords(text: string): string[] {
  const said = withoutSpeech(ownLines(text.slice(0, longestText)).join("\n"));
  return said.slice(0, enough).split("\n").map(plainWords).filter(hasLetters);
}

function ownLines(text: string): string[] {
  const lines = new Set<string>();
  let length = 0;
  let above = "";
  let inArmor = false;
  for (const received of linesOf(text)) {
    const line = received.trim();
    if (/^-{3,5}BEGIN PGP (?!SIGNED)/.test(line)) inArmor = true;
    if (isEndOfOwnWords(line, above, lines.size > 0)) break;
    if (isSecondHalfOfReplyHeader(line, above)) lines.delete(above);
    if (!inArmor && !lines.has(line) && isOwn(line)) {
      lines.add(line);
      length += line.length;
    }
    if (/^-{3,5}END PGP /.test(line)) inArmor = false;
    if (length > enough) break;
    above = line;
  }
  return [...lines];
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    yield text.slice(start, Math.min(end, start + longestLine));
    start = end + 1;
  }
}

/** The sections of a report, the signature, and the mail that stands below an answer without marks. */
function isEndOfOwnWords(line: string, above: string, something: boolean): boolean {
  if (/^={5,7} (?:content of|output of|listing of) /.test(line)) return true;
  if (!something) return false;
  return (
    /^(?:--|_{10,})$/.test(line) || originalBelow.test(line) || (mailHeader.test(above) && sentAt.test(line))
  );
}

const originalBelow =
  /^(?:-{3,}|_{5,})\s*(?:Original|Forwarded|Ursprüngliche|Weitergeleitete|Message|Mensaje|Messaggio|Mensagem|Исходное|Пересылаемое|پیام|الرسالة|原始|转发|轉寄)/iu;

const replyHeader =
  /(?:\bwrote|\ba écrit|\bschrieb(?: [^:]{1,100})?|\bschreef(?: [^:]{1,100})?|\bescribió|\bha scritto|\bescreveu|napisał\(?a?\)?|пишет|писала?|написала?|написал\(а\)|писал\(а\)|نوشت|نوشته است|كتب(?: [^:]{1,100})?|写道|寫道)\s*[:：]$/iu;

const isReplyHeader = (line: string) => replyHeader.test(line);

/** “On 3 November 2026 at 10:00, Help desk” and, below it, “<support@example.org> wrote:”. */
function isSecondHalfOfReplyHeader(line: string, above: string): boolean {
  return isReplyHeader(line) && !/\d{4}/.test(line) && /\d{4}.*\d[:.h]\d\d/.test(above);
}

function isOwn(line: string): boolean {
  return (
    line !== "" &&
    !/^[>|]/.test(line) &&
    !headings.has(line.normalize("NFC")) &&
    !isReplyHeader(line) &&
    !mailHeader.test(line) &&
    !sentWith.test(line) &&
    !command.test(line) &&
    !log.test(line) &&
    hasWords(line)
  );
}

const headings = new Set(
  [
    ...newTitles.map(({ title }) => title),
    ...oldHeadings.flatMap(({ software, steps, actual, desired }) => [
      ...software,
      ...steps,
      ...actual,
      ...desired,
    ]),
  ].map((heading) => heading.normalize("NFC")),
);

const mailHeader =
  /^(?:From|To|Cc|Sent|Date|Subject|Hash|Reply-To|Tails-Version|OpenPGP-Key|Bug-specific \w+|Von|Gesendet|Betreff|Datum|De|À|Envoyé|Objet|Para|Enviado(?: el| em)?|Asunto|Fecha|Da|Inviato|Oggetto|Data|Assunto|От|Кому|Отправлено|Тема|Дата|发件人|收件人|主题|发送时间|日期) ?[:：]/iu;

const sentAt =
  /^(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el| em)?|Fecha|Inviato|Data|Отправлено|Дата|发送时间|日期) ?[:：].*\d{4}/iu;

/** Mail programs sign in a language of their own. */
const sentWith =
  /^(?:Sent (?:from|with|via|using)|Get Outlook|Envoyé (?:de|depuis|avec|à partir)|Gesendet (?:mit|von)|Von meinem|Diese Nachricht wurde|Enviado (?:desde|con|do|com|de)|Inviato (?:da|con)|Отправлено (?:из|с)|أرسلت من|ارسال شده|发自我的|從我的)/iu;

const command =
  /^(?:\$ |>>> |\w+@[\w.-]+[:~ ].*[$#] ?|(?:# ?)?(?:sudo|apt(?:-get)?|dmesg|lspci|lsusb|lsblk|journalctl|dd|mount|ls|cd|cat|gpg|cryptsetup|fsck\S*|e2fsck|tails-\S+|nmcli|systemctl|chmod|cp|mv|rm|grep|python3?)(?: +\w+)? +\S*[-/.|=])/u;

const log =
  /^(?:\[ *\d+\.\d+\]|\d{4}-\d\d-\d\d[T ]\d\d:|[\p{L}.]{3,9} +\d{1,2} \d\d:\d\d:\d\d |\d\d:\d\d:\d\d[ .,]|\S{1,60}\[\d+\]: |(?:kernel|systemd|gdm\S*|tor|dbus-daemon|NetworkManager|sudo|mount|cryptsetup|e2fsck|fsck\S*|dpkg|tps\S*|tails-\S+): |Traceback \(most|File ".*", line \d|[\w.]+(?:Error|Exception): |\W{0,2}(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|CRITICAL|NOTICE|[EWN])\W?[: ] ?|\S+ (?:amnesia|localhost) \S+: )/u;

/** Rows of signs and numbers are nobody's words. */
function hasWords(line: string): boolean {
  const signs = line.replace(/\s+/g, "").length;
  return lettersIn(line) > signs * 0.4;
}

const speech = /["“”„«]([^"“”„«»]{12,400})["“”»]|`[^`\n]{3,400}`/g;

/** Without what stands in quotation marks, mostly a message of the computer in its language; unless all stands there. */
function withoutSpeech(text: string): string {
  const rest = text.replace(speech, " ");
  return lettersIn(rest) >= 12 ? rest : text;
}

function plainWords(line: string): string {
  const words = line
    .replace(/[!-~]*[@\\_=<>{}|~\d][!-~]*/g, " ")
    .split(/\s+/)
    .filter((word) => !/[:/].*[:/]|^\/|^-|[a-z]\.[a-z]/i.test(word))
    .join(" ");
  const without = words.replace(productNames, " ");
  return (hasLetters(without) ? without : words).replace(/\s+/g, " ").trim();
}

const productNames =
  /(?<![a-z])(?:Tor Browser|Tor Connection|Persistent(?: Storage| Folder)?|Unsafe Browser|Welcome Screen|Secure Boot|Fast Boot|Troubleshooting Mode|Tails Cloner|Tails Installer|Additional Software|Tails|WhisperBack|Thunderbird|KeePassXC|Kleopatra|Electrum|OnionShare|LibreOffice|GIMP|Inkscape|Audacity|Pidgin|balenaEtcher|Rufus|Ventoy|Windows|Linux|Debian|Ubuntu|macOS|Mac|MacBook|Tor|Wi-?Fi|Bluetooth|USB|BIOS|UEFI|VPN|GDM|NVIDIA|Intel|AMD|Realtek|Broadcom|Lenovo|ThinkPad|Dell|HP|Asus|Acer|Brother|Epson|Canon|Not connected|No bootable device|Error starting GDM with your graphics card|graphics card)(?![a-z])/giu;

const lettersIn = (text: string) => countInRuns(text, /\p{L}+/gu);
const hasLetters = (text: string) => /\p{L}/u.test(text);

/** How many letters stand in runs of them: one match for each letter would cost five times as much. */
export function countInRuns(text: string, runs: RegExp): number {
  return text.match(runs)?.reduce((sum, run) => sum + run.length, 0) ?? 0;
}
