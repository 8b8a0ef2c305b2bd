import { once } from "node:events";
import { constants, setPriority } from "node:os";
import type { PinnedKey } from "../mime/crypto-summary.ts";
import { openSecretKeys } from "../openpgp/open-secret-keys.ts";
import { closeWaysOut } from "./close-ways-out.ts";
import { readMail, setAsideUnread } from "./read-mail.ts";

// Entry of a process that reads mail: raw bytes in, what they say out. It holds no database and no network.
// Somebody who waits for a page comes before a mail that takes long.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
closeWaysOut();
process.on("disconnect", () => process.exit());

const [first] = await once(process, "message");
const { secretKeys, passphrase, deskAddress } = first;
const keys = await openSecretKeys(secretKeys, passphrase);

type Asked = { raw: Uint8Array; pinned: PinnedKey[]; chosen: string | undefined; unread: string | null };

process.on("message", async ({ raw, pinned, chosen, unread }: Asked) => {
  const reading =
    unread === null ? readMail(raw, keys, deskAddress, pinned, chosen) : setAsideUnread(raw, unread);
  process.send?.(await reading);
});
process.send?.("ready");
