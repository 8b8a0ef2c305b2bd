import {
  attachedMail,
  base64,
  binary,
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

export const words = "My stick does not start, the code is 4711.";

/**
 * What a program made for the desk: the words alone, a MIME entity with them, and the words for somebody else or behind a
 * password; and a key of the sender.
 */
export type Ciphertexts = {
  text: string;
  entity: string;
  hidden: string;
  foreign: string;
  password: string;
  key: string;
};

/** One way in which people and mail servers wrap a ciphertext. */
export type Wrapping = {
  name: string;
  /** "opened": the words come out; "said": it may also stay closed, and the desk says so; "key": the key is offered. */
  expected: "opened" | "said" | "key";
  make: (ciphertexts: Ciphertexts) => Part;
};

/** Every form that mail programs, gateways and people were seen to make of encrypted mail. */
export const wrappings: Wrapping[] = [
  { name: "PGP/MIME", expected: "opened", make: ({ entity }) => pgpMime(entity) },
  { name: "hidden recipient", expected: "opened", make: ({ hidden }) => pgpMime(hidden) },
  { name: "PGP/MIME without header fields inside", expected: "opened", make: ({ text }) => pgpMime(text) },
  {
    name: "PGP/MIME inside multipart/mixed",
    expected: "opened",
    make: ({ entity }) => mixed(pgpMime(entity)),
  },
  {
    name: "PGP/MIME and a mailing list's footer",
    expected: "opened",
    make: ({ entity }) => mixed(pgpMime(entity), plain("-- \r\nUnsubscribe at example.org")),
  },
  {
    name: "Exchange's multipart/mixed",
    expected: "opened",
    make: ({ entity }) => mixed(plain(""), control, file("encrypted.asc", entity)),
  },
  {
    name: "ATT00001 and ATT00002",
    expected: "opened",
    make: ({ entity }) => mixed(plain(""), file("ATT00001", "Version: 1\r\n"), file("ATT00002", entity)),
  },
  {
    name: "gpgolPGP.dat",
    expected: "opened",
    make: ({ entity }) => mixed(plain(""), file("gpgolPGP.dat", entity)),
  },
  {
    name: "S/MIME signature around PGP/MIME",
    expected: "opened",
    make: ({ entity }) =>
      multipart('multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256', "smime-1", [
        pgpMime(entity),
        {
          ...file("smime.p7s", "MAA=", "application/pkcs7-signature"),
          headers: ["Content-Transfer-Encoding: base64"],
        },
      ]),
  },
  { name: "inline", expected: "opened", make: ({ text }) => plain(text) },
  { name: "inline, indented", expected: "opened", make: ({ text }) => plain(prefixed("    ", text)) },
  { name: "inline, indented by a tab", expected: "opened", make: ({ text }) => plain(prefixed("\t", text)) },
  { name: "inline, quoted", expected: "opened", make: ({ text }) => plain(prefixed("> ", text)) },
  { name: "inline, quoted twice", expected: "opened", make: ({ text }) => plain(prefixed(">> ", text)) },
  {
    name: "inline behind non-breaking spaces",
    expected: "opened",
    make: ({ text }) => plain(prefixed("\u00a0", text)),
  },
  { name: "inline with a BOM", expected: "opened", make: ({ text }) => plain(`\ufeff${text}`) },
  { name: "inline on one line", expected: "said", make: ({ text }) => plain(linesOf(text).join(" ")) },
  {
    name: "inline in quoted-printable",
    expected: "opened",
    make: ({ text }) => ({
      ...plain(text.replaceAll("=", "=3D")),
      headers: ["Content-Transfer-Encoding: quoted-printable"],
    }),
  },
  {
    name: "inline in base64",
    expected: "opened",
    make: ({ text }) => ({
      ...plain(base64(Buffer.from(text))),
      headers: ["Content-Transfer-Encoding: base64"],
    }),
  },
  {
    name: "inline below words",
    expected: "opened",
    make: ({ text }) => plain(`Please read this.\r\n\r\n${text}\r\n\r\nMia`),
  },
  {
    name: "two ciphertexts",
    expected: "opened",
    make: ({ text }) => plain(`${text}\r\n\r\n${text}`),
  },
  {
    name: "HTML, a line each",
    expected: "opened",
    make: ({ text }) => html(linesOf(text).join("<br>\r\n")),
  },
  {
    name: "HTML, a paragraph each",
    expected: "opened",
    make: ({ text }) =>
      html(
        linesOf(text)
          .map((line) => `<p>${line}</p>`)
          .join(""),
      ),
  },
  { name: "HTML, preformatted", expected: "opened", make: ({ text }) => html(`<pre>${text}</pre>`) },
  { name: "HTML, collapsed", expected: "said", make: ({ text }) => html(text) },
  {
    name: "a plain alternative without it",
    expected: "said",
    make: ({ text }) =>
      multipart("multipart/alternative", "alternative-1", [
        plain("This mail can only be seen as HTML."),
        html(`<pre>${text}</pre>`),
      ]),
  },
  {
    name: "file .asc",
    expected: "opened",
    make: ({ text }) => mixed(plain("See the file."), file("letter.txt.asc", text)),
  },
  {
    name: "binary file .gpg",
    expected: "opened",
    make: ({ text }) => mixed(plain("See the file."), binary("letter.txt.gpg", text)),
  },
  {
    name: "binary file .pgp typed application/pgp-encrypted",
    expected: "opened",
    make: ({ text }) =>
      mixed(plain("See the file."), binary("letter.txt.pgp", text, "application/pgp-encrypted")),
  },
  {
    name: "file .txt",
    expected: "opened",
    make: ({ text }) => mixed(plain("See the file."), file("letter.txt", text, "text/plain")),
  },
  {
    name: "binary file with a name that says nothing",
    expected: "opened",
    make: ({ text }) => mixed(plain("See the file."), binary("document", text)),
  },
  {
    name: "file without a name",
    expected: "opened",
    make: ({ text }) => mixed(plain("See the file."), { type: "application/octet-stream", body: text }),
  },
  {
    name: "PGPexch.htm.asc",
    expected: "opened",
    make: ({ text }) => mixed(plain(""), file("PGPexch.htm.asc", text)),
  },
  {
    name: "forwarded as a mail",
    expected: "opened",
    make: ({ entity }) => mixed(plain("I got no answer."), attachedMail(pgpMime(entity))),
  },
  {
    name: "forwarded as a file .eml",
    expected: "said",
    make: ({ entity }) =>
      mixed(plain("I got no answer."), file("mail.eml", render(pgpMime(entity), ["Subject: inner"]))),
  },
  {
    name: "forwarded twice as a mail",
    expected: "said",
    make: ({ entity }) =>
      mixed(plain("Look."), attachedMail(mixed(plain("Look."), attachedMail(pgpMime(entity))))),
  },
  { name: "cut in the middle", expected: "said", make: ({ text }) => plain(text.slice(0, text.length / 2)) },
  { name: "to a key that is not ours, inline", expected: "said", make: ({ foreign }) => plain(foreign) },
  { name: "to a key that is not ours, PGP/MIME", expected: "said", make: ({ foreign }) => pgpMime(foreign) },
  {
    name: "to a key that is not ours, a file beside words",
    expected: "said",
    make: ({ foreign }) => mixed(plain("See the file."), binary("letter.gpg", foreign)),
  },
  {
    name: "to a key that is not ours, below words",
    expected: "said",
    make: ({ foreign }) => plain(`Please read this.\r\n\r\n${foreign}`),
  },
];

/** The whole mail in a wrapping, from one person of its own. */
export function wrapped(wrapping: Wrapping, ciphertexts: Ciphertexts, from: string): Buffer {
  const headers = [
    `From: Mia <${from}>`,
    "To: support@example.org",
    "Subject: help",
    "Date: Tue, 01 Dec 2026 08:00:00 +0000",
    `Message-ID: <1.${from}>`,
    "MIME-Version: 1.0",
  ];
  return Buffer.from(render(wrapping.make(ciphertexts), headers));
}
