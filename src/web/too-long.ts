import type { Server } from "node:http";

/**
 * Says in words that an address is too long, where Node would answer with an empty page; any other request that is no
 * HTTP is refused as Node does.
 */
export function answerTooLong(server: Server): void {
  server.on("clientError", (error: Error & { code?: string }, socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const isTooLong = error.code === "HPE_HEADER_OVERFLOW";
    const status = isTooLong ? "431 Request Header Fields Too Large" : "400 Bad Request";
    const words = isTooLong
      ? "This address is too long. A search has 2,000 characters at most.\n"
      : "This is no request that a browser makes.\n";
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${words.length}\r\nConnection: close\r\n\r\n${words}`,
    );
  });
}
