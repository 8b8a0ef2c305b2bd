import { Worker } from "node:worker_threads";
import type { PinnedKey } from "../mime/crypto-summary.ts";
import type { MailReading } from "./mail-reading.ts";

/** Threads that read mail, so that a hostile mail can be stopped and the process goes on. */
export type ReadingThreads = {
  /** `pinned` are keys that a person confirmed: read again with them, the same mail gives the verdict they allow. */
  read(raw: Uint8Array, pinned?: PinnedKey[]): Promise<MailReading>;
  stop(): Promise<void>;
};

export type ReadingOptions = {
  threads: number;
  /** The desk's secret keys, armored; they live in these threads. */
  secretKeys: string[];
  passphrase?: string | undefined;
  deskAddress: string;
  secondsPerMail?: number;
  megabytesPerThread?: number;
};

/** The threads were stopped while a mail was read: it says nothing about the mail. */
export class ReadingStopped extends Error {}

type Job = {
  raw: Uint8Array;
  pinned: PinnedKey[];
  done: (reading: MailReading) => void;
  fail: (error: Error) => void;
};
type Thread = { worker: Worker; isReady: boolean; job: Job | null; timer: NodeJS.Timeout | null };

/** Starts the threads. What breaks a limit comes back as a reason; `read` rejects only with `ReadingStopped`. */
export function startReadingThreads(options: ReadingOptions): ReadingThreads {
  const waiting: Job[] = [];
  const threads = new Set<Thread>();
  let stopped = false;

  const finish = (thread: Thread, reading: MailReading) => {
    if (thread.timer) clearTimeout(thread.timer);
    const { job } = thread;
    thread.job = null;
    if (stopped) job?.fail(new ReadingStopped());
    else job?.done(reading);
  };

  const replace = (thread: Thread, reason: string) => {
    if (!threads.delete(thread)) return;
    void thread.worker.terminate();
    finish(thread, { ok: false, reason });
    if (!stopped) startThread();
  };

  const next = (thread: Thread) => {
    // The time of a mail must not run while its thread starts.
    const job = thread.isReady && !thread.job ? waiting.shift() : undefined;
    if (!job) return;
    const seconds = options.secondsPerMail ?? 20;
    thread.job = job;
    thread.timer = setTimeout(
      () => replace(thread, `Reading took longer than ${seconds} seconds and was stopped`),
      seconds * 1000,
    );
    thread.worker.postMessage({ raw: job.raw, pinned: job.pinned });
  };

  const startThread = () => {
    const worker = new Worker(new URL("./reading-thread.ts", import.meta.url), {
      workerData: {
        secretKeys: options.secretKeys,
        passphrase: options.passphrase,
        deskAddress: options.deskAddress,
      },
      resourceLimits: { maxOldGenerationSizeMb: options.megabytesPerThread ?? 384 },
    });
    const thread: Thread = { worker, isReady: false, job: null, timer: null };
    threads.add(thread);
    worker.on("message", (message: "ready" | MailReading) => {
      if (message === "ready") thread.isReady = true;
      else finish(thread, message);
      next(thread);
    });
    worker.on("error", (error: Error & { code?: string }) =>
      replace(
        thread,
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? "Reading needed more memory than a mail may use and was stopped"
          : `Reading stopped by an error of the program (${error.name})`,
      ),
    );
    worker.on("exit", () => replace(thread, "The thread that read this mail stopped"));
  };

  for (let count = 0; count < options.threads; count += 1) startThread();

  return {
    read: (raw, pinned = []) =>
      new Promise((done, fail) => {
        waiting.push({ raw, pinned, done, fail });
        for (const thread of threads) next(thread);
      }),
    async stop() {
      stopped = true;
      for (const job of waiting.splice(0)) job.fail(new ReadingStopped());
      await Promise.all([...threads].map(({ worker }) => worker.terminate()));
    },
  };
}
