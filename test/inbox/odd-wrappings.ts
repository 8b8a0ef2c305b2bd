import { deflateSync } from "node:zlib";
import { dearmor } from "#src/openpgp/dearmor.ts";
import {
  attachedMail,
  base64,
  control,
  file,
  html,
  linesOf,
  mixed,
  multipart,
  type Part,
  pgpMime,
  plain,
  prefixed,
  render,
} from "./mail-parts.ts";
import type { Ciphertexts, Wrapping } from "./wrappings.ts";

const encoded = (part: Part, bytes: Uint8Array | string): Part => ({
  ...part,
  body: base64(bytes),
  headers: [...(part.headers ?? []), "Content-Transfer-Encoding: base64"],
});
const packets = (armored: string, kind = "MESSAGE") => Buffer.from(dearmor(armored, kind) ?? []);
const keyOf = ({ key }: Ciphertexts) => packets(key, "PUBLIC KEY BLOCK");
const inText = (change: (text: string) => string) => (ciphertexts: Ciphertexts) =>
  plain(change(ciphertexts.text));
const inFile =
  (name: string, change: (text: string) => string, type?: string) => (ciphertexts: Ciphertexts) =>
    mixed(plain("See the file."), file(name, change(ciphertexts.text), type));
const inHtml = (change: (text: string) => string) => (ciphertexts: Ciphertexts) =>
  html(change(ciphertexts.text));
const dashes = (text: string, dash: string) => text.replaceAll("-----", dash);
const data = (text: string) => linesOf(text).filter((line) => /^[A-Za-z0-9+/]{20,}={0,2}$/.test(line));
const linesBetween = (before: string, text: string, after: string) =>
  linesOf(text)
    .map((line) => before + line + after)
    .join("");
const softBreaks = (text: string) =>
  linesOf(text)
    .map((line) => line.replaceAll("=", "=3D"))
    .map((line) => (line.length > 40 ? `${line.slice(0, 40)}=\r\n${line.slice(40)}` : line))
    .join("\r\n");
const uuencoded = (name: string, bytes: Buffer) => {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 45) {
    const piece = bytes.subarray(at, at + 45);
    const letter = (bits: number) => String.fromCharCode(bits === 0 ? 0x60 : bits + 0x20);
    let line = letter(piece.length);
    for (let from = 0; from < piece.length; from += 3) {
      const three = Buffer.concat([piece.subarray(from, from + 3), Buffer.alloc(2)]).readUIntBE(0, 3);
      for (const shift of [18, 12, 6, 0]) line += letter((three >> shift) & 63);
    }
    lines.push(line);
  }
  return [`begin 644 ${name}`, ...lines, "`", "end", ""].join("\r\n");
};
/** One file in a winmail.dat (MS-OXTNEF §2.1.3): beginning, name, data. */
const tnef = (name: string, bytes: Buffer) => {
  const attribute = (level: number, id: number, value: Buffer) => {
    const head = Buffer.alloc(9);
    head.writeUInt8(level);
    head.writeUInt32LE(id, 1);
    head.writeUInt32LE(value.length, 5);
    const sum = Buffer.alloc(2);
    sum.writeUInt16LE(value.reduce((total, byte) => (total + byte) & 0xffff, 0));
    return Buffer.concat([head, value, sum]);
  };
  return Buffer.concat([
    Buffer.from("789f3e220100", "hex"),
    attribute(2, 0x00069002, Buffer.alloc(14)),
    attribute(2, 0x00018010, Buffer.from(`${name}\0`)),
    attribute(2, 0x0006800f, bytes),
  ]);
};
/** One stored file in an archive (APPNOTE 4.3); its sums are left out, which nothing here looks at. */
const zip = (name: string, bytes: Buffer) => {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50);
  local.writeUInt32LE(bytes.length, 18);
  local.writeUInt32LE(bytes.length, 22);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50);
  entry.writeUInt32LE(bytes.length, 20);
  entry.writeUInt32LE(bytes.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length + bytes.length, 16);
  return Buffer.concat([local, Buffer.from(name), bytes, entry, Buffer.from(name), end]);
};
/** CMS EnvelopedData for nobody (RFC 5652 §6); what stands behind its head is anything. */
const enveloped = Buffer.concat([
  Buffer.from("3082014a06092a864886f70d010703a082013b30820137020100", "hex"),
  Buffer.from(Array.from({ length: 309 }, (_, at) => (at * 73 + 19) % 251)),
]);
const der = (tag: number, ...inside: Buffer[]): Buffer => {
  const content = Buffer.concat(inside);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  return Buffer.concat([Buffer.of(tag, 0x82), length, content]);
};
const identifier = (hex: string) => Buffer.from(`060b2a864886f70d010910${hex}`, "hex");
/** CMS CompressedData (RFC 3274). */
const compressed = (text: string) =>
  der(
    0x30,
    identifier("0109"),
    der(
      0xa0,
      der(
        0x30,
        Buffer.of(2, 1, 0),
        der(0x30, identifier("0308")),
        der(0x30, Buffer.from("06092a864886f70d010701", "hex"), der(0xa0, der(4, deflateSync(text)))),
      ),
    ),
  );
const pem = (kind: string, bytes: Buffer) =>
  `-----BEGIN ${kind}-----\r\n${base64(bytes)}\r\n-----END ${kind}-----\r\n`;
const folded = (name: string, value: string) => `${name}:${value}`.replace(/.{74}/g, "$&\r\n ");
const calendar = (...lines: string[]) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "BEGIN:VEVENT",
    "SUMMARY:Talk",
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
const card = (...lines: string[]) =>
  ["BEGIN:VCARD", "VERSION:4.0", "FN:Mia", ...lines, "END:VCARD", ""].join("\r\n");

/** Forms that people, relays and hostile senders could make of what is encrypted, or of a key, beyond those that were seen. */
export const oddWrappings: Wrapping[] = [
  // How the armour stands in a text.
  { name: "each line behind “> | ”", expected: "opened", make: inText((text) => prefixed("> | ", text)) },
  {
    name: "each line behind a number",
    expected: "said",
    make: inText((text) =>
      linesOf(text)
        .map((line, at) => `${at + 1}: ${line}`)
        .join("\r\n"),
    ),
  },
  {
    name: "each line behind a time and a name, as a chat has it",
    expected: "said",
    make: inText((text) =>
      linesOf(text)
        .map((line) => `[12:03] <mia> ${line}`)
        .join("\r\n"),
    ),
  },
  {
    name: "each line behind initials, as old programs quote",
    expected: "said",
    make: inText((text) => prefixed("MF> ", text)),
  },
  { name: "each line behind “// ”", expected: "said", make: inText((text) => prefixed("// ", text)) },
  {
    name: "every second line empty",
    expected: "opened",
    make: inText((text) => linesOf(text).join("\r\n\r\n")),
  },
  {
    name: "lines of 40 letters",
    expected: "opened",
    make: inText((text) => text.replace(/([A-Za-z0-9+/]{40})/g, "$1\r\n")),
  },
  { name: "dashes of a word processor", expected: "opened", make: inText((text) => dashes(text, "—–-")) },
  { name: "one em dash each", expected: "opened", make: inText((text) => dashes(text, "—")) },
  { name: "full-width dashes", expected: "said", make: inText((text) => dashes(text, "－－－－－")) },
  { name: "box-drawing lines for dashes", expected: "said", make: inText((text) => dashes(text, "─────")) },
  { name: "underscores for dashes", expected: "said", make: inText((text) => dashes(text, "_____")) },
  { name: "no dashes at all", expected: "said", make: inText((text) => dashes(text, "")) },
  {
    name: "spaces between dashes and words",
    expected: "said",
    make: inText((text) => text.replace(/-----(BEGIN|END) (PGP MESSAGE)-----/g, "----- $1 $2 -----")),
  },
  {
    name: "dashes escaped as in a signed text",
    expected: "opened",
    make: inText((text) => text.replace(/^-/gm, "- -")),
  },
  {
    name: "a head in small letters",
    expected: "said",
    make: inText((text) => text.replace(/-----.*-----/g, (line) => line.toLowerCase())),
  },
  {
    name: "a head in capitals and small letters",
    expected: "said",
    make: inText((text) => text.replaceAll("BEGIN PGP MESSAGE", "Begin Pgp Message")),
  },
  { name: "no END", expected: "said", make: inText((text) => text.replace(/-----END.*/s, "")) },
  { name: "no BEGIN", expected: "said", make: inText((text) => text.replace(/-----BEGIN[^\n]*\n/, "")) },
  { name: "neither BEGIN nor END", expected: "said", make: inText((text) => data(text).join("\r\n")) },
  {
    name: "a Version header and no empty line",
    expected: "opened",
    make: inText((text) =>
      text.replace(/(-----BEGIN PGP MESSAGE-----\r?\n)(?:[\w-]+: [^\n]*\n)*\r?\n/, "$1Version: GnuPG v2\r\n"),
    ),
  },
  { name: "no line breaks and no spaces", expected: "said", make: inText((text) => linesOf(text).join("")) },
  { name: "behind words on its first line", expected: "said", make: inText((text) => `My message: ${text}`) },
  {
    name: "zero-width spaces in the head",
    expected: "said",
    make: inText((text) => text.replace("BEGIN PGP", "BEGIN\u200b \u200bPGP")),
  },
  {
    name: "zero-width spaces in every line",
    expected: "opened",
    make: inText((text) => text.replace(/^([A-Za-z0-9+/]{20})/gm, "$1\u200b")),
  },
  {
    name: "soft hyphens in every line",
    expected: "opened",
    make: inText((text) => text.replace(/^([A-Za-z0-9+/]{20})/gm, "$1\u00ad")),
  },
  {
    name: "marks of direction around every line",
    expected: "opened",
    make: inText((text) =>
      linesOf(text)
        .map((line) => `\u202a${line}\u202c`)
        .join("\r\n"),
    ),
  },
  {
    name: "hard spaces of other kinds in the head",
    expected: "said",
    make: inText((text) => text.replaceAll("BEGIN PGP MESSAGE", "BEGIN\u202fPGP\u2003MESSAGE")),
  },
  {
    name: "words of HTML in a plain text",
    expected: "said",
    make: inText((text) =>
      linesOf(text)
        .map((line) => `${line.replaceAll(" ", "&nbsp;")}<br>`)
        .join("\r\n"),
    ),
  },
  {
    name: "MESSAGE, PART 1/2 alone",
    expected: "said",
    make: inText((text) => text.replaceAll("PGP MESSAGE", "PGP MESSAGE, PART 1/2")),
  },
  {
    name: "an ARMORED FILE of old programs",
    expected: "said",
    make: inText((text) => text.replaceAll("PGP MESSAGE", "PGP ARMORED FILE")),
  },
  { name: "a code block of Markdown", expected: "opened", make: inText((text) => `\`\`\`\r\n${text}\`\`\``) },
  {
    name: "Cyrillic letters that look the same in the head",
    expected: "said",
    make: inText((text) => text.replaceAll("MESSAGE", "МЕSSАGЕ")),
  },
  {
    name: "inside a clear-signed text",
    expected: "said",
    make: inText(
      (text) =>
        `-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n${text.replace(/^-/gm, "- -")}\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nwsB=\r\n-----END PGP SIGNATURE-----\r\n`,
    ),
  },
  { name: "protected by a password, inline", expected: "said", make: ({ password }) => plain(password) },
  { name: "protected by a password, PGP/MIME", expected: "said", make: ({ password }) => pgpMime(password) },
  // How the text was encoded.
  {
    name: "soft line breaks that nothing announces",
    expected: "said",
    make: ({ text }) => ({ ...plain(softBreaks(text)), headers: ["Content-Transfer-Encoding: 7bit"] }),
  },
  {
    name: "base64 that nothing announces",
    expected: "said",
    make: ({ text }) => ({ ...plain(base64(text)), headers: ["Content-Transfer-Encoding: 8bit"] }),
  },
  { name: "base64 twice", expected: "said", make: ({ text }) => encoded(plain(""), base64(text)) },
  {
    name: "UTF-16 with its name",
    expected: "opened",
    make: ({ text }) => encoded(plain("", "text/plain; charset=utf-16le"), Buffer.from(text, "utf16le")),
  },
  {
    name: "UTF-16 without its name",
    expected: "said",
    make: ({ text }) => encoded(plain("", "text/plain"), Buffer.from(text, "utf16le")),
  },
  {
    name: "UTF-16 in a file without a mark",
    expected: "said",
    make: ({ text }) =>
      mixed(
        plain("See the file."),
        encoded(file("letter.txt", "", "text/plain; charset=utf-16le"), Buffer.from(text, "utf16le")),
      ),
  },
  {
    name: "UTF-7",
    expected: "said",
    make: ({ text }) =>
      plain(text.replaceAll("+", "+-").replaceAll("=", "+AD0-"), "text/plain; charset=utf-7"),
  },
  {
    name: "the packets themselves as a text",
    expected: "said",
    make: ({ text }) => encoded(plain("", "text/plain"), packets(text)),
  },
  { name: "a text of a type of its own", expected: "opened", make: ({ text }) => plain(text, "text/x-pgp") },
  {
    name: "application/pgp of old programs",
    expected: "opened",
    make: ({ text }) => plain(text, "application/pgp; format=text; x-action=encrypt"),
  },
  // Pages.
  {
    name: "HTML, a table's cell each",
    expected: "opened",
    make: inHtml((text) => `<table>${linesBetween("<tr><td>", text, "</td></tr>")}</table>`),
  },
  {
    name: "HTML, a list's item each",
    expected: "said",
    make: inHtml((text) => `<ul>${linesBetween("<li>", text, "</li>")}</ul>`),
  },
  {
    name: "HTML, a numbered list's item each",
    expected: "said",
    make: inHtml((text) => `<ol>${linesBetween("<li>", text, "</li>")}</ol>`),
  },
  {
    name: "HTML, preformatted with breaks",
    expected: "opened",
    make: inHtml((text) => `<pre>${linesOf(text).join("<br>")}</pre>`),
  },
  {
    name: "HTML, every letter in an element",
    expected: "opened",
    make: inHtml((text) =>
      linesOf(text)
        .map((line) => `<div>${line.replace(/./g, "<span>$&</span>")}</div>`)
        .join(""),
    ),
  },
  {
    name: "HTML, breaks for words in every line",
    expected: "opened",
    make: inHtml((text) =>
      linesOf(text)
        .map((line) => line.replace(/^(.{30})/, "$1<wbr>"))
        .join("<br>"),
    ),
  },
  {
    name: "HTML, letters as numbers",
    expected: "opened",
    make: inHtml((text) =>
      linesOf(text)
        .map((line) => line.replace(/./g, (letter) => `&#${letter.charCodeAt(0)};`))
        .join("<br>"),
    ),
  },
  {
    name: "HTML, hidden",
    expected: "said",
    make: inHtml((text) => `<p>Hello</p><div style="display:none"><pre>${text}</pre></div>`),
  },
  { name: "HTML, in a comment", expected: "said", make: inHtml((text) => `<p>Hello</p><!-- ${text} -->`) },
  { name: "HTML, in an attribute", expected: "said", make: inHtml((text) => `<p title="${text}">Hello</p>`) },
  {
    name: "HTML, in the text of a picture",
    expected: "said",
    make: inHtml((text) => `<img alt="${text}" src="cid:1"><p>Hello</p>`),
  },
  {
    name: "HTML, in a field of a form",
    expected: "said",
    make: inHtml((text) => `<p>Hello</p><input type="hidden" value="${text}">`),
  },
  {
    name: "HTML, in a text field",
    expected: "said",
    make: inHtml((text) => `<p>Hello</p><textarea>${text}</textarea>`),
  },
  {
    name: "HTML, in a style sheet",
    expected: "said",
    make: inHtml((text) => `<style>/* ${text} */</style><p>Hello</p>`),
  },
  {
    name: "HTML, in a script",
    expected: "said",
    make: inHtml((text) => `<script>const text = \`${text}\`;</script><p>Hello</p>`),
  },
  {
    name: "HTML, as the address of a picture",
    expected: "opened",
    make: inHtml(
      (text) =>
        `<p>Hello</p><img src="data:application/octet-stream;base64,${base64(text).replaceAll("\r\n", "")}">`,
    ),
  },
  {
    name: "HTML, as the address of a link",
    expected: "said",
    make: inHtml(
      (text) =>
        `<p>Hello</p><a href="data:text/plain;base64,${base64(text).replaceAll("\r\n", "")}">open</a>`,
    ),
  },
  {
    name: "HTML, percent signs in the address of a link",
    expected: "said",
    make: inHtml(
      (text) =>
        `<p>Hello</p><a href="mailto:support@example.org?body=${encodeURIComponent(text)}">answer</a>`,
    ),
  },
  {
    name: "a page beside plain words that do not have it",
    expected: "said",
    make: ({ text }) =>
      multipart("multipart/alternative", "alternative-2", [
        plain("Hello, my stick does not start."),
        html(`<p>Hello, my stick does not start.</p><!-- ${text} -->`),
      ]),
  },
  // Parts.
  {
    name: "one armour over two parts",
    expected: "said",
    make: ({ text }) => mixed(plain(text.slice(0, 300)), plain(text.slice(300))),
  },
  {
    name: "one armour over two files",
    expected: "said",
    make: ({ text }) =>
      mixed(
        plain("See the files."),
        file("letter.asc.001", text.slice(0, 300)),
        file("letter.asc.002", text.slice(300)),
      ),
  },
  {
    name: "one ciphertext over two binary files",
    expected: "said",
    make: ({ text }) =>
      mixed(
        plain("See the files."),
        encoded(file("letter.001", ""), packets(text).subarray(0, 200)),
        encoded(file("letter.002", ""), packets(text).subarray(200)),
      ),
  },
  {
    name: "words in front of all parts",
    expected: "opened",
    make: ({ text }) => {
      const part = mixed(plain("Hello"));
      return { ...part, body: `${text}\r\n${part.body}` };
    },
  },
  {
    name: "words behind all parts",
    expected: "opened",
    make: ({ text }) => {
      const part = mixed(plain("Hello"));
      return { ...part, body: `${part.body}\r\n${text}` };
    },
  },
  {
    name: "multipart/encrypted without a boundary",
    expected: "said",
    make: ({ entity }) => ({
      type: 'multipart/encrypted; protocol="application/pgp-encrypted"',
      body: pgpMime(entity).body,
    }),
  },
  {
    name: "multipart/encrypted without its control part",
    expected: "opened",
    make: ({ entity }) =>
      multipart('multipart/encrypted; protocol="application/pgp-encrypted"', "pgp-2", [
        { type: "application/octet-stream", body: entity },
      ]),
  },
  {
    name: "multipart/encrypted with three parts",
    expected: "said",
    make: ({ entity }) =>
      multipart('multipart/encrypted; protocol="application/pgp-encrypted"', "pgp-3", [
        control,
        { type: "application/octet-stream", body: entity },
        plain("Footer"),
      ]),
  },
  {
    name: "multipart/encrypted that holds nothing that is one",
    expected: "said",
    make: () =>
      multipart('multipart/encrypted; protocol="application/pgp-encrypted"', "pgp-4", [
        control,
        { type: "application/octet-stream", body: "I am no ciphertext." },
      ]),
  },
  {
    name: "multipart/encrypted of S/MIME",
    expected: "said",
    make: () =>
      multipart('multipart/encrypted; protocol="application/pkcs7-mime"', "pgp-5", [
        { type: "application/pkcs7-mime", body: "x" },
        encoded({ type: "application/octet-stream", body: "" }, enveloped),
      ]),
  },
  {
    name: "forwarded as a mail in base64",
    expected: "opened",
    make: ({ entity }) =>
      mixed(
        plain("Look."),
        encoded({ type: "message/rfc822", body: "" }, attachedMail(pgpMime(entity)).body),
      ),
  },
  {
    name: "forwarded in a mailbox file",
    expected: "said",
    make: ({ entity }) =>
      mixed(
        plain("Look."),
        file(
          "mails.mbox",
          `From mia@example.org Tue Dec  1 08:00:00 2026\r\n${attachedMail(pgpMime(entity)).body}`,
          "application/mbox",
        ),
      ),
  },
  {
    name: "a digest",
    expected: "said",
    make: ({ entity }) => multipart("multipart/digest", "digest-1", [attachedMail(pgpMime(entity))]),
  },
  {
    name: "forwarded four times",
    expected: "said",
    make: ({ entity }) =>
      [1, 2, 3, 4].reduce<Part>(
        (part, at) => multipart("multipart/mixed", `deep-${at}`, [plain("Look."), attachedMail(part)]),
        pgpMime(entity),
      ),
  },
  {
    name: "a piece of a longer mail",
    expected: "said",
    make: ({ entity }) => ({
      type: 'message/partial; id="1@example.org"; number=1; total=2',
      body: render(pgpMime(entity), ["Subject: help"]).slice(0, 700),
    }),
  },
  // Files.
  {
    name: "S/MIME without a name",
    expected: "said",
    make: () => mixed(plain("Hello"), encoded({ type: "application/octet-stream", body: "" }, enveloped)),
  },
  {
    name: "S/MIME that is compressed",
    expected: "opened",
    make: ({ entity }) =>
      encoded(file("smime.p7z", "", "application/pkcs7-mime"), compressed(render(pgpMime(entity), []))),
  },
  {
    name: "S/MIME, a head in the text",
    expected: "said",
    make: () => plain(`Hello\r\n\r\n${pem("PKCS7", enveloped)}`),
  },
  {
    name: "S/MIME, a head of CMS in the text",
    expected: "said",
    make: () => plain(`Hello\r\n\r\n${pem("CMS", enveloped)}`),
  },
  {
    name: "S/MIME whose label was lost",
    expected: "said",
    make: () => plain(base64(Buffer.concat([enveloped, Buffer.alloc(400, 0xa7)]))),
  },
  {
    name: "S/MIME in an attached mail",
    expected: "said",
    make: () =>
      mixed(
        plain("Look."),
        attachedMail(
          encoded({ type: "application/pkcs7-mime; smime-type=enveloped-data", body: "" }, enveloped),
        ),
      ),
  },
  {
    name: "a file in an archive",
    expected: "said",
    make: ({ text }) =>
      mixed(
        plain("See the file."),
        encoded(file("letters.zip", "", "application/zip"), zip("letter.txt.gpg", packets(text))),
      ),
  },
  {
    name: "a file in winmail.dat",
    expected: "opened",
    make: ({ text }) =>
      mixed(
        plain("See the file."),
        encoded(file("winmail.dat", "", "application/ms-tnef"), tnef("letter.txt.gpg", packets(text))),
      ),
  },
  {
    name: "a file in uuencode",
    expected: "opened",
    make: ({ text }) => plain(`See below.\r\n\r\n${uuencoded("letter.txt.gpg", packets(text))}`),
  },
  {
    name: "a file in yEnc",
    expected: "said",
    make: ({ text }) =>
      plain(
        `See below.\r\n\r\n=ybegin line=128 size=400 name=letter.txt.gpg\r\n${packets(text)
          .toString("latin1")
          .replace(/[\0\r\n=]/g, "+")}\r\n=yend size=400\r\n`,
        "text/plain; charset=latin1",
      ),
  },
  {
    name: "rich text",
    expected: "said",
    make: inFile(
      "letter.rtf",
      (text) => `{\\rtf1\\ansi ${linesOf(text).join("\\par\r\n")}\\par}`,
      "application/rtf",
    ),
  },
  {
    name: "a calendar",
    expected: "said",
    make: inFile(
      "talk.ics",
      (text) => calendar(folded("DESCRIPTION", linesOf(text).join("\\n"))),
      "text/calendar",
    ),
  },
  {
    name: "a card",
    expected: "said",
    make: inFile("mia.vcf", (text) => card(folded("NOTE", linesOf(text).join("\\n"))), "text/vcard"),
  },
  {
    name: "a file of JSON",
    expected: "said",
    make: inFile("letter.json", (text) => JSON.stringify({ body: text }), "application/json"),
  },
  {
    name: "a file .txt with words around",
    expected: "said",
    make: inFile("letter.txt", (text) => `Dear desk,\r\n${text}\r\nMia`, "text/plain"),
  },
  {
    name: "a page as a file",
    expected: "said",
    make: inFile(
      "letter.html",
      (text) => `<html><body><div>${linesOf(text).join("<br>")}</div></body></html>`,
      "text/html",
    ),
  },
  {
    name: "a page as a file, in a comment",
    expected: "said",
    make: inFile(
      "letter.html",
      (text) => `<html><body><!-- ${text} --><div>Hello</div></body></html>`,
      "text/html",
    ),
  },
  {
    name: "a file in base64 that nothing announces",
    expected: "said",
    make: inFile("letter.b64", (text) => base64(text)),
  },
  {
    name: "packets in base64 that nothing announces",
    expected: "said",
    make: inFile("letter.gpg", (text) => base64(packets(text))),
  },
  {
    name: "packets behind a line of words",
    expected: "said",
    make: ({ text }) =>
      mixed(
        plain("Hello"),
        encoded(file("letter.gpg", ""), Buffer.concat([Buffer.from("\r\n"), packets(text)])),
      ),
  },
  {
    name: "a header field of its own",
    expected: "said",
    make: ({ text }) => ({
      ...plain("Hello"),
      headers: [
        `X-Message: ${linesOf(text)
          .filter((line) => line !== "")
          .join("\r\n ")}`,
      ],
    }),
  },
  {
    name: "a file's name that says encrypted",
    expected: "said",
    make: () => mixed(plain("See the file."), encoded(file("letter.pdf.gpg", ""), Buffer.alloc(300, 1))),
  },
  // Keys.
  {
    name: "a key, each line behind “> | ”",
    expected: "key",
    make: ({ key }) => plain(prefixed("> | ", key)),
  },
  {
    name: "a key in small letters",
    expected: "key",
    make: ({ key }) => plain(key.replace(/-----.*-----/g, (line) => line.toLowerCase())),
  },
  {
    name: "a key without its END",
    expected: "said",
    make: ({ key }) => plain(`Hello\r\n${key.replace(/-----END.*/s, "")}`),
  },
  {
    name: "a key without its BEGIN",
    expected: "said",
    make: ({ key }) => plain(key.replace(/-----BEGIN[^\n]*\n/, "")),
  },
  {
    name: "a key in a card",
    expected: "said",
    make: ({ key }) =>
      mixed(
        plain("My card."),
        file(
          "mia.vcf",
          card(
            folded(
              "KEY",
              `data:application/pgp-keys;base64,${packets(key, "PUBLIC KEY BLOCK").toString("base64")}`,
            ),
          ),
          "text/vcard",
        ),
      ),
  },
  {
    name: "a key in an old card",
    expected: "said",
    make: ({ key }) =>
      mixed(
        plain("My card."),
        file(
          "mia.vcf",
          card(folded("KEY;TYPE=PGP;ENCODING=BASE64", packets(key, "PUBLIC KEY BLOCK").toString("base64"))),
          "text/x-vcard",
        ),
      ),
  },
  {
    name: "a key's address in a card",
    expected: "said",
    make: () =>
      mixed(plain("My card."), file("mia.vcf", card("KEY:https://mia.example.org/key.asc"), "text/vcard")),
  },
  {
    name: "a key in HTML, a cell each",
    expected: "key",
    make: ({ key }) =>
      html(
        `<table>${linesOf(key)
          .map((line) => `<tr><td>${line}</td></tr>`)
          .join("")}</table>`,
      ),
  },
  {
    name: "a key in a comment of HTML",
    expected: "said",
    make: ({ key }) => html(`<p>Hello</p><!-- ${key} -->`),
  },
  {
    name: "a key in an archive",
    expected: "said",
    make: (all) =>
      mixed(
        plain("My key."),
        encoded(file("key.zip", "", "application/zip"), zip("mia-pubkey.asc", Buffer.from(all.key))),
      ),
  },
  {
    name: "a key in winmail.dat",
    expected: "key",
    make: (all) =>
      mixed(
        plain("My key."),
        encoded(file("winmail.dat", "", "application/ms-tnef"), tnef("key", keyOf(all))),
      ),
  },
  {
    name: "a key in uuencode",
    expected: "key",
    make: (all) => plain(`My key.\r\n\r\n${uuencoded("key", keyOf(all))}`),
  },
  {
    name: "a key in rich text",
    expected: "key",
    make: ({ key }) =>
      mixed(
        plain("My key."),
        file("key.rtf", `{\\rtf1\\ansi ${linesOf(key).join("\\par\r\n")}\\par}`, "application/rtf"),
      ),
  },
  {
    name: "a key in a header field",
    expected: "said",
    make: ({ key }) => ({
      ...plain("Hello"),
      headers: [
        `X-PGP-Key: ${linesOf(key)
          .filter((line) => line !== "")
          .join("\r\n ")}`,
      ],
    }),
  },
  {
    name: "a header field that names a key",
    expected: "said",
    make: () => ({
      ...plain("Hello"),
      headers: ["OpenPGP: id=D1A66E1A23B182C9980F788CFBFCC82A015E7330; url=https://example.org/key.asc"],
    }),
  },
  {
    name: "a header field with a key's number",
    expected: "said",
    make: () => ({
      ...plain("Hello"),
      headers: ["X-PGP-Fingerprint: D1A6 6E1A 23B1 82C9 980F  788C FBFC C82A 015E 7330"],
    }),
  },
  {
    name: "an Autocrypt header about another address",
    expected: "said",
    make: (all) => ({
      ...plain("Hello"),
      headers: [
        `Autocrypt: addr=other@example.org; keydata=${keyOf(all).toString("base64").replace(/.{70}/g, "$&\r\n ")}`,
      ],
    }),
  },
  {
    name: "an Autocrypt header that is damaged",
    expected: "said",
    make: (all) => ({
      ...plain("Hello"),
      headers: [
        `Autocrypt: addr=mia@example.org; keydata=${keyOf(all).subarray(0, 200).toString("base64").replace(/.{70}/g, "$&\r\n ")}`,
      ],
    }),
  },
  {
    name: "openpgp4fpr: in the text",
    expected: "said",
    make: () => plain("Hello\r\n-- \r\nMia, openpgp4fpr:D1A66E1A23B182C9980F788CFBFCC82A015E7330"),
  },
  {
    name: "a link to a key server in a signature",
    expected: "said",
    make: () =>
      plain(
        "Hello\r\n-- \r\nMia\r\nhttps://keys.openpgp.org/vks/v1/by-fingerprint/D1A66E1A23B182C9980F788CFBFCC82A015E7330",
      ),
  },
  {
    name: "a link to a web key directory",
    expected: "said",
    make: () =>
      plain(
        "Hello\r\n-- \r\nMia\r\nhttps://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q",
      ),
  },
  {
    name: "a fingerprint in a signature",
    expected: "said",
    make: () => plain("Hello\r\n-- \r\nMia\r\nPGP: D1A6 6E1A 23B1 82C9 980F  788C FBFC C82A 015E 7330"),
  },
  { name: "a secret key", expected: "said", make: ({ key }) => plain(key.replaceAll("PUBLIC", "PRIVATE")) },
  {
    name: "a key box of GnuPG",
    expected: "said",
    make: () =>
      mixed(
        plain("My keys."),
        encoded(
          file("pubring.kbx", ""),
          Buffer.concat([Buffer.from("00000020010100024b42586600000000", "hex"), Buffer.alloc(300, 1)]),
        ),
      ),
  },
];
