import { createHash } from "node:crypto";
import { createMessage, encrypt, readKey } from "openpgp";

/** The MIME entity inside the encryption: 7bit when the text is ASCII, base64 UTF-8 otherwise. */
export function wrapForWire(body: string): Uint8Array {
  const bytes = Buffer.from(body, "utf8");
  if (bytes.length === body.length) return Buffer.concat([entityHeaders("us-ascii", "7bit"), bytes]);

  const lines = bytes.toString("base64").replace(/.{1,76}/g, "$&\n");
  return Buffer.concat([entityHeaders("utf-8", "base64"), Buffer.from(lines)]);
}

/**
 * The whole mail of a report (PGP/MIME, RFC 3156): encrypted, not signed, no Message-ID, no Date, line ends
 * as on the wire. Throws when the key cannot be read or cannot encrypt.
 */
export async function encryptReport(
  inner: Uint8Array,
  deskPublicKey: string,
  whisperbackId: string,
): Promise<Uint8Array> {
  const encryptionKeys = await readKey({ armoredKey: deskPublicKey });
  const message = await createMessage({ binary: inner });
  const ciphertext = await encrypt({ message, encryptionKeys, config: { preferredCompressionAlgorithm: 2 } });
  const digits = BigInt(`0x${createHash("sha256").update(ciphertext).digest("hex")}`).toString();
  const boundary = `===============${digits.slice(0, 19)}==`;

  const mail = `Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="${boundary}"
MIME-Version: 1.0
Content-Disposition: inline
Subject: Bug report: ${whisperbackId}
From: devnull@tails.boum.org
To: support@example.org

--${boundary}
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit
Content-Type: application/pgp-encrypted; charset="us-ascii"

Version: 1

--${boundary}
MIME-Version: 1.0
Content-Transfer-Encoding: 7bit
Content-Description: OpenPGP encrypted message
Content-Type: application/octet-stream; name="encrypted.asc"; charset="us-ascii"

${ciphertext}
--${boundary}--
`;
  return Buffer.from(mail.replaceAll(/\r?\n/g, "\r\n"));
}

function entityHeaders(charset: string, encoding: string): Buffer {
  return Buffer.from(
    `Content-Type: text/plain; charset="${charset}"\nMIME-Version: 1.0\nContent-Transfer-Encoding: ${encoding}\n\n`,
  );
}
