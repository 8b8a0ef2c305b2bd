import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "./app.ts";
import { databaseUrl, readWebConfig, type WebConfig } from "./config.ts";
import { openDatabase, pendingMigrations } from "./database.ts";
import { describeStartProblem } from "./setup/start-problem.ts";
import { openVault, readMasterKey } from "./vault/master-key.ts";
import { startHealth } from "./web/health.ts";
import { createLog } from "./web/log.ts";
import { answerTooLong } from "./web/too-long.ts";

// The web process: pages for the staff. It holds no secret OpenPGP key and no password of a mail server.
try {
  await run(readWebConfig(process.env));
} catch (error) {
  console.error(describeStartProblem(error));
  process.exit(1);
}

async function run(config: WebConfig): Promise<void> {
  const log = createLog(config.LOG_LEVEL);
  const db = openDatabase(databaseUrl(config), {
    connections: config.DATABASE_CONNECTIONS,
    name: "whisperdesk web",
  });
  const pending = await pendingMigrations(db);
  if (pending.length > 0) throw new Error("The database is not up to date: run `whisperdesk migrate` first");
  const vault = await openVault(db, readMasterKey(config.MASTER_KEY));

  const health = await startHealth({ host: config.METRICS_HOST, port: config.WEB_METRICS_PORT, db, log });
  const app = createApp({ db, vault, config, log });
  const server = createServer(app);
  answerTooLong(server);
  server.listen(config.WEB_PORT, config.WEB_HOST);
  await once(server, "listening");
  const port = (server.address() as AddressInfo).port;
  log.info({ port, metricsPort: health.port }, "the web process runs");

  const stop = async () => {
    setTimeout(() => process.exit(1), 10_000).unref();
    server.closeIdleConnections();
    await new Promise((done) => server.close(done));
    await health.close();
    await db.destroy();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}
