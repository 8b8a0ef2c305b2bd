import { readMail } from "#src/inbox/read-mail.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { hostileMails } from "#test/inbox/hostile-mails.ts";
import { desk } from "#test/mime/crypto-mails.ts";
import { processorTime } from "#test/support/processor-time.ts";
import type { Ground, Say } from "./ground.ts";
import type { Options } from "./options.ts";
import type { Cell, Section } from "./table.ts";

/** Mails that nearly are what a finder looks for, at a tenth of the size and at the whole: seconds of the processor. */
export async function benchHostile(_: Ground, { quick }: Options, say: Say): Promise<Section[]> {
  const bytes = quick ? 2_000_000 : 20_000_000;
  const keys = await openSecretKeys([desk.secret]);
  const rows: Cell[][] = [];
  for (const [finder, what, make] of hostileMails) {
    const seconds = async (size: number) => {
      const raw = Buffer.from(make(size));
      return (await processorTime(() => readMail(raw, keys, "desk@example.org"))) / 1000;
    };
    const [tenth, whole] = [await seconds(bytes / 10), await seconds(bytes)];
    rows.push([finder, what, tenth, whole, whole / tenth]);
    say(`${finder}, ${what}: ${tenth.toFixed(2)} s became ${whole.toFixed(2)} s`);
  }
  return [
    {
      title: `Hostile mails of ${bytes / 1e6} MB`,
      note: "Seconds of processor time without any bound: the desk stops a mail at 5 s. Linear is a factor of 10.",
      columns: ["finder", "what", `${bytes / 1e7} MB, s`, `${bytes / 1e6} MB, s`, "times"],
      rows,
    },
  ];
}
