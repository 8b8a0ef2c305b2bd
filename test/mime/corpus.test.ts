import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openMail } from "#src/inbox/open-mail.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { deskSecret, deskV6Secret, ninaPublic, tools } from "../fixtures/mails/corpus-tools.ts";
import { body, cellFile, corpusTable, type Form, forms, makeCell } from "../fixtures/mails/make-corpus.ts";
import { parsed } from "./fixture.ts";

const keys = await openSecretKeys([deskSecret, deskV6Secret]);
const pinned = [{ address: "nina@example.org", armored: ninaPublic }];

for (const tool of tools) {
  for (const form of forms) {
    const reason = form.needs && tool.cannot[form.needs];
    if (reason) {
      const skip = tool.isInstalled ? false : `${tool.name} is not installed`;
      test(`${form.name} cannot be made by ${tool.name}: ${reason}`, { skip }, async () => {
        await assert.rejects(makeCell(tool, form));
      });
      continue;
    }

    test(`reads ${form.name} by ${tool.name}, the copy that is kept`, async () => {
      await reads(readFileSync(cellFile(tool.name, form)), form);
    });

    const skip = tool.isInstalled ? false : `${tool.name} is not installed`;
    test(`reads ${form.name} by ${tool.name}, made now`, { skip }, async () => {
      await reads(await makeCell(tool, form), form);
    });
  }
}

test("docs/openpgp.md holds the table of what is read", () => {
  const docs = readFileSync(new URL("../../docs/openpgp.md", import.meta.url), "utf8");

  assert.ok(docs.includes(corpusTable()), corpusTable());
});

async function reads(raw: Uint8Array, { expected }: Form): Promise<void> {
  const opened = await openMail(raw, await parsed(raw), keys, pinned);

  assert.ok(opened.ok, JSON.stringify(opened));
  const { attachment } = expected;
  const file = opened.attachments.find(({ filename }) => filename === attachment);
  const text = attachment ? Buffer.from(file?.bytes ?? []).toString() : opened.text;
  assert.equal(text.replaceAll("\r\n", "\n").trim(), body.trim());
  assert.equal(opened.subject, expected.subject);
  assert.equal(opened.crypto.encryption, expected.encryption, JSON.stringify(opened.crypto));
  assert.equal(opened.crypto.signature, expected.signature, JSON.stringify(opened.crypto));
  assert.equal(opened.crypto.signedBy, expected.signature === "good" ? "nina@example.org" : null);
  assert.deepEqual(opened.crypto.errant, []);
  assert.deepEqual(opened.marks, []);
  if (!attachment) assert.deepEqual(opened.attachments, []);
}
