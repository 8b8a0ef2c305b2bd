import type { Response } from "express";

/** Sends bytes that came from outside: to be saved under this name, never to be shown or run by the browser. */
export function sendForeignFile(response: Response, filename: string, bytes: Buffer): void {
  response.attachment(filename || "file");
  response.set("Content-Type", "application/octet-stream");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", "sandbox; default-src 'none'");
  response.send(bytes);
}
