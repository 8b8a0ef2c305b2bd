import { type DestinationStream, type Logger, pino } from "pino";

/**
 * Structured lines of JSON. An error is logged by its class, its code and where in our code it happened: the message
 * of an unknown error may hold an address or a piece of a mail, so it is never written.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError, error: describeError },
    // Without words of ours, pino would take the message of the error for the line.
    hooks: {
      logMethod(args: unknown[], method: (...args: never[]) => void) {
        const [first, ...rest] = args;
        const fields = first instanceof Error ? { err: first } : first;
        const silent = typeof fields === "object" && fields !== null && "err" in fields && !rest[0];
        method.apply(this, [fields, ...(silent ? ["error"] : rest)] as never[]);
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

export type ErrorDescription = { name: string; code?: string; stack: string[]; cause?: ErrorDescription };

/** What may be known of an error: no message, only class, code, and the lines of the stack. */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, stack: [] };
  const code = "code" in error ? String(error.code) : undefined;
  return {
    name: /^\w{1,60}$/.test(error.name) ? error.name : "Error",
    ...(code && /^\w{1,60}$/.test(code) && { code }),
    stack: framesOf(error),
    ...(error.cause instanceof Error && depth < 3 && { cause: describeError(error.cause, depth + 1) }),
  };
}

const frame = /^\s+at [^@]*?(?:file:\/\/|node:|\/)[^@]*:\d+:\d+\)?$/;

function framesOf(error: Error): string[] {
  // The message stands at the head of the stack and may have lines that look like frames.
  const stack = (error.stack ?? "").replace(error.message, "");
  return stack
    .split("\n")
    .filter((line) => frame.test(line) || /^\s+at [\w.<> ]+ \(<anonymous>\)$/.test(line))
    .slice(0, 12)
    .map((line) => line.trim());
}
