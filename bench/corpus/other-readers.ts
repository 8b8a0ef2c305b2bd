import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import PostalMime, { type Address, type Email } from "postal-mime";
import { textFromHtml } from "#src/mime/text-from-html.ts";

/** What another program makes of a mail. Of alternatives the plain text counts where it says anything. */
export type OtherReading =
  | { ok: true; subject: string; from: string[]; text: string; files: string[] }
  | { ok: false; reason: string };

/** Another program that reads mail, file by file; `close` when no more come. */
export type OtherReader = { name: string; read(file: string): Promise<OtherReading>; close(): void };

export const postalMime: OtherReader = {
  name: "postal-mime",
  async read(file) {
    try {
      return fromPostal(await PostalMime.parse(await readFile(file)));
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.name : "unknown error" };
    }
  },
  close() {},
};

function fromPostal({ subject = "", from, text = "", html = "", attachments }: Email): OtherReading {
  return {
    ok: true,
    subject,
    from: from ? addressesOf(from) : [],
    text: text.trim() === "" ? textOf(html) : text,
    files: attachments.map(({ content }) =>
      createHash("sha256")
        .update(typeof content === "string" ? content : new Uint8Array(content))
        .digest("hex"),
    ),
  };
}

function addressesOf(from: Address): string[] {
  return from.group ? from.group.map(({ address }) => address) : [from.address];
}

/** Python's email package, in one process that reads all files; null where there is no Python. */
export function startPython(): OtherReader | null {
  const child = spawn("python3", [join(import.meta.dirname, "read-mails.py")], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on("error", () => {});
  if (child.pid === undefined) return null;
  return {
    name: "Python's email",
    async read(file) {
      child.stdin.write(`${file}\n`);
      const { value, done } = await lines.next();
      if (done) return { ok: false, reason: "Python ended" };
      return fromPython(JSON.parse(value));
    },
    close: () => child.stdin.end(),
  };
}

type PythonReading =
  | { ok: true; subject: string; from: string[]; plain: string[]; html: string[]; files: string[] }
  | { ok: false; reason: string };

function fromPython(reading: PythonReading): OtherReading {
  if (!reading.ok) return reading;
  const { subject, from, plain, html, files } = reading;
  const hasPlain = plain.some((text) => text.trim() !== "");
  return { ok: true, subject, from, files, text: (hasPlain ? plain : html.map(textOf)).join("\n") };
}

function textOf(html: string): string {
  return textFromHtml(html).text;
}
