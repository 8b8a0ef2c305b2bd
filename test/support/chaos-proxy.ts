import { connect, createServer, type Socket } from "node:net";

export type Direction = "to server" | "to client";

/** What happens to one connection: it works, is reset at once, or ends or falls silent after so many bytes one way. */
export type ChaosPlan =
  | { do: "pass" }
  | { do: "refuse" }
  | { do: "cut" | "stall"; direction: Direction; afterBytes: number };

export type ChaosOptions = {
  target: { host: string; port: number };
  seed?: number;
  /** The share of connections that something happens to, 0 to 1. */
  chance?: number;
  kinds?: ("cut" | "stall" | "refuse")[];
  /** A connection is struck after at most so many bytes; few bytes are as likely as many. */
  mostBytes?: number;
};

export type ChaosProxy = {
  host: string;
  port: number;
  readonly connections: number;
  /** How many connections were struck so far. */
  readonly strikes: number;
  /** What happens to the next connections, one plan each, before chance takes over again. */
  plan(...plans: ChaosPlan[]): void;
  /** Changes the share of connections that something happens to. */
  chance(share: number): void;
  stop(): Promise<void>;
};

/**
 * Starts a TCP proxy on loopback that breaks connections. What happens to the n-th connection follows from the seed and
 * n alone, so that a run can be repeated.
 */
export async function startChaosProxy(options: ChaosOptions): Promise<ChaosProxy> {
  const { target, seed = 1, kinds = ["cut"], mostBytes = 100_000 } = options;
  const sockets = new Set<Socket>();
  const planned: ChaosPlan[] = [];
  const count = { connections: 0, strikes: 0 };
  let share = options.chance ?? 0;

  const proxy = createServer({ pauseOnConnect: true }, (client) => {
    count.connections += 1;
    const plan =
      planned.shift() ??
      drawPlan(randomNumbers(seed * 1_000_003 + count.connections), share, kinds, mostBytes);
    const onStrike = () => {
      count.strikes += 1;
    };
    const server = joinTo(target, client, plan, onStrike);
    for (const socket of server ? [client, server] : [client]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => {});
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  if (!address || typeof address === "string") throw new Error("the proxy has no port");

  return {
    host: "127.0.0.1",
    port: address.port,
    get connections() {
      return count.connections;
    },
    get strikes() {
      return count.strikes;
    },
    plan: (...plans) => void planned.push(...plans),
    chance(next) {
      share = next;
    },
    async stop() {
      const closed = new Promise((resolve) => proxy.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Numbers from 0 to below 1 that follow from the seed (the mulberry32 generator). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function drawPlan(
  random: () => number,
  share: number,
  kinds: ("cut" | "stall" | "refuse")[],
  mostBytes: number,
): ChaosPlan {
  if (random() >= share) return { do: "pass" };
  const kind = kinds[Math.floor(random() * kinds.length)] ?? "cut";
  if (kind === "refuse") return { do: "refuse" };
  const direction = random() < 0.5 ? "to server" : "to client";
  return { do: kind, direction, afterBytes: Math.floor(mostBytes ** random()) };
}

function joinTo(
  target: { host: string; port: number },
  client: Socket,
  plan: ChaosPlan,
  onStrike: () => void,
): Socket | null {
  if (plan.do === "refuse") {
    onStrike();
    client.resetAndDestroy();
    return null;
  }

  const server = connect(target.port, target.host);
  for (const socket of [client, server]) socket.setNoDelay(true);
  pass(client, server, "to server", plan, onStrike);
  pass(server, client, "to client", plan, onStrike);
  client.resume();
  return server;
}

function pass(from: Socket, to: Socket, direction: Direction, plan: ChaosPlan, onStrike: () => void): void {
  const limit = "direction" in plan && plan.direction === direction ? plan.afterBytes : Infinity;
  let passed = 0;
  from.on("data", (bytes: Buffer) => {
    if (passed >= limit) return;
    const isLast = passed + bytes.length >= limit;
    if (!to.write(isLast ? bytes.subarray(0, limit - passed) : bytes)) from.pause();
    passed += bytes.length;
    if (!isLast) return;

    onStrike();
    if (plan.do !== "cut") return;
    // Not destroyed: a reset would overtake what is under way, and the cut would not be at this very byte.
    to.end();
    from.destroy();
  });
  to.on("drain", () => from.resume());
  from.on("end", () => to.end());
  from.on("close", () => to.end());
}
