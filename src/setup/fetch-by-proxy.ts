import { request } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import socks from "socks";

export type Fetched = { status: number; bytes: Buffer };

const mostBytes = 1_000_000;
const mostSeconds = 30;

/**
 * Fetches one https page through a SOCKS proxy, which resolves the name too. Follows no redirect. Throws when there is no
 * answer, a wrong certificate, or too much of it. `ca`: further certificates to trust, PEM.
 */
export async function fetchByProxy(url: URL, proxy: string, ca?: string): Promise<Fetched> {
  const socket = await connectTo(url, proxy, ca);
  const signal = AbortSignal.timeout(mostSeconds * 1000);
  try {
    return await new Promise<Fetched>((done, fail) => {
      // With an agent, even none ("false"), Node would connect by itself and past the proxy.
      const asked = request(url, { createConnection: () => socket, signal }, (response) => {
        const pieces: Buffer[] = [];
        let size = 0;
        response.on("data", (piece: Buffer) => {
          size += piece.length;
          if (size > mostBytes) asked.destroy(new Error("The answer is too large for a key"));
          else pieces.push(piece);
        });
        response.on("error", fail);
        response.on("end", () => done({ status: response.statusCode ?? 0, bytes: Buffer.concat(pieces) }));
      });
      asked.on("error", fail);
      asked.end();
    });
  } finally {
    socket.destroy();
  }
}

async function connectTo(url: URL, proxy: string, ca: string | undefined): Promise<TLSSocket> {
  const { hostname: host, port, protocol } = new URL(proxy);
  const { socket } = await socks.SocksClient.createConnection({
    proxy: { host, port: Number(port || 1080), type: protocol.startsWith("socks4") ? 4 : 5 },
    command: "connect",
    destination: { host: url.hostname, port: Number(url.port || 443) },
    timeout: mostSeconds * 1000,
  });
  const { hostname: servername } = url;
  return await new Promise((done, fail) => {
    const secured = connect({ socket, servername, ...(ca ? { ca } : {}) }, () => done(secured));
    secured.on("error", fail);
    secured.setTimeout(mostSeconds * 1000, () => secured.destroy(new Error("The connection took too long")));
  });
}
