import { parentPort, workerData } from "node:worker_threads";
import { openSecretKeys } from "../openpgp/open-secret-keys.ts";
import { readMail } from "./read-mail.ts";

// Entry of a reading thread: raw bytes in, what they say out. It holds no database and no network.
const { secretKeys, passphrase, deskAddress } = workerData;
const keys = openSecretKeys(secretKeys, passphrase);

parentPort?.on("message", async (raw: Uint8Array) => {
  parentPort?.postMessage(await readMail(raw, await keys, deskAddress));
});
