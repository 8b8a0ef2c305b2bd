import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as pause, setImmediate as soon } from "node:timers/promises";
import { randomNumbers } from "./chaos-proxy.ts";

export type DelayingProxy = { port: number; stop(): Promise<void> };

/**
 * Starts a proxy on loopback before a server on a Unix socket. What the server answers is held for a moment and arrives
 * whole or in pieces, cut anywhere: never in another order on one connection, in any order on several.
 */
export async function startDelayingProxy(path: string, seed: number): Promise<DelayingProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const proxy = createServer({ noDelay: true }, (client) => {
    const server = connect(path);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => {});
    }
    client.pipe(server);
    connections += 1;
    void passInPieces(server, client, randomNumbers(seed * 1_000_003 + connections)).catch(() => {
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  if (!address || typeof address === "string") throw new Error("the proxy has no port");
  return {
    port: address.port,
    async stop() {
      const closed = new Promise((resolve) => proxy.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** What has come until the moment is over goes on at once, or in some pieces: errors of many statements in one, or one in many. */
async function passInPieces(from: Socket, to: Socket, random: () => number): Promise<void> {
  let held: Buffer[] = [];
  let isOver = false;
  let arrived = () => {};
  from.on("data", (bytes) => {
    held.push(bytes);
    arrived();
  });
  from.once("close", () => {
    isOver = true;
    arrived();
  });
  while (!isOver || held.length > 0) {
    if (held.length === 0) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
    await moment(random());
    const bytes = Buffer.concat(held);
    held = [];
    for (const piece of random() < 0.5 ? [bytes] : cut(bytes, random)) {
      if (!to.write(piece)) await once(to, "drain");
      await moment(random());
    }
  }
  to.end();
}

function cut(bytes: Buffer, random: () => number): Buffer[] {
  const places = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
    Math.floor(random() * bytes.length),
  );
  const edges = [0, ...places.toSorted((one, other) => one - other), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

async function moment(chance: number): Promise<void> {
  if (chance < 0.2) return;
  if (chance < 0.7) await soon();
  else await pause((chance - 0.7) * 15);
}
