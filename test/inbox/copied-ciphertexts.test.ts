import assert from "node:assert/strict";
import { test } from "node:test";
import { createMessage, encrypt, readKey, readPrivateKey } from "openpgp";
import { deskSecretKey, fixtureMail, type Intake, startIntake } from "#test/support/intake.ts";

const encryptionKeys = (await readPrivateKey({ armoredKey: deskSecretKey })).toPublic();

test("a ciphertext that comes again from somebody else is marked as copied", async (t) => {
  const intake = await startIntake(t);
  const block = await encrypted("My passphrase is CANARY");

  await intake.deliver(inline("lea@example.org", block));
  await intake.deliver(inline("mallory@example.net", block));

  assert.deepEqual(await marks(intake), [[], ["copied ciphertext"]]);
});

test("a report that is mailed again from another address is marked as copied", async (t) => {
  const intake = await startIntake(t);
  const report = fixtureMail("whisperback-french-base64-inside");
  const copied = Buffer.from(
    report.toString("latin1").replace(/^From: .*$/m, "From: mallory@example.net"),
    "latin1",
  );
  assert.notDeepEqual(copied, report);

  await intake.deliver(report);
  await intake.deliver(copied);

  assert.ok((await marks(intake))[1]?.includes("copied ciphertext"));
});

test("the same sender may send the same ciphertext again, and another one may send another", async (t) => {
  const intake = await startIntake(t);
  const block = await encrypted("hello");

  await intake.deliver(inline("lea@example.org", block));
  await intake.deliver(inline("LEA@example.org", block, "again"));
  await intake.deliver(inline("mallory@example.net", await encrypted("hello")));

  assert.deepEqual(await marks(intake), [[], [], []]);
});

test("what is remembered of ciphertexts names nobody and holds no key", async (t) => {
  const intake = await startIntake(t);

  await intake.deliver(inline("lea@example.org", await encrypted("hello")));

  const [row] = await intake.db("seen_ciphertexts");
  assert.equal(row.ciphertext_hash.length, 32);
  assert.equal(row.sender_hash.length, 32);
  assert.deepEqual(row.sender_hash, intake.vault.lookUpHash("sender of ciphertext", "lea@example.org"));
});

async function marks({ db }: Intake): Promise<string[][]> {
  const rows = await db("messages").orderBy("id").select<{ marks: string[] }[]>("marks");
  return rows.map((row) => row.marks.filter((mark) => mark === "copied ciphertext"));
}

async function encrypted(text: string): Promise<string> {
  const key = await readKey({ armoredKey: encryptionKeys.armor() });
  return await encrypt({ message: await createMessage({ text }), encryptionKeys: key });
}

function inline(from: string, block: string, subject = "Question"): string {
  return `From: ${from}\r\nTo: support@example.org\r\nSubject: ${subject}\r\n\r\n${block}`;
}
