import { once } from "node:events";
import { constants, setPriority } from "node:os";
import type { PinnedKey } from "../mime/crypto-summary.ts";
import { openSecretKeys } from "../openpgp/open-secret-keys.ts";
import { closeNetwork } from "./close-network.ts";
import { readMail } from "./read-mail.ts";

// Entry of a process that reads mail: raw bytes in, what they say out. It holds no database and no network.
closeNetwork();
process.on("disconnect", () => process.exit());
// Somebody who waits for a page comes before a mail that takes long.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const [first] = await once(process, "message");
const { secretKeys, passphrase, deskAddress } = first;
const keys = await openSecretKeys(secretKeys, passphrase);

process.on("message", async ({ raw, pinned }: { raw: Uint8Array; pinned: PinnedKey[] }) => {
  process.send?.(await readMail(raw, keys, deskAddress, pinned));
});
process.send?.("ready");
