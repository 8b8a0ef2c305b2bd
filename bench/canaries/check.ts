import type { Database } from "#src/database.ts";
import type { SunkMail } from "#src/demo/smtp-sink.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { canariesIn, formsIn } from "./canary.ts";
import type { Person } from "./mails.ts";

/** Where a canary was found that must not be there: which table and column, log line or mail, and in which form. */
export type Leak = { where: string; form: string };

export type Recipient = { person: Person; known: Person[] };

/**
 * What a mail that left tells too much. A clear one may name its recipient and the mail that it answers, and say what the
 * staff wrote to somebody who may get clear text; an encrypted one says no more outside.
 */
export async function leaksInMail(
  mail: SunkMail,
  to: Recipient,
): Promise<{ leaks: Leak[]; isClear: boolean; messageId: string | null }> {
  const parsed = await parseMail(mail.raw);
  if (!parsed.ok)
    return {
      leaks: [{ where: "mail that cannot be read", form: parsed.reason }],
      isClear: true,
      messageId: null,
    };
  const { text, subject, attachments, messageId } = parsed.mail;
  const isClear = !/^Content-Type: multipart\/encrypted/im.test(mail.raw.toString("latin1"));
  const shown = [
    text,
    subject,
    ...attachments.map(({ filename, bytes }) => `${filename} ${Buffer.from(bytes).toString("latin1")}`),
  ];
  const raw = mail.raw.toString("latin1");
  const known = new Set(to.known.map(({ number }) => number));

  const leaks = canariesIn([raw, ...shown].join("\n")).flatMap(({ kind, number, token }): Leak[] => {
    const may =
      (kind === "address" && number === to.person.number) ||
      (kind === "message id" && known.has(number)) ||
      (kind === "answer" && isClear && !to.person.isSecret);
    return may ? [] : [{ where: `${isClear ? "clear" : "encrypted"} mail: ${kind} ${token}`, form: "plain" }];
  });
  if (isClear && to.person.isSecret)
    leaks.push({ where: "clear mail to somebody who encrypts", form: "mail" });
  const hidden = formsIn(raw).filter((form) => form !== "plain");
  return { leaks: [...leaks, ...hidden.map((form) => ({ where: "mail", form }))], isClear, messageId };
}

/** Log lines with a canary. */
export function leaksInLog(lines: string[]): Leak[] {
  return lines.flatMap((line) =>
    formsIn(line).map((form) => ({ where: `log: ${line.slice(0, 200)}`, form })),
  );
}

/** Every value of every table, bytes as they are: those with a canary, by their column. */
export async function leaksInDatabase(
  db: Database,
): Promise<{ leaks: Leak[]; values: number; tables: number }> {
  const tables = await db("pg_tables").where({ schemaname: "public" }).pluck("tablename");
  const found = new Map<string, Leak>();
  let values = 0;
  for (const table of tables) {
    for await (const row of rowsOf(db, table)) {
      for (const [column, value] of Object.entries(row)) {
        values += 1;
        const bytes = Buffer.isBuffer(value) ? value : asText(value);
        for (const form of formsIn(bytes))
          found.set(`${table}.${column} ${form}`, { where: `${table}.${column}`, form });
      }
    }
  }
  return { leaks: [...found.values()], values, tables: tables.length };
}

async function* rowsOf(db: Database, table: string): AsyncGenerator<Record<string, unknown>> {
  const most = 2000;
  let after = "(0,0)";
  for (;;) {
    const result = await db.raw(
      "select ctid::text as place, * from ?? where ctid > ?::tid order by ctid limit ?",
      [table, after, most],
    );
    const rows: Record<string, unknown>[] = result.rows;
    yield* rows;
    if (rows.length < most) return;
    after = String(rows.at(-1)?.place);
  }
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
