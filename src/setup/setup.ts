import { readWebConfig, readWorkerConfig, type WorkerConfig } from "../config.ts";
import { type Database, migrate, pendingMigrations } from "../database.ts";
import { openVault, readMasterKey } from "../vault/master-key.ts";
import { askForSettings } from "./ask-for-settings.ts";
import type { Context } from "./command.ts";
import { withDatabase } from "./desk-database.ts";
import { readDeskEnvironment } from "./desk-folder.ts";
import { openDeskKeys } from "./desk-keys.ts";
import { makeFirstAdmin } from "./first-admin.ts";
import { mailboxOf, smtpOf } from "./mail-servers.ts";
import { type KeyWish, makeDeskKey } from "./make-desk-key.ts";
import { makeSecrets } from "./make-secrets.ts";
import { problemsOfSettings } from "./problems-of-settings.ts";
import { describeDatabaseProblem } from "./start-problem.ts";
import { tryMailbox } from "./try-mailbox.ts";
import { trySmtp } from "./try-smtp.ts";
import { startWalk, type Walk } from "./walk.ts";

export type SetupWish = {
  /** Only what needs neither the database nor the net: settings and secret files. */
  offline: boolean;
  skipMail: boolean;
  admin: string | undefined;
  key: KeyWish;
};

/**
 * Walks through the first start. It can be repeated: what is there stays as it is. Returns how many steps are left to
 * the sysadmin; 0 when the desk can be started.
 */
export async function setUp(context: Context, wish: SetupWish): Promise<number> {
  const walk = startWalk(context.print);
  const refresh = () => readDeskEnvironment(context.folder, context.env);
  await askForSettings(context, refresh());

  const wrong = problemsOfSettings(refresh()).settings;
  for (const problem of wrong) walk.tell("to do", problem);
  if (wrong.length > 0) return walk.open;
  walk.tell("already there", "settings");

  await makeSecrets(walk, context, refresh());
  await makeDeskKey(walk, context, refresh(), wish.key);
  const missing = problemsOfSettings(refresh()).secrets;
  for (const problem of missing) walk.tell("to do", problem);
  if (missing.length > 0 || wish.offline) return walk.open;

  await prepareDesk(walk, context, refresh(), wish);
  return walk.open;
}

async function prepareDesk(walk: Walk, context: Context, env: NodeJS.ProcessEnv, wish: SetupWish) {
  readWebConfig(env);
  const config = readWorkerConfig(env);
  await withDatabase(env, async (db) => {
    if (!(await prepareDatabase(walk, db))) return;
    if (await fitsMasterKey(walk, db, config)) await makeFirstAdmin(walk, context, db, wish.admin);
  });
  await checkKeys(walk, config);
  if (wish.skipMail) walk.tell("to do", "mail servers were not tried (--skip-mail)");
  else await tryMailServers(walk, config);
}

async function prepareDatabase(walk: Walk, db: Database): Promise<boolean> {
  try {
    const result = await db.raw("select current_setting('server_version_num')::int / 10000 as major");
    const { major } = result.rows[0];
    if (major < 15) {
      walk.tell("to do", `database: this is PostgreSQL ${major}, and 15 is the oldest that will do`);
      return false;
    }
    const pending = await pendingMigrations(db);
    if (pending.length > 0) await migrate(db);
    walk.tell(pending.length > 0 ? "done" : "already there", `tables of the database (PostgreSQL ${major})`);
    return true;
  } catch (error) {
    const problem = describeDatabaseProblem(error);
    if (!problem) throw error;
    walk.tell("to do", problem);
    return false;
  }
}

async function fitsMasterKey(walk: Walk, db: Database, config: WorkerConfig): Promise<boolean> {
  const known = await db("vault_check").first("only_row");
  try {
    await openVault(db, readMasterKey(config.MASTER_KEY));
    walk.tell(known ? "already there" : "done", "the master key opens this database");
    return true;
  } catch (error) {
    walk.tell("to do", error instanceof Error ? error.message : "MASTER_KEY_FILE: does not fit");
    return false;
  }
}

async function checkKeys(walk: Walk, config: WorkerConfig): Promise<void> {
  try {
    const { all } = await openDeskKeys(config);
    for (const [index, { fingerprint }] of all.entries())
      walk.tell(
        "already there",
        `OpenPGP key ${fingerprint}${index === 0 ? ", which signs" : ", which opens older mail"}`,
      );
  } catch (error) {
    walk.tell("to do", error instanceof Error ? error.message : "OPENPGP_KEYS: cannot be read");
  }
}

async function tryMailServers(walk: Walk, config: WorkerConfig): Promise<void> {
  const mailbox = await tryMailbox(mailboxOf(config));
  const waiting = mailbox.ok && (mailbox.waiting === 1 ? "1 mail waits" : `${mailbox.waiting} mails wait`);
  if (mailbox.ok) walk.tell("done", `mailbox tried: sign-in, folder (${waiting}), moving`);
  else walk.tell("to do", mailbox.problem);
  const smtp = await trySmtp(smtpOf(config), config.DESK_ADDRESS);
  if (smtp.ok) walk.tell("done", "mail server for answers tried: greeting and sign-in; no mail was sent");
  else walk.tell("to do", smtp.problem);
}
