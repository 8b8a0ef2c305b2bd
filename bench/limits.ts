import { decrypt as decryptWith, readMessage, readPrivateKey } from "openpgp";
import pg from "pg";
import { findPgp } from "#src/mime/find-pgp.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";

/** What one core can do at most, a second: nobody who uses these parts is faster. */
export type Limits = { reading: number; openpgpjs: number | null; ourDecryption: number | null };

/** Our reader of MIME alone and OpenPGP.js alone on these mails, one after another in one thread. */
export async function measureLimits(mails: Buffer[], secretKey: string): Promise<Limits> {
  const reading = await perSecond(mails, async (raw) => {
    if (!(await parseMail(raw)).ok) throw new Error("A mail of the bench cannot be read");
  });
  const ciphertexts = (await Promise.all(mails.map(ciphertextOf))).filter((one) => one !== null);
  if (ciphertexts.length === 0) return { reading, openpgpjs: null, ourDecryption: null };

  const decryptionKeys = await readPrivateKey({ armoredKey: secretKey });
  const openpgpjs = await perSecond(ciphertexts, async (armored) => {
    const message = await readMessage({ armoredMessage: armored });
    await decryptWith({ message, decryptionKeys, format: "binary" });
  });
  const keys = await openSecretKeys([secretKey]);
  const ourDecryption = await perSecond(ciphertexts, async (armored) => {
    if (!(await decrypt(armored, keys)).ok) throw new Error("A mail of the bench does not open");
  });
  return { reading, openpgpjs, ourDecryption };
}

async function ciphertextOf(raw: Buffer): Promise<string | null> {
  const parsed = await parseMail(raw);
  const place = parsed.ok ? findPgp(parsed.mail) : null;
  return place?.kind === "pgp-mime" ? Buffer.from(place.ciphertext).toString() : null;
}

/** Goes through the list again and again for two seconds, after a warm-up. */
async function perSecond<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<number> {
  await repeatFor(500, items, work);
  return await repeatFor(2000, items, work);
}

async function repeatFor<Item>(
  ms: number,
  items: Item[],
  work: (item: Item) => Promise<void>,
): Promise<number> {
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < ms; count += 1) {
    const item = items[count % items.length];
    if (item !== undefined) await work(item);
  }
  return (count * 1000) / (performance.now() - began);
}

/** Durable transactions a second that insert one row of 2 kB, by this many sessions at once. */
export async function measureTransactions(url: string, sessions: number): Promise<number> {
  const clients = Array.from({ length: sessions }, () => new pg.Client(url));
  await Promise.all(clients.map((client) => client.connect()));
  await clients[0]?.query(
    "create table if not exists bench_commits (id bigint generated always as identity, bytes bytea)",
  );
  const bytes = Buffer.alloc(2000, 1);
  const began = performance.now();
  let count = 0;
  const session = async (client: pg.Client) => {
    for (; performance.now() < began + 2000; count += 1)
      await client.query("insert into bench_commits (bytes) values ($1)", [bytes]);
  };
  await Promise.all(clients.map(session));
  const perSecond = (count * 1000) / (performance.now() - began);
  // Waits until each has gone: the database is dropped next, and a session that is thrown out ends the program.
  await Promise.all(clients.map((client) => client.end()));
  return perSecond;
}
