import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";
import type { Ending } from "./postgres.ts";

export type SocksServer = { port: number; asked: string[] };

/** A SOCKS5 proxy (RFC 1928, CONNECT without sign-in) that leads every name to this machine, as Tor would lead outside. */
export async function startSocksServer(t: Ending): Promise<SocksServer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => {});
    client.once("data", () => {
      client.write(Buffer.from([5, 0]));
      client.once("data", (request) => {
        const { host, port } = readTarget(request);
        asked.push(`${host}:${port}`);
        const target = connect(port, "127.0.0.1", () => {
          client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          client.pipe(target).pipe(client);
        });
        sockets.add(target);
        target.on("error", () => client.destroy());
      });
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return { port: (server.address() as AddressInfo).port, asked };
}

/** Version, command, 0, type of address (3: a name), address, port. */
function readTarget(request: Buffer): { host: string; port: number } {
  if (request[3] !== 3) return { host: [...request.subarray(4, 8)].join("."), port: request.readUInt16BE(8) };
  const length = request[4] ?? 0;
  return { host: request.toString("latin1", 5, 5 + length), port: request.readUInt16BE(5 + length) };
}
