import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { FaultAct } from "./faults.ts";

/** A piece of an answer: protocol text, one character for each byte, or the content of a literal. */
export type Piece = string | Buffer;

/** The way out to one client; a fault that struck the present command spoils what goes through. */
export class Outlet {
  readonly #socket: Socket;
  #fault: FaultAct | null = null;
  #cutFrom: "literals" | "answer" = "answer";
  #passed = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Spoils everything until `recover`. */
  spoil(fault: FaultAct, cutFrom: "literals" | "answer"): void {
    this.#fault = fault;
    this.#cutFrom = cutFrom;
    this.#passed = 0;
  }

  /** Ends the fault; one that was to break the connection breaks it now if it has not yet. */
  recover(): void {
    if (this.#fault?.do === "cut" || this.#fault?.do === "lose answer") this.close();
    this.#fault = null;
  }

  /** Sends pieces of an answer; waits while the client does not read. */
  async send(...pieces: Piece[]): Promise<void> {
    if (this.#socket.destroyed || !this.#socket.writable || this.#fault?.do === "lose answer") return;

    const literalSurplus = this.#fault?.do === "wrong length" ? this.#fault.by : 0;
    const announced = announceLiterals(falsified(pieces, this.#fault), literalSurplus);
    for (const bytes of this.#fault ? announced : joinSmall(announced)) {
      if (this.#fault?.do === "cut") await this.#writeUntilCut(bytes, this.#fault.atByte);
      else if (this.#fault?.do === "drip") await this.#drip(bytes.content, this.#fault);
      else await this.#write(bytes.content);
    }
  }

  /** Sends what is under way and closes the connection. */
  close(): void {
    this.#socket.destroySoon();
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    if (this.#socket.write(bytes)) return;
    const settled = new AbortController();
    const { signal } = settled;
    await Promise.race([
      once(this.#socket, "drain", { signal }),
      once(this.#socket, "close", { signal }),
    ]).catch(() => {});
    settled.abort();
  }

  async #writeUntilCut(bytes: Bytes, limit: number): Promise<void> {
    const counts = this.#cutFrom === "answer" || bytes.literal;
    const left = counts ? limit - this.#passed : bytes.content.length;
    await this.#write(bytes.content.subarray(0, Math.max(left, 0)));
    if (counts) this.#passed += bytes.content.length;
    if (counts && this.#passed >= limit) this.close();
  }

  async #drip(bytes: Buffer, { bytes: step, everyMs }: { bytes: number; everyMs: number }): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#socket.destroyed; at += step) {
      await this.#write(bytes.subarray(at, at + step));
      await pause(everyMs);
    }
  }
}

type Bytes = { content: Buffer; literal: boolean };

function falsified(pieces: Piece[], fault: FaultAct | null): Piece[] {
  if (fault?.do === "short")
    return pieces.map((piece) => (typeof piece === "string" ? piece : piece.subarray(0, -fault.by)));
  if (fault?.do !== "wrong size") return pieces;
  const isSize = (at: number) => /RFC822\.SIZE $/.test(String(pieces[at - 1]?.slice(-20)));
  return pieces.map((piece, at) => (isSize(at) ? String(Number(piece) + fault.by) : piece));
}

function announceLiterals(pieces: Piece[], surplus: number): Bytes[] {
  return pieces.flatMap((piece) => {
    if (typeof piece === "string") return [{ content: Buffer.from(piece, "latin1"), literal: false }];
    const announcement = Buffer.from(`{${Math.max(piece.length + surplus, 0)}}\r\n`);
    return [
      { content: announcement, literal: false },
      { content: piece, literal: true },
    ];
  });
}

function joinSmall(pieces: Bytes[]): Bytes[] {
  const size = pieces.reduce((sum, piece) => sum + piece.content.length, 0);
  if (size > 128 * 1024) return pieces;
  return [{ content: Buffer.concat(pieces.map((piece) => piece.content)), literal: false }];
}
