import { openDatabase } from "#src/database.ts";
import { residentBytes } from "./cost.ts";
import type { Ground, Say } from "./ground.ts";
import { untilRead } from "./ingest.ts";
import { mailFolder } from "./make-mails.ts";
import type { Options } from "./options.ts";
import { startMailServer, startWorker } from "./processes.ts";
import { quantile, type Section } from "./table.ts";

/** Resident memory of one worker while it reads 10,000 mails, one in eight of them encrypted with a log. */
export async function benchMemory(ground: Ground, options: Options, say: Say): Promise<Section[]> {
  const steps = options.quick ? 4 : 10;
  const perStep = options.quick ? { clear: 175, encrypted: 25 } : { clear: 880, encrypted: 120 };
  const clear = await mailFolder(ground, "clear-4kB", steps * perStep.clear, options.seed + 1, say);
  const encrypted = await mailFolder(ground, "rsa4096-log", steps * perStep.encrypted, options.seed + 1, say);
  const { url, drop } = await ground.newDatabase();
  const db = openDatabase(url, { connections: 1 });
  const mail = await startMailServer();
  const worker = await startWorker(ground, url, mail, { key: ground.keys.rsa4096.secret });
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(residentBytes(worker.pid)), 100);

  const rows: [string, number, number][] = [
    ["idle", residentBytes(worker.pid) / 1e6, residentBytes(worker.pid) / 1e6],
  ];
  for (let step = 0; step < steps; step += 1) {
    samples.length = 0;
    await mail.deliver(clear, step * perStep.clear, (step + 1) * perStep.clear);
    await mail.deliver(encrypted, step * perStep.encrypted, (step + 1) * perStep.encrypted);
    const mails = (step + 1) * (perStep.clear + perStep.encrypted);
    await untilRead(db, mails);
    rows.push([`${mails} mails`, quantile(samples, 0.5) / 1e6, Math.max(...samples) / 1e6]);
    say(`Memory after ${rows.at(-1)?.[0]}: ${Math.round(rows.at(-1)?.[1] ?? 0)} MB`);
  }

  clearInterval(sampling);
  await worker.stop();
  await mail.stop();
  await db.destroy();
  await drop();
  return [
    {
      title: "Memory of a worker",
      note: "Resident, two reading processes; one mail in eight is a PGP/MIME report with a 60 kB log (RSA-4096).",
      columns: ["after", "median MB", "most MB"],
      rows,
    },
  ];
}
