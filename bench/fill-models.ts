import type { Database } from "#src/database.ts";
import { seededReport } from "#src/demo/reports/seeded-report.ts";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { blindVector } from "#src/search/blind-vector.ts";
import { newestSearchKey } from "#src/search/search-keys.ts";
import type { Vault } from "#src/vault/vault.ts";
import type { DeskKey } from "./ground.ts";

/** Models 0 to 159 have a short log, 160 to 199 one of 60 kB. */
const models = 200;
const shortModels = 160;

/** Reports read from encrypted mail by the code of the worker, with all that is sealed of a ticket, in the table `bench_models`. */
export async function makeModels(
  db: Database,
  vault: Vault,
  desk: DeskKey,
  options: { seed: number; member: string },
): Promise<void> {
  await db.raw(`create unlogged table bench_models (
    model int primary key, queue_id bigint, language text, wrapped_key bytea, sealed_subject bytea, sealed_report_mail bytea,
    sealed_more bytea, sealed_answer bytea, sealed_note bytea, sealed_envelope bytea, sealed_address bytea,
    sealed_workaround bytea, sealed_report bytea, sealed_logs bytea, log_sections int, tails_version text,
    computer text, words tsvector, words_more tsvector, words_answer tsvector)`);
  const keys = await openSecretKeys([desk.secret]);
  for (let model = 0; model < models; model += 1) {
    const logBytes = model < shortModels ? 6_000 : 60_000;
    const body = seededReport(options.seed * 7_000 + model, { logBytes });
    const raw = await encryptReport(wrapForWire(body), desk.public, "0".repeat(32));
    const reading = await readMail(raw, keys, "support@example.org");
    if (!reading.ok || !reading.report) throw new Error("A report of the bench was not understood");

    const key = vault.newKey();
    const searchKey = await newestSearchKey(db, vault);
    const more = `${reading.text.slice(0, 500)}\n\nIt is the same with another stick.`;
    const answer = `${reading.text.slice(0, 600)}\n\nPlease try this, and write to us again.`;
    const content = (text: string) =>
      vault.seal(
        key,
        "message",
        JSON.stringify({
          text,
          subject: reading.subject,
          from: null,
          messageId: null,
          date: null,
          warnings: [],
        }),
      );
    const words = async (text: string) =>
      await blindVector(db, searchKey, reading.language, [{ weight: "B", text }]);
    await db("bench_models").insert({
      model,
      queue_id: queues.indexOf(reading.language ?? "") + 1 || queues.length + 1,
      language: reading.language,
      wrapped_key: key,
      sealed_subject: vault.seal(key, "subject", reading.subject),
      sealed_report_mail: content(reading.text),
      sealed_more: content(more),
      sealed_answer: content(answer),
      sealed_note: content(`@${options.member} please look at this one: ${reading.subject}`),
      sealed_envelope: vault.seal(key, "envelope", "{}"),
      sealed_address: vault.seal(key, "address", `reader${model}@example.org`),
      sealed_workaround: vault.seal(key, "workaround", "It starts with nomodeset on the command line."),
      sealed_report: vault.sealPacked(key, "report", reading.report.packedReport),
      sealed_logs: reading.report.packedLogs && vault.sealPacked(key, "logs", reading.report.packedLogs),
      log_sections: reading.report.logSections,
      tails_version: reading.report.tailsVersion,
      computer: reading.report.model,
      words: await blindVector(
        db,
        searchKey,
        reading.language,
        reading.searchTexts.filter(({ weight }) => weight !== "D"),
      ),
      words_more: await words(more),
      words_answer: await words(answer),
    });
  }
}

const queues = ["en", "fr", "de", "es", "it", "pt"];
