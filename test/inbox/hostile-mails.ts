import { mail, multipart, textPart } from "../mime/crypto-mails.ts";

/** Text of so many bytes: the same again and again, so that what looks for a beginning finds one everywhere. */
const filled = (piece: string, bytes: number) => piece.repeat(Math.ceil(bytes / piece.length));
const html = (piece: string) => (bytes: number) =>
  mail(`Content-Type: text/html; charset=utf-8\r\n\r\n<p>before</p>${filled(piece, bytes)}after`);
const text = (piece: string) => (bytes: number) => mail(textPart(filled(piece, bytes)));
const file = (type: string, piece: string) => (bytes: number) =>
  mail(
    multipart("multipart/mixed", "b", [
      textPart("words"),
      `Content-Type: ${type}; name=a.bin\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${filled(piece, bytes)}`,
    ]),
  );
const bounce = (piece: string) => (bytes: number) =>
  mail(
    multipart('multipart/report; report-type="delivery-status"', "b", [
      textPart(filled(piece, bytes / 2)),
      `Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n${filled(piece, bytes / 2)}`,
    ]),
    ["From: MAILER-DAEMON@example.org", "Subject: Undelivered Mail Returned to Sender"],
  );

/** Mails of a given size that nearly are what a finder looks for, over and over: its cost must grow as their size does. */
export const hostileMails: [finder: string, what: string, make: (bytes: number) => string][] = [
  ["armour", "beginnings of messages", text("-----BEGIN PGP MESSAGE-----\r\n\r\n")],
  ["armour", "beginnings that are quoted", text("> > -----BEGIN PGP MESSAGE-----\r\n> > Comment: x\r\n")],
  [
    "armour",
    "beginnings and ends of other kinds",
    text("-----BEGIN PGP MESSAGE-----\r\n-----END PGP SIGNATURE-----\r\n"),
  ],
  [
    "armour",
    "one message of nothing but data",
    (bytes) => mail(textPart(`-----BEGIN PGP MESSAGE-----\r\n\r\n${filled(`${"A".repeat(64)}\r\n`, bytes)}`)),
  ],
  ["armour", "dashes", text("-")],
  ["armour", "clear-signed beginnings", text("-----BEGIN PGP SIGNED MESSAGE-----\r\n")],
  ["armour", "base64 of base64", text(`${"LS0tLS1CRUdJTiBQR1Ag".repeat(3)}\r\n`)],
  ["HTML", "open angles", html("<")],
  ["HTML", "elements in one another", html("<div>")],
  ["HTML", "links that are not closed", html('<a href="https://example.org/">x')],
  ["HTML", "tables in one another", html("<table><tr><td>x")],
  ["HTML", "hidden elements in one another", html('<div style="display:none">x')],
  ["HTML", "quotations in one another", html("<blockquote>x<br>")],
  ["HTML", "comments that are not closed", html("<!-- ")],
  ["HTML", "styles that are not closed", html("<style>a{b:c}")],
  ["HTML", "attributes", (bytes) => mail(`Content-Type: text/html\r\n\r\n<p ${filled("a=b ", bytes)}>x`)],
  ["HTML", "entities", html("&amp;&#65;&nbsp")],
  ["HTML", "cells and lists", html("<li>x<td>y<p>z")],
  ["HTML", "pictures in the page", html('<img src="data:image/png;base64,iVBORw0KGgo=">')],
  [
    "boundary",
    "lines that look like boundaries",
    (bytes) => mail(multipart("multipart/mixed", "b", [filled("--b-\r\n", bytes)])),
  ],
  [
    "boundary",
    "lines of dashes",
    (bytes) => mail(multipart("multipart/mixed", "b", [filled("--\r\n", bytes)])),
  ],
  [
    "boundary",
    "multiparts whose boundary does not occur",
    (bytes) =>
      mail(
        multipart(
          "multipart/mixed",
          "b",
          Array(40).fill(
            `Content-Type: multipart/mixed; boundary=none\r\n\r\n${filled("--nonce\r\n", bytes / 40)}`,
          ),
        ),
      ),
  ],
  ["uuencode", "beginnings", text("begin 644 a.bin\r\n")],
  [
    "uuencode",
    "a file that does not end",
    (bytes) => mail(textPart(`begin 644 a.bin\r\n${filled(`M${"A".repeat(60)}\r\n`, bytes)}`)),
  ],
  ["uuencode", "files that break off", text(`begin 644 a.bin\r\nM${"A".repeat(60)}\r\nx\r\n`)],
  ["charset", "escapes of ISO 2022", (bytes) => mail(textPart(filled("\x1b$B\x1b(B", bytes)))],
  ["charset", "escapes of HZ", text("~{~}")],
  ["charset", "beginnings of UTF-7", text("+AAA-")],
  [
    "charset",
    "bytes of any alphabet",
    (bytes) => mail(textPart(filled("\u00e4\u0436\u05d0\u4e2d ", bytes / 2))),
  ],
  ["charset", "charsets named in a page", html('<meta charset="x-none">')],
  ["charset", "bytes of zero", text("a\0b")],
  ["key", "beginnings of keys", text("-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\n")],
  [
    "key",
    "keys of nothing",
    text("-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nxjMEAAAA\r\n-----END PGP PUBLIC KEY BLOCK-----\r\n"),
  ],
  ["key", "a key of tiny packets", file("application/pgp-keys", "\u00cd\x01x")],
  ["key", "fingerprints", text("ABCD EF01 2345 6789 ABCD  EF01 2345 6789 ABCD EF0")],
  ["bounce", "fields of a status", bounce("Action: failed\r\nFinal-Recipient: rfc822; a@b\r\n\r\n")],
  ["bounce", "ids", bounce("Message-ID: <a@b.example> x\r\n")],
  ["bounce", "marks of quoting in front of ids", bounce("> > > > > message id\r\n")],
  ["bounce", "copies that begin", bounce("--- The original message\r\n")],
  ["header", "fields", (bytes) => `From: a@example.org\r\n${filled("X-A: b\r\n", bytes)}\r\nx`],
  [
    "header",
    "one field in many lines",
    (bytes) => `From: a@example.org\r\nSubject: a\r\n${filled(" b\r\n", bytes)}\r\nx`,
  ],
  [
    "header",
    "encoded words",
    (bytes) => `From: a@example.org\r\nSubject: ${filled("=?utf-8?q?", bytes)}\r\n\r\nx`,
  ],
  ["header", "no end", (bytes) => filled("From: a@example.org\r\n", bytes)],
  ["header", "addresses", (bytes) => `From: ${filled("<a@b,", bytes)}\r\n\r\nx`],
];
