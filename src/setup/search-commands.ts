import { readCommonConfig } from "../config.ts";
import { countBehind, reindexBehind, startKeyRotation } from "../search/rotate-key.ts";
import { openVault, readMasterKey } from "../vault/master-key.ts";
import type { Command } from "./command.ts";
import { withDatabase } from "./desk-database.ts";

const atOnce = 200;

/** `whisperdesk search …` */
export const searchCommands: Command[] = [
  {
    name: "search rotate-key",
    summary: "Gives the blind index a new key and hashes the archive anew while the desk works on",
    text: [
      "Everything is found all the time: searches ask with both keys until the last document is done. It may be stopped",
      "and run again, and workers help. Run again before the end, it goes on and makes no other key.",
    ].join("\n"),
    async run({ env, print }) {
      const config = readCommonConfig(env);
      await withDatabase(env, async (db) => {
        const vault = await openVault(db, readMasterKey(config.MASTER_KEY));
        const isNew = await startKeyRotation(db, vault);
        print(isNew ? "There is a new key" : "The last change of keys is not done yet: it goes on");
        const total = await countBehind(db);
        for (let behind = total; behind > 0; behind = await countBehind(db)) {
          print(`${total - behind} of ${total} documents`);
          const done = await reindexBehind(db, vault, atOnce);
          // The last ones may be in the hands of a worker.
          if (done === 0) await new Promise((resolve) => setTimeout(resolve, 500));
        }
        await reindexBehind(db, vault, atOnce);
        print(`${total} of ${total} documents: the old key is not used any more`);
      });
      return 0;
    },
  },
];
