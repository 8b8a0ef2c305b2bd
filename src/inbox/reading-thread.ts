import { parentPort, workerData } from "node:worker_threads";
import { openSecretKeys } from "../openpgp/open-secret-keys.ts";
import { readMail } from "./read-mail.ts";

// Entry of a reading thread: raw bytes in, what they say out. It holds no database and no network. It says "ready" first.
const { secretKeys, passphrase, deskAddress } = workerData;
const keys = await openSecretKeys(secretKeys, passphrase);

parentPort?.on("message", async (raw: Uint8Array) => {
  parentPort?.postMessage(await readMail(raw, keys, deskAddress));
});
parentPort?.postMessage("ready");
