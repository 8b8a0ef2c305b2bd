import { openDatabase } from "#src/database.ts";
import { fillDesk } from "./fill.ts";
import type { Ground, Say } from "./ground.ts";
import { untilRead } from "./ingest.ts";
import { looksAt } from "./looks.ts";
import { mailFolder } from "./make-mails.ts";
import type { Options } from "./options.ts";
import { startMailServer, startWeb, startWorker } from "./processes.ts";
import { quantile, type Section } from "./table.ts";
import { signIn } from "./visitor.ts";

/** A person who looks at a page twenty times a second while the worker reads a full mailbox. */
export async function measureBesideInbox(ground: Ground, options: Options, say: Say): Promise<Section> {
  const count = options.quick ? 800 : 2500;
  const folder = await mailFolder(ground, "clear-4kB", count + 200, options.seed, say);
  const { url, drop } = await ground.newDatabase();
  await fillDesk(ground, url, 1000, options.seed, say);
  const db = openDatabase(url, { connections: 1 });
  const [read] = (await db("mails").where({ state: "read" }).count<{ count: string }[]>()).map((row) =>
    Number(row.count),
  );
  const mail = await startMailServer();
  const web = await startWeb(ground, url);
  const worker = await startWorker(ground, url, mail, { key: ground.keys.rsa4096.secret });
  const visitor = await signIn(web);
  const looks = looksAt(1000);
  for (const look of looks) await visitor.times(look, 60, 1);
  await mail.deliver(folder, 0, 200);
  await untilRead(db, (read ?? 0) + 200);

  const ms: number[] = [];
  const deliveredAt = await mail.deliver(folder, 200, count + 200);
  const done = untilRead(db, (read ?? 0) + count + 200);
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  for (let turn = 0; !isDone; turn += 1) {
    const look = looks[turn % looks.length];
    if (look) ms.push(...(await visitor.times(look, 1, 1, turn)).ms);
    await new Promise((next) => setTimeout(next, Math.max(0, 50 - (ms.at(-1) ?? 0))));
  }
  const perSecond = (count * 1000) / ((await done) - deliveredAt);
  await worker.stop();
  await web.stop();
  await mail.stop();
  await db.destroy();
  await drop();
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(ms, share));
  say(
    `Beside the inbox: p50 ${p50?.toFixed(1)}, p99 ${p99?.toFixed(1)} ms at ${perSecond.toFixed(0)} mails/s`,
  );
  return {
    title: "Pages while the inbox works at full speed",
    note: "The four pages in turn, twenty a second, beside one worker that reads clear mails of 4 kB.",
    columns: ["pages", "p50 ms", "p95 ms", "p99 ms", "mails/s meanwhile"],
    rows: [[ms.length, p50 ?? 0, p95 ?? 0, p99 ?? 0, perSecond]],
  };
}
