import type { Database } from "../database.ts";
import { mailAdmins } from "../outbox/mail-admins.ts";
import type { Sender } from "../outbox/send.ts";
import type { Vault } from "../vault/vault.ts";
import { claimAlarmsToMail } from "./alarms.ts";

/** Mails each open alarm to the administrators once; when the mail does not leave it is tried again later. */
export async function tellAdmins(
  db: Database,
  vault: Vault,
  sender: Sender,
  addresses: string[],
): Promise<void> {
  if (addresses.length === 0) return;
  const alarms = await claimAlarmsToMail(db);
  if (alarms.length === 0) return;

  const text = alarms.map(({ detail }) => detail).join("\n\n");
  const told = await mailAdmins(db, vault, sender, addresses, { subject: "The help desk needs you", text });
  const ids = alarms.map(({ id }) => id);
  if (!told) await db("alarms").whereIn("id", ids).update({ mailed_at: null });
}
