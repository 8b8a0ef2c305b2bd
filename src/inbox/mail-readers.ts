import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { PinnedKey } from "../mime/crypto-summary.ts";
import type { MailReading } from "./mail-reading.ts";
import { processorSeconds, startReaderProcess } from "./reader-process.ts";

/** Processes that read mail, so that a hostile mail can be stopped, or end its process, and the worker goes on. */
export type MailReaders = {
  /**
   * `pinned` are keys that a person confirmed: read again with them, the same mail gives the verdict they allow. `chosen` is
   * a charset that a person chose for its words.
   */
  read(raw: Uint8Array, pinned?: PinnedKey[], chosen?: string): Promise<MailReading>;
  /** What is remembered of a mail that is not read, from the beginning of its header alone; `reason` comes back with it. */
  setAsideUnread(raw: Uint8Array, reason: string): Promise<MailReading>;
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
  /** By the clock; and of processor time, so that a busy machine stops no mail that is harmless. */
  secondsPerMail?: number;
  processorSecondsPerMail?: number;
  /** After so much processor time a mail is put behind the others and begun anew: hardly a mail takes a tenth of it. */
  processorSecondsOfShortTurn?: number;
  megabytesPerProcess?: number;
};

/** The readers were stopped while a mail was read: it says nothing about the mail. */
export class ReadingStopped extends Error {}

type Job = {
  raw: Uint8Array;
  pinned: PinnedKey[];
  chosen: string | undefined;
  /** It has had its short turn, or is too large for one. */
  isSlow: boolean;
  /** Only who wrote it is asked, from its beginning: it is not read for this reason. */
  unread: string | null;
  done: (reading: MailReading) => void;
  fail: (error: Error) => void;
};
type Reader = { child: ChildProcess; isReady: boolean; job: Job | null; timers: NodeJS.Timeout[] };

const tooMuchMemory = "Reading needed more memory than a mail may use and was stopped";
const tookTooLong = (seconds: number) => `Reading took longer than ${seconds} seconds and was stopped`;

const longestBeginning = 64 * 1024;
/** Bytes; a larger mail waits behind the others from the beginning. */
const largeForShortTurn = 2_000_000;
const millisecondsBetweenLooks = 100;

/**
 * Starts the readers. What breaks a limit comes back as a reason; `read` rejects only with `ReadingStopped`. A mail that
 * takes long gets a second turn behind all others, with one process left to the others where there are several, so that a
 * handful of hostile mails delays nobody by more than a moment.
 */
export function startMailReaders(options: MailReadersOptions): MailReaders {
  const { secondsPerMail = 20, processorSecondsPerMail = 5, processorSecondsOfShortTurn = 1 } = options;
  const [waiting, waitingSlow]: [Job[], Job[]] = [[], []];
  const readers = new Set<Reader>();
  const mostSlow = Math.max(1, options.processes - 1);
  let stopped = false;

  const finish = (reader: Reader, reading: MailReading) => {
    for (const timer of reader.timers.splice(0)) clearTimeout(timer);
    const { job } = reader;
    reader.job = null;
    if (stopped) job?.fail(new ReadingStopped());
    else job?.done(reading);
  };

  const replace = (reader: Reader, reason: string) => {
    if (!readers.delete(reader)) return;
    reader.child.kill("SIGKILL");
    const { job } = reader;
    if (job && job.unread === null && !stopped) {
      reader.job = null;
      add({ ...job, ...beginningOf(job.raw, reason) });
    }
    finish(reader, { ok: false, reason: job?.unread ?? reason, ...fromNobodyKnown });
    // One that never got ready is not started again and again without a breath.
    if (!stopped) setTimeout(startReader, reader.isReady ? 0 : 1000);
  };

  const add = (job: Job) => {
    (job.isSlow ? waitingSlow : waiting).push(job);
    serve();
  };

  /** Its short turn is over: it waits for its second one. */
  const putBehind = (reader: Reader, job: Job) => {
    reader.job = null;
    waitingSlow.push({ ...job, isSlow: true });
    replace(reader, "");
  };

  const nextJob = (): Job | undefined => {
    const slowNow = [...readers].filter(({ job }) => job?.isSlow).length;
    return waiting.shift() ?? (slowNow < mostSlow ? waitingSlow.shift() : undefined);
  };

  const next = (reader: Reader) => {
    // The time of a mail must not run while its process starts.
    const job = reader.isReady && !reader.job ? nextJob() : undefined;
    if (!job) return;
    reader.job = job;
    const before = processorSeconds(reader.child.pid);
    const stop = (seconds: number) => {
      if (reader.job === job) replace(reader, tookTooLong(seconds));
    };
    // Where we were busy past the limit ourselves, what was read in time waits in the pipe: it is heard first.
    const atLimit = () => setImmediate(stop, secondsPerMail);
    const look = () => {
      const now = processorSeconds(reader.child.pid);
      if (reader.job !== job || now === null || before === null) return;
      if (job.isSlow && now - before > processorSecondsPerMail) setImmediate(stop, processorSecondsPerMail);
      else if (!job.isSlow && now - before > processorSecondsOfShortTurn) {
        setImmediate(() => reader.job === job && putBehind(reader, job));
      }
    };
    reader.timers = [setTimeout(atLimit, secondsPerMail * 1000), setInterval(look, millisecondsBetweenLooks)];
    const { raw, pinned, chosen, unread } = job;
    reader.child.send({ raw, pinned, chosen, unread }, ignoreClosed);
  };

  const serve = () => {
    for (const reader of readers) next(reader);
  };

  const startReader = async () => {
    if (stopped) return;
    const child = await startReaderProcess(options.megabytesPerProcess ?? 384);
    const { secretKeys, passphrase, deskAddress } = options;
    const reader: Reader = { child, isReady: false, job: null, timers: [] };
    readers.add(reader);
    child.on("message", (message: "ready" | MailReading) => {
      // One that was killed may have said something before: it must not get another mail.
      if (!readers.has(reader)) return;
      if (message === "ready") reader.isReady = true;
      else finish(reader, message);
      serve();
    });
    child.on("error", () => replace(reader, "The process that reads mail could not be started"));
    // V8 ends the whole process when the heap is full: the reason why this is no thread.
    child.on("exit", (code, signal) =>
      replace(
        reader,
        code === 134 || signal === "SIGABRT" ? tooMuchMemory : "The process that read this mail stopped",
      ),
    );
    child.send({ secretKeys, passphrase, deskAddress }, ignoreClosed);
    if (stopped) replace(reader, "");
  };

  const starting = Array.from({ length: options.processes }, startReader);

  return {
    read: (raw, pinned = [], chosen) =>
      new Promise((done, fail) => {
        add({ raw, pinned, chosen, isSlow: raw.length > largeForShortTurn, unread: null, done, fail });
      }),
    setAsideUnread: (raw, reason) =>
      new Promise((done, fail) => add({ ...beginningOf(raw, reason), done, fail })),
    surelyReadWithin: (seconds) => Math.max(1, Math.floor(seconds / secondsPerMail) - 1) * options.processes,
    async stop() {
      stopped = true;
      for (const job of [...waiting.splice(0), ...waitingSlow.splice(0)]) job.fail(new ReadingStopped());
      for (const started of starting) await started;
      await Promise.all([...readers].map(({ child }) => endProcess(child)));
    },
  };
}

/** A mail that stops its reader may hold anything, ciphertext too: who sent it is remembered as of one that did not open. */
function beginningOf(raw: Uint8Array, unread: string) {
  return { raw: raw.subarray(0, longestBeginning), pinned: [], chosen: undefined, isSlow: false, unread };
}

const fromNobodyKnown = { cryptography: { from: null, references: [] } };

/** A process that ended meanwhile is noticed by its exit. */
function ignoreClosed(): void {}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
