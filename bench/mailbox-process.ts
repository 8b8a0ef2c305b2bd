import { startImapServer } from "#src/demo/imap-server/start-imap-server.ts";
import { readMails } from "./make-mails.ts";

// The mail server of the measurements, in a process of its own so that its work is counted apart.
const [user = "", password = ""] = process.argv.slice(2);
const server = await startImapServer({ users: { [user]: password } });
process.send?.({ port: server.port });

process.on("message", async (order: { folder: string; from: number; to: number }) => {
  const mails = await readMails(order.folder, order.from, order.to);
  const deliveredAt = Date.now();
  for (const raw of mails) server.append(user, "INBOX", raw);
  process.send?.({ deliveredAt });
});
process.once("disconnect", () => process.exit(0));
