import assert from "node:assert/strict";
import { test } from "node:test";
import { readMail } from "#src/inbox/read-mail.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { limit } from "#test/support/limits.ts";
import { assertLinear } from "#test/support/processor-time.ts";
import { desk } from "../mime/crypto-mails.ts";
import { hostileMails } from "./hostile-mails.ts";

const keys = await openSecretKeys([desk.secret]);
const bytes = 400_000;

for (const [finder, what, make] of hostileMails) {
  test(`${finder}: ${what} cost no more than their size`, { timeout: limit(60) }, async () => {
    const read = async (size: number) => await readMail(Buffer.from(make(size)), keys, "desk@example.org");

    await assertLinear(bytes, read, what);

    const reading = await read(bytes);
    assert.ok(reading.ok || reading.reason !== "", what);
  });
}
