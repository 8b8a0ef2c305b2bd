import { parentPort, workerData } from "node:worker_threads";
import type { PinnedKey } from "../mime/crypto-summary.ts";
import { openSecretKeys } from "../openpgp/open-secret-keys.ts";
import { readMail } from "./read-mail.ts";

// Entry of a reading thread: raw bytes in, what they say out. It holds no database and no network. It says "ready" first.
const { secretKeys, passphrase, deskAddress } = workerData;
const keys = await openSecretKeys(secretKeys, passphrase);

parentPort?.on("message", async ({ raw, pinned }: { raw: Uint8Array; pinned: PinnedKey[] }) => {
  parentPort?.postMessage(await readMail(raw, keys, deskAddress, pinned));
});
parentPort?.postMessage("ready");
