import type { Ground, Say } from "./ground.ts";
import type { Options } from "./options.ts";
import { type DeskProcess, startMailServer, startWeb, startWorker } from "./processes.ts";
import { median, type Section } from "./table.ts";

/** From the start of the program to its first answer, in milliseconds. */
export async function benchStart(ground: Ground, options: Options, say: Say): Promise<Section[]> {
  const { url, drop } = await ground.newDatabase();
  const mail = await startMailServer();
  const tries = options.quick ? 2 : 5;
  const web = await measure(tries, () => startWeb(ground, url));
  const worker = await measure(tries, () =>
    startWorker(ground, url, mail, { key: ground.keys.rsa4096.secret }),
  );
  await mail.stop();
  await drop();
  say(`Start: web ${Math.round(median(web))} ms, worker ${Math.round(median(worker))} ms`);
  return [
    {
      title: "Start",
      note: `To the first page of the web process, and to the worker's “ready”; ${tries} starts each.`,
      columns: ["process", "median ms", "slowest ms"],
      rows: [
        ["web", median(web), Math.max(...web)],
        ["worker", median(worker), Math.max(...worker)],
      ],
    },
  ];
}

async function measure(tries: number, start: () => Promise<DeskProcess>): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < tries; count += 1) {
    const began = performance.now();
    const started = await start();
    times.push(performance.now() - began);
    await started.stop();
  }
  return times;
}
