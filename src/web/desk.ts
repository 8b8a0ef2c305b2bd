import type { Logger } from "pino";
import type { WebConfig } from "../config.ts";
import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

/** What a page may need. Each page file exports `function xPage(desk: Desk): Router`. */
export type Desk = { db: Database; vault: Vault; config: WebConfig; log: Logger };
