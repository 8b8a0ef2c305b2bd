import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { collectDefaultMetrics, Registry, register } from "prom-client";
import { type Database, pendingMigrations } from "../database.ts";
import { deskGauges } from "./desk-gauges.ts";

export type Health = { port: number; close(): Promise<void> };

/**
 * A small server for the machine alone, beside web and worker: `/healthz` (the process lives), `/readyz` (the database
 * answers and its tables are up to date) and `/metrics` (Prometheus). Port 0 takes a free one.
 */
export async function startHealth(options: {
  host: string;
  port: number;
  db: Database;
  log?: Logger;
}): Promise<Health> {
  const gauges = deskGauges(options.db);
  const all = Registry.merge([processMetrics(), gauges.registry]);
  const metrics = async () => {
    await gauges.refresh();
    return await all.metrics();
  };
  const server = createServer(answer(options.db, metrics, options.log));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(db: Database, metrics: () => Promise<string>, log?: Logger): RequestListener {
  const replies: Record<string, () => Promise<[status: number, text: string]>> = {
    "/healthz": async () => [200, "ok\n"],
    "/readyz": async () => {
      const problem = await whyNotReady(db);
      return problem ? [503, `${problem}\n`] : [200, "ready\n"];
    },
    "/metrics": async () => [200, await metrics()],
  };
  return async (request, response) => {
    const reply = replies[(request.url ?? "").split("?")[0] ?? ""];
    try {
      const [status, text] = reply && request.method === "GET" ? await reply() : [404, "not found\n"];
      response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
    } catch (error) {
      log?.error({ err: error }, "health");
      response.writeHead(500).end("failed\n");
    }
  };
}

async function whyNotReady(db: Database): Promise<string | null> {
  try {
    const pending = await within(3000, pendingMigrations(db));
    return pending.length === 0 ? null : "the database is not migrated";
  } catch {
    return "the database does not answer";
  }
}

async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("too late")), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the process itself measures: memory, event loop, and the pages of the web process. Started once. */
function processMetrics(): Registry {
  if (!register.getSingleMetric("process_cpu_seconds_total")) collectDefaultMetrics({ register });
  return register;
}
