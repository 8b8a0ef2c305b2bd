import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Questions } from "./command.ts";

/** Asks on a terminal. */
export function questionsOn(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Questions {
  let hidden = false;
  const screen = new Writable({
    write(chunk, _encoding, done) {
      if (!hidden) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: screen, terminal: true });

  return {
    async ask(question, fallback = "") {
      const hint = fallback ? ` [${fallback}]` : "";
      return (await lines.question(`${question}${hint}: `)).trim() || fallback;
    },
    async askSecret(question) {
      output.write(`${question} (not shown): `);
      hidden = true;
      try {
        return (await lines.question("")).trim();
      } finally {
        hidden = false;
        output.write("\n");
      }
    },
    close: () => lines.close(),
  };
}
