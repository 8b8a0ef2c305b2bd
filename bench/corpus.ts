import "#src/demo/own-environment.ts";
import { cpus } from "node:os";
import { startMailReaders } from "#src/inbox/mail-readers.ts";
import { type Comparison, compare } from "./corpus/compare.ts";
import { readCorpusOptions } from "./corpus/options.ts";
import { postalMime, startPython } from "./corpus/other-readers.ts";
import { type CorpusMail, type CorpusRecord, filesIn, readCorpusMail } from "./corpus/read-corpus.ts";
import { corpusReport } from "./corpus/report.ts";

// What the desk makes of a folder of mails, beside two other programs: `npm run corpus -- FOLDER`, see bench/corpus/options.ts.
const options = readCorpusOptions(process.argv.slice(2));
const { secretKeys, deskAddress, confirmed } = options;
const readers = startMailReaders({ processes: cpus().length, secretKeys, deskAddress });
const files = await filesIn(options.folder);
const python = options.json ? null : startPython();

const results: { record: CorpusRecord; comparison: Comparison | null }[] = [];
const atOnce = 8;
for (let from = 0; from < files.length; from += atOnce) {
  const some = files.slice(from, from + atOnce);
  const mails = await Promise.all(some.map((file) => readCorpusMail(file, readers, confirmed)));
  for (const mail of mails) {
    if (options.json) console.log(JSON.stringify(mail.record));
    else results.push({ record: mail.record, comparison: await comparisonOf(mail) });
  }
}
if (!options.json) console.log(corpusReport(results, python !== null));
python?.close();
await readers.stop();

async function comparisonOf(mail: CorpusMail): Promise<Comparison | null> {
  if (!python) return null;
  const { file } = mail.record;
  return compare(mail, await postalMime.read(file), await python.read(file));
}
