import { subscribe } from "node:diagnostics_channel";
import { appendFileSync, readFileSync } from "node:fs";
import type { TestEvent } from "node:test/reporters";

/** What became of one test; or, as the very last line of a file, that it came to its end, and what that cost. */
export type ResultLine =
  | { kind: "passed"; name: string }
  | { kind: "skipped"; name: string; reason: string }
  | { kind: "failed"; name: string; error: string }
  | { kind: "end"; spent: Spent };

/** Seconds of processor time: of the file itself, and of the programs that it started and that ended before it. */
export type Spent = { own: number; programs: number };

/** That a test has begun or is over, told at once: it may never give its process free again. */
export type StepLine = { kind: "begun" | "over"; name: string; nesting: number };

const steps = process.env.WHISPERDESK_TEST_STEPS;
if (steps) {
  const tell = (kind: StepLine["kind"], { type, name, nesting }: Announced) => {
    const line: StepLine = { kind, name, nesting };
    if (type === "test") appendFileSync(steps, `${JSON.stringify(line)}\n`);
  };
  subscribe("tracing:node.test:start", (test) => tell("begun", test as Announced));
  subscribe("tracing:node.test:end", (test) => tell("over", test as Announced));
}

/** What node:test tells on its channels. */
type Announced = { type: "test" | "suite"; name: string; nesting: number };

/** A reporter of node:test for our runner: one line of JSON for each result that counts. */
export default async function* resultLines(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const path: string[] = [];
  for await (const event of events) {
    if (event.type === "test:start") path.splice(event.data.nesting, path.length, event.data.name);
    const line = readEvent(event, path);
    if (line) yield `${JSON.stringify(line)}\n`;
  }
}

function readEvent(event: TestEvent, path: string[]): ResultLine | null {
  if (event.type === "test:summary") return { kind: "end", spent: processorTime() };
  if (event.type !== "test:pass" && event.type !== "test:fail") return null;

  const name = [...path.slice(0, event.data.nesting), event.data.name].join(" › ");
  const { skip, todo } = event.data;
  if (skip !== undefined && skip !== false) return { kind: "skipped", name, reason: reasonOf(skip) };
  if (todo !== undefined && todo !== false)
    return { kind: "skipped", name, reason: `to do: ${reasonOf(todo)}` };
  if (event.type === "test:fail") return readFailure(name, event.data.details.error);

  return event.data.details.type === "suite" ? null : { kind: "passed", name };
}

// A test that failed because of a test inside it says nothing new.
function readFailure(name: string, error: Error & { failureType?: string }): ResultLine | null {
  if (error.failureType === "subtestsFailed") return null;

  const cause = error.cause instanceof Error ? error.cause : error;
  return { kind: "failed", name, error: shorten(cause.stack ?? cause.message) };
}

function shorten(stack: string): string {
  const lines = stack.split("\n");
  const ours = lines.filter((line) => !/^\s+at .*(node:|node_modules)/.test(line));
  return ours.slice(0, 40).join("\n");
}

function reasonOf(mark: string | boolean): string {
  return typeof mark === "string" && mark ? mark : "no reason given";
}

// proc_pid_stat(5): fields 14 to 17, in hundredths of a second. The second field, a name, may hold blanks.
function processorTime(): Spent {
  const [own = 0, ownSystem = 0, programs = 0, programsSystem = 0] = readFileSync("/proc/self/stat", "latin1")
    .replace(/^.*\) /s, "")
    .split(" ")
    .slice(11, 15)
    .map((ticks) => Number(ticks) / 100);
  return { own: own + ownSystem, programs: programs + programsSystem };
}
