import { dearmor } from "#src/openpgp/dearmor.ts";

/** A part of a mail as it stands in it: the value of its Content-Type, its body, further header fields. */
export type Part = { type: string; body: string; headers?: string[] };

export const control: Part = { type: "application/pgp-encrypted", body: "Version: 1\r\n" };
export const plain = (body: string, type = "text/plain; charset=utf-8"): Part => ({ type, body });
export const file = (name: string, body: string, type = "application/octet-stream"): Part => ({
  type: `${type}; name="${name}"`,
  body,
  headers: [`Content-Disposition: attachment; filename="${name}"`],
});
export const binary = (name: string, armored: string, type?: string): Part => {
  const part = file(name, base64(dearmor(armored, "MESSAGE") ?? new Uint8Array()), type);
  return { ...part, headers: [...(part.headers ?? []), "Content-Transfer-Encoding: base64"] };
};
export const mixed = (...parts: Part[]) => multipart("multipart/mixed", "mixed-1", parts);
export const pgpMime = (armored: string) =>
  multipart('multipart/encrypted; protocol="application/pgp-encrypted"', "pgp-1", [
    control,
    { type: "application/octet-stream", body: armored },
  ]);
export const html = (body: string): Part =>
  plain(`<html><body>${body}</body></html>`, "text/html; charset=utf-8");
export const linesOf = (armored: string) => armored.trimEnd().split(/\r?\n/);
export const prefixed = (prefix: string, armored: string) =>
  linesOf(armored)
    .map((line) => `${prefix}${line}`)
    .join("\r\n");

export function attachedMail(part: Part): Part {
  return {
    type: "message/rfc822",
    body: render(part, ["From: mia@example.org", "Subject: inner", "MIME-Version: 1.0"]),
  };
}

export function multipart(type: string, boundary: string, parts: Part[]): Part {
  const body = parts.map((part) => `--${boundary}\r\n${render(part, [])}\r\n`).join("");
  return { type: `${type}; boundary="${boundary}"`, body: `${body}--${boundary}--\r\n` };
}

export function render({ type, body, headers = [] }: Part, before: string[]): string {
  return [...before, `Content-Type: ${type}`, ...headers, "", body].join("\r\n");
}

export function base64(bytes: Uint8Array | string): string {
  return (
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,76}/g) ?? []
  ).join("\r\n");
}
