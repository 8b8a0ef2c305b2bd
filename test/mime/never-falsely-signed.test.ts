import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { openMail } from "#src/inbox/open-mail.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { deskSecret, ninaPublic } from "../fixtures/mails/corpus-tools.ts";
import { body, cellFile, forms } from "../fixtures/mails/make-corpus.ts";

const keys = await openSecretKeys([deskSecret]);
const pinned = [{ address: "nina@example.org", armored: ninaPublic }];
const signed = forms.filter(({ expected }) => expected.signature === "good");
const mails = signed.map((form) => readFileSync(cellFile("gpg", form)));

test("whatever is changed in a signed mail, what is told as signed by Nina is what she wrote", async () => {
  const words = Buffer.from("\r\n\r\npay Mallory\r\n");
  const change = fc.record({
    at: fc.nat(100_000),
    sort: fc.constantFrom("byte" as const, "cut" as const, "words" as const, "line twice" as const),
    value: fc.nat(255),
  });

  // A message whose envelope was destroyed is read as inline: its text is then the source of her part, all of it hers.
  const mime = /^(--inner|(Content-\w+|From|To|Subject|Date|Message-ID|MIME-Version|HP-Outer)[\w-]*:)/;
  let told = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(mails.length - 1),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      async (which, changes) => {
        const raw = changes.reduce(changed, mails[which] ?? assert.fail());
        const outer = await parseMail(raw);
        if (!outer.ok) return;
        const result = await openMail(raw, outer.mail, keys, pinned);
        if (!result.ok || !result.crypto.signedBy) return;
        told += 1;
        assert.ok(result.text.includes(body.trim()), result.text);
        const others = result.text.replace(body.trim(), "").split("\n").filter(Boolean);
        assert.deepEqual(
          others.filter((line) => !mime.test(line)),
          [],
        );
        assert.deepEqual(result.attachments, []);
        assert.equal(result.signature, "good");
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(told > 0, "some changes leave the signature as it was");

  function changed(raw: Buffer, { at, sort, value }: { at: number; sort: string; value: number }): Buffer {
    const place = at % raw.length;
    const [before, rest] = [raw.subarray(0, place), raw.subarray(place)];
    if (sort === "byte") return Buffer.concat([before, Buffer.of(value), rest.subarray(1)]);
    if (sort === "cut") return Buffer.concat([before, rest.subarray(value)]);
    if (sort === "words") return Buffer.concat([before, words, rest]);
    const end = rest.indexOf("\n") + 1;
    return Buffer.concat([before, rest.subarray(0, end), rest]);
  }
});
