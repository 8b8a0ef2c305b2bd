import type { ByteReader } from "./byte-reader.ts";
import { type Argument, parseArguments } from "./parse-arguments.ts";

export type Command = { tag: string; name: string; args: Argument[] };

export type Reading =
  | { kind: "command"; command: Command }
  | { kind: "refused"; tag: string; answer: string }
  | { kind: "hopeless"; reason: string };

export type ReadLimits = { lineBytes: number; literalBytes: number };

const most = { literals: 50 };

/**
 * Reads one command with its literals, `{n}` (after asking for them) and `{n+}` (RFC 7888).
 * "refused" leaves the connection usable, "hopeless" does not; null when the client has left.
 */
export async function readCommand(
  reader: ByteReader,
  askForLiteral: () => Promise<void>,
  limits: ReadLimits,
): Promise<Reading | null> {
  const parts: (string | Buffer)[] = [];
  let lineBytes = 0;
  let literalBytes = 0;

  for (;;) {
    const read = await reader.readLine(limits.lineBytes - lineBytes);
    if (!read) return null;
    if (read === "too long") return { kind: "hopeless", reason: "The command line is too long" };

    const announced = /\{(\d{1,12})(\+?)\}$/.exec(read.line);
    if (!announced) return interpret([...parts, read.line]);

    lineBytes += read.line.length;
    literalBytes += Number(announced[1]);
    parts.push(read.line.slice(0, announced.index));
    if (literalBytes > limits.literalBytes || parts.length > most.literals * 2) {
      if (announced[2]) return { kind: "hopeless", reason: "The literal is too large" };
      return { kind: "refused", tag: tagOf(parts), answer: "NO [TOOBIG] The literal is too large" };
    }

    if (!announced[2]) await askForLiteral();
    const bytes = await reader.readBytes(Number(announced[1]));
    if (!bytes) return null;
    parts.push(bytes);
  }
}

function interpret(parts: (string | Buffer)[]): Reading {
  const first = typeof parts[0] === "string" ? parts[0] : "";
  const start = /^([^\s(){%*"\\+]{1,64}) +(?:(UID) +)?([A-Za-z]{1,20})(?= |$)/i.exec(first);
  if (!start) return { kind: "refused", tag: tagOf(parts), answer: "BAD Not a command" };

  const [whole, tag = "*", uid, name = ""] = start;
  const args = parseArguments([first.slice(whole.length), ...parts.slice(1)]);
  if (!args) return { kind: "refused", tag, answer: "BAD The arguments cannot be read" };
  return { kind: "command", command: { tag, name: `${uid ? "UID " : ""}${name.toUpperCase()}`, args } };
}

function tagOf(parts: (string | Buffer)[]): string {
  const first = typeof parts[0] === "string" ? parts[0] : "";
  return /^[^\s(){%*"\\+\p{Cc}]{1,64}(?= |$)/u.exec(first)?.[0] ?? "*";
}
