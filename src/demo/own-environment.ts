import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

// Demo, tests and bench import this file before all others. What the machine's owner has set for other programs (PGPORT,
// NODE_OPTIONS, TZ, a proxy, a key ring …) must not change what they do, so the process starts again without it.

const meant =
  /^(PATH|TMPDIR|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|CI|WEB_PORT|PICTURES|UPDATE_SCHEMA|UPDATE_DOCS|WHISPERDESK_\w+)$/;
/** How Node tells a process that it runs tests, or that its coverage is counted. */
const ofNode = /^NODE_(TEST_CONTEXT|V8_COVERAGE)$/;

/** Of these variables those that are meant for us, and what is the same on every machine. */
export function ownEnvironment(given: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(given).filter(([name]) => meant.test(name) || ofNode.test(name));
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    ...(Object.fromEntries(kept) as Record<string, string>),
    // Nobody's: nothing can be read there, nor made there by root.
    HOME: "/dev/null",
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    // Where Node keeps the TypeScript that it has compiled already.
    NODE_COMPILE_CACHE: join(import.meta.dirname, "../../node_modules/.cache/whisperdesk/compiled"),
  };
}

const own = ownEnvironment(process.env);
if (!isDeepStrictEqual({ ...process.env }, own)) {
  const [, program = "", ...args] = process.argv;
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, program, ...args], own);
}
