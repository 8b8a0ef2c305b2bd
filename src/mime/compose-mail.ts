import { randomBytes } from "node:crypto";
import MimeNode from "nodemailer/lib/mime-node";
import { encrypt } from "../openpgp/encrypt.ts";
import type { SecretKeys } from "../openpgp/open-secret-keys.ts";
import { flowedText } from "./flowed-text.ts";
import type { Address, Attachment } from "./mail.ts";
import { hpOuter, type OutgoingHeaders, outgoingHeaders } from "./outgoing-headers.ts";
import { padPayload } from "./pad-payload.ts";
import { safeFilename } from "./safe-filename.ts";

export type Outgoing = {
  from: Address;
  to: Address;
  subject: string;
  text: string;
  messageId: string;
  inReplyTo: string | null;
  references: string[];
  date: Date;
  /** Of the text, such as "fr" or "pt-BR". */
  language: string | null;
  attachments: Attachment[];
  /** Our public key in binary, for an Autocrypt header (level 1.1 §2.1); absent: the mail has none. */
  autocryptKey?: Uint8Array | undefined;
  /** Written by nobody: told in the headers, so that no program answers it (RFC 3834 §3.1). */
  automatic?: boolean;
};

/** A mail as it goes to SMTP, in clear. Who may get one is not decided here. Throws on an address that is none. */
export async function composeClear(mail: Outgoing): Promise<Uint8Array> {
  const root =
    mail.attachments.length === 0 ? textNode(mail.text) : withAttachments(multipart("mixed"), mail);
  addHeaders(root, outgoingHeaders(mail));
  return await root.build();
}

/**
 * A mail as it goes to SMTP, encrypted and signed in one (RFC 3156 §6.2), its headers protected (RFC 9788): outside
 * stand the subject "..." and what delivery needs. Throws when a key cannot be used.
 */
export async function composeEncrypted(
  mail: Outgoing,
  recipientKeys: string[],
  signingKey: SecretKeys,
): Promise<Uint8Array> {
  const outside = outgoingHeaders({ ...mail, subject: "...", language: null });
  const payload = withAttachments(multipart("mixed", 'hp="cipher"'), mail);
  addHeaders(payload, outgoingHeaders(mail));
  payload.addHeader(hpOuter(outside));

  const armored = await encrypt(padPayload(await payload.build()), recipientKeys, signingKey);
  const root = multipart("encrypted", 'protocol="application/pgp-encrypted"');
  addHeaders(root, outside);
  root.appendChild(asciiNode("application/pgp-encrypted", "Version: 1\r\n"));
  root.appendChild(asciiNode('application/octet-stream; name="encrypted.asc"', armored));
  return await root.build();
}

const nodeOptions = { newline: "windows", disableFileAccess: true, disableUrlAccess: true };

/** The library's own boundaries name the library. */
function multipart(subtype: string, parameter?: string): MimeNode {
  const boundary = `boundary="${randomBytes(18).toString("hex")}"`;
  return new MimeNode([`multipart/${subtype}`, parameter, boundary].filter(Boolean).join("; "), nodeOptions);
}

function withAttachments(root: MimeNode, mail: Outgoing): MimeNode {
  root.appendChild(textNode(mail.text));
  for (const attachment of mail.attachments) root.appendChild(attachmentNode(attachment));
  return root;
}

function textNode(text: string): MimeNode {
  const flowed = flowedText(text.replaceAll("\0", "").toWellFormed());
  return new MimeNode("text/plain; charset=utf-8; format=flowed", nodeOptions).setContent(`${flowed}\n`);
}

function attachmentNode({ filename, contentType, bytes }: Attachment): MimeNode {
  const isPlainType =
    /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(contentType) && !/^(multipart|message)\//i.test(contentType);
  const node = new MimeNode(isPlainType ? contentType : "application/octet-stream", {
    ...nodeOptions,
    filename: safeFilename(filename),
  });
  node.setHeader("Content-Disposition", "attachment");
  node.setHeader("Content-Transfer-Encoding", "base64");
  return node.setContent(Buffer.from(bytes));
}

function asciiNode(contentType: string, content: string): MimeNode {
  const node = new MimeNode(contentType, nodeOptions).setContent(content);
  node.setHeader("Content-Transfer-Encoding", "7bit");
  return node;
}

function addHeaders(node: MimeNode, headers: OutgoingHeaders): void {
  for (const { name, value } of headers) node.setHeader(name, value);
}
