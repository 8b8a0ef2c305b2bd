import type { Database } from "../../src/database.ts";
import { generateSecretKey, type NewKey } from "../../src/openpgp/generate-secret-key.ts";
import { newMasterKey, openVault, readMasterKey } from "../../src/vault/master-key.ts";
import type { Vault } from "../../src/vault/vault.ts";

export const deskAddress = "support@example.org";

/** Where web and worker processes of one desk find everything, and the vault that opens what they seal. */
export type DeskSettings = { env: Record<string, string>; vault: Vault; publicKey: string };

/** The settings of a desk whose waits are short, so that a thousand faults fit into minutes. */
export async function deskSettings(
  db: Database,
  desk: {
    url: string;
    imapPort: number;
    smtpPort: number;
    seconds: { lease: number; server: number };
    key?: NewKey;
  },
): Promise<DeskSettings> {
  const masterKey = newMasterKey();
  const key = desk.key ?? (await generateSecretKey("Help desk", deskAddress));
  return {
    vault: await openVault(db, readMasterKey(masterKey)),
    publicKey: key.public,
    env: {
      DATABASE_URL: desk.url,
      DATABASE_CONNECTIONS: "5",
      MASTER_KEY: masterKey.trim(),
      DESK_ADDRESS: deskAddress,
      OPENPGP_KEYS: key.secret,
      SESSION_SECRET: "s".repeat(40),
      IMAP_HOST: "127.0.0.1",
      IMAP_PORT: String(desk.imapPort),
      IMAP_TLS: "no",
      IMAP_USER: "desk",
      IMAP_PASSWORD: "secret",
      IMAP_POLL_SECONDS: "1",
      SMTP_HOST: "127.0.0.1",
      SMTP_PORT: String(desk.smtpPort),
      SMTP_TLS: "no",
      READING_PROCESSES: "1",
      WEB_PORT: "0",
      WEB_METRICS_PORT: "0",
      WORKER_METRICS_PORT: "0",
      LEASE_SECONDS: String(desk.seconds.lease),
      MAIL_SERVER_SECONDS: String(desk.seconds.server),
    },
  };
}
