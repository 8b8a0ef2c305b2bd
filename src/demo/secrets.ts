import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { generateSecretKey } from "../openpgp/generate-secret-key.ts";
import { newPassword } from "../staff/passwords.ts";
import type { Role } from "../staff/staff.ts";
import { newMasterKey } from "../vault/master-key.ts";
import { keptFile } from "./kept-file.ts";

export const deskName = "Help desk (demo)";
export const deskAddress = "support@example.org";

export type DemoSecrets = {
  folder: string;
  masterKey: string;
  mailboxPassword: string;
  deskPublicKey: string;
  accounts: { name: string; role: Role; languages: string[]; password: string }[];
};

/** The secrets of the demo, made at the first start and kept under its data folder, one file each. */
export async function demoSecrets(dataFolder: string): Promise<DemoSecrets> {
  const folder = join(dataFolder, "secrets");
  const secret = (name: string, make: () => string | Promise<string>) => keptFile(join(folder, name), make);

  await secret("session", () => randomBytes(32).toString("hex"));
  const key = JSON.parse(
    await secret("openpgp.json", async () => JSON.stringify(await generateSecretKey(deskName, deskAddress))),
  );
  await secret("openpgp", () => key.secret);
  return {
    folder,
    masterKey: await secret("master-key", newMasterKey),
    mailboxPassword: await secret("mailbox", () => randomBytes(16).toString("hex")),
    deskPublicKey: key.public,
    accounts: JSON.parse(await secret("accounts.json", () => JSON.stringify(newAccounts(), null, 2))),
  };
}

function newAccounts(): DemoSecrets["accounts"] {
  return [
    { name: "nina", role: "help_desk", languages: ["en", "fr"], password: newPassword() },
    { name: "ilse", role: "lead", languages: ["de", "en"], password: newPassword() },
    { name: "adam", role: "admin", languages: ["es", "it", "pt"], password: newPassword() },
  ];
}
