import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readMail } from "#src/inbox/read-mail.ts";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import type { DecryptTask, DecryptTimes } from "./decrypt.ts";

// Decrypts and verifies the messages of a folder, or reads the mails around them, as often as it is asked.
process.on("disconnect", () => process.exit());

process.on("message", async (task: DecryptTask) => {
  const keys = await openSecretKeys([task.secretKey]);
  const messages = await Promise.all(
    task.files.map((file) => readFile(join(task.folder, task.what === "mail" ? `${file}.eml` : file))),
  );
  const pinned = [{ address: task.sender.address, armored: task.sender.publicKey }];
  const one = async (bytes: Buffer) => {
    const signed =
      task.what === "mail"
        ? await signatureOfMail(bytes)
        : await decrypt(bytes, keys, [task.sender.publicKey]).then((made) => made.ok && made.signed);
    if (signed !== "good") throw new Error(`A message of the bench is not read as it was written: ${signed}`);
  };
  const signatureOfMail = async (bytes: Buffer) => {
    const reading = await readMail(bytes, keys, "desk@example.org", pinned);
    return reading.ok && reading.signature;
  };

  for (const bytes of messages.slice(0, 20)) await one(bytes);
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const resident: number[] = [];
  for (let count = 0; count < task.count; count += 1) {
    const bytes = messages[count % messages.length];
    if (bytes) await one(bytes);
    if (count % Math.ceil(task.count / 10) === 0) resident.push(process.memoryUsage.rss());
  }
  const used = process.cpuUsage(cpu);
  const times: DecryptTimes = {
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
    resident: [...resident, process.memoryUsage.rss()],
  };
  process.send?.(times);
});
