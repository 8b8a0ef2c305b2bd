import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { PinnedKey } from "../mime/crypto-summary.ts";
import type { MailReading } from "./mail-reading.ts";

/** Processes that read mail, so that a hostile mail can be stopped, or end its process, and the worker goes on. */
export type MailReaders = {
  /** `pinned` are keys that a person confirmed: read again with them, the same mail gives the verdict they allow. */
  read(raw: Uint8Array, pinned?: PinnedKey[]): Promise<MailReading>;
  /**
   * How many mails are read in this time when each takes as long as one may, with time left to store them; at least one in
   * each process.
   */
  surelyReadWithin(seconds: number): number;
  stop(): Promise<void>;
};

export type MailReadersOptions = {
  processes: number;
  /** The desk's secret keys, armored; these processes alone hold them open. */
  secretKeys: string[];
  passphrase?: string | undefined;
  deskAddress: string;
  secondsPerMail?: number;
  megabytesPerProcess?: number;
};

/** The readers were stopped while a mail was read: it says nothing about the mail. */
export class ReadingStopped extends Error {}

type Job = {
  raw: Uint8Array;
  pinned: PinnedKey[];
  done: (reading: MailReading) => void;
  fail: (error: Error) => void;
};
type Reader = { child: ChildProcess; isReady: boolean; job: Job | null; timer: NodeJS.Timeout | null };

const tooMuchMemory = "Reading needed more memory than a mail may use and was stopped";

/** Starts the readers. What breaks a limit comes back as a reason; `read` rejects only with `ReadingStopped`. */
export function startMailReaders(options: MailReadersOptions): MailReaders {
  const { secondsPerMail = 20 } = options;
  const waiting: Job[] = [];
  const readers = new Set<Reader>();
  let stopped = false;

  const finish = (reader: Reader, reading: MailReading) => {
    if (reader.timer) clearTimeout(reader.timer);
    const { job } = reader;
    reader.job = null;
    if (stopped) job?.fail(new ReadingStopped());
    else job?.done(reading);
  };

  const replace = (reader: Reader, reason: string) => {
    if (!readers.delete(reader)) return;
    reader.child.kill("SIGKILL");
    finish(reader, { ok: false, reason });
    // One that never got ready is not started again and again without a breath.
    if (!stopped) setTimeout(startReader, reader.isReady ? 0 : 1000);
  };

  const next = (reader: Reader) => {
    // The time of a mail must not run while its process starts.
    const job = reader.isReady && !reader.job ? waiting.shift() : undefined;
    if (!job) return;
    const stop = () => {
      if (reader.job === job)
        replace(reader, `Reading took longer than ${secondsPerMail} seconds and was stopped`);
    };
    reader.job = job;
    // Where we were busy past the limit ourselves, what was read in time waits in the pipe: it is heard first.
    reader.timer = setTimeout(() => setImmediate(stop), secondsPerMail * 1000);
    reader.child.send({ raw: job.raw, pinned: job.pinned }, ignoreClosed);
  };

  const startReader = () => {
    if (stopped) return;
    const child = startProcess(options);
    const reader: Reader = { child, isReady: false, job: null, timer: null };
    readers.add(reader);
    child.on("message", (message: "ready" | MailReading) => {
      // One that was killed may have said something before: it must not get another mail.
      if (!readers.has(reader)) return;
      if (message === "ready") reader.isReady = true;
      else finish(reader, message);
      next(reader);
    });
    child.on("error", () => replace(reader, "The process that reads mail could not be started"));
    // V8 ends the whole process when the heap is full: the reason why this is no thread.
    child.on("exit", (code, signal) =>
      replace(
        reader,
        code === 134 || signal === "SIGABRT" ? tooMuchMemory : "The process that read this mail stopped",
      ),
    );
  };

  for (let count = 0; count < options.processes; count += 1) startReader();

  return {
    read: (raw, pinned = []) =>
      new Promise((done, fail) => {
        waiting.push({ raw, pinned, done, fail });
        for (const reader of readers) next(reader);
      }),
    surelyReadWithin: (seconds) => Math.max(1, Math.floor(seconds / secondsPerMail) - 1) * options.processes,
    async stop() {
      stopped = true;
      for (const job of waiting.splice(0)) job.fail(new ReadingStopped());
      await Promise.all([...readers].map(({ child }) => endProcess(child)));
    },
  };
}

/** It gets nothing of our environment, which names the database and its secrets, and ends when we do. */
function startProcess(options: MailReadersOptions): ChildProcess {
  const child = fork(new URL("./read-mails-process.ts", import.meta.url), {
    env: {},
    // A young generation that fits the cache of a core: with the default a mail costs a tenth more, with 32 MB a third.
    execArgv: [`--max-old-space-size=${options.megabytesPerProcess ?? 384}`, "--max-semi-space-size=8"],
    serialization: "advanced",
    // What V8 prints when it runs out of memory helps nobody.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const { secretKeys, passphrase, deskAddress } = options;
  child.send({ secretKeys, passphrase, deskAddress }, ignoreClosed);
  return child;
}

/** A process that ended meanwhile is noticed by its exit. */
function ignoreClosed(): void {}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
