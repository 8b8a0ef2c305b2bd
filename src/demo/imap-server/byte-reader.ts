import type { Socket } from "node:net";

const enoughBuffered = 1024 * 1024;

/** Reads lines and counted bytes from a connection, in the order in which the conversation asks for them. */
export class ByteReader {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #size = 0;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("end", () => this.#close());
    socket.on("close", () => this.#close());
  }

  /** The next line without its line end, one character for each byte; "too long" over the limit, null when the connection is gone. */
  async readLine(limit: number): Promise<{ line: string } | "too long" | null> {
    const read = await this.readRawLine(limit);
    return Buffer.isBuffer(read) ? { line: read.toString("latin1").replace(/\r?\n$/, "") } : read;
  }

  /** The same with its line end, as bytes. */
  async readRawLine(limit: number): Promise<Buffer | "too long" | null> {
    let scanned = 0;
    for (let index = 0; ; index += 1) {
      const chunk = this.#chunks[index] ?? (await this.#more(index));
      if (!chunk) return null;

      const end = chunk.indexOf(0x0a);
      if (scanned + (end < 0 ? chunk.length : end) > limit) return "too long";
      if (end >= 0) return this.#remove(scanned + end + 1);
      scanned += chunk.length;
    }
  }

  /** Exactly so many bytes; null when the connection ends before they came. */
  async readBytes(count: number): Promise<Buffer | null> {
    while (this.#size < count) {
      if (!(await this.#more(this.#chunks.length))) return null;
    }
    return this.#remove(count);
  }

  /** Settles when the other side has left. */
  async closed(): Promise<void> {
    while (await this.#more(this.#chunks.length)) {
      this.#chunks = [];
      this.#size = 0;
    }
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > enoughBuffered && !this.#wake) this.#socket.pause();
    this.#wakeUp();
  }

  #close(): void {
    this.#closed = true;
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }

  async #more(index: number): Promise<Buffer | undefined> {
    while (this.#chunks.length <= index && !this.#closed) {
      this.#socket.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#chunks[index];
  }

  #remove(count: number): Buffer {
    const removed: Buffer[] = [];
    let missing = count;
    while (missing > 0) {
      const chunk = this.#chunks[0];
      if (!chunk) break;
      if (chunk.length <= missing) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(missing);
      removed.push(chunk.subarray(0, missing));
      missing -= Math.min(chunk.length, missing);
    }
    this.#size -= count;
    return Buffer.concat(removed);
  }
}
