import type { TestEvent } from "node:test/reporters";

/** What became of one test; or, as the very last line of a file, that it came to its end. */
export type ResultLine =
  | { kind: "passed"; name: string }
  | { kind: "skipped"; name: string; reason: string }
  | { kind: "failed"; name: string; error: string }
  | { kind: "end" };

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
  if (event.type === "test:summary") return { kind: "end" };
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
