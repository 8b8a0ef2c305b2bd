import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { startMailReaders } from "#src/inbox/mail-readers.ts";
import type { MailReading } from "#src/inbox/mail-reading.ts";
import { limit } from "#test/support/limits.ts";
import { desk, encrypted, mail, nina, pgpSigned, pinned, textPart } from "../mime/crypto-mails.ts";
import { bombs, certifiedOften, compressed, encryptedPackets, inline, packet, withKey } from "./bombs.ts";

const megabyte = 1024 * 1024;
const readers = startMailReaders({
  processes: 1,
  secretKeys: [desk.secret],
  deskAddress: "desk@example.org",
  secondsPerMail: limit(300) / 1000,
  processorSecondsPerMail: limit(10) / 1000,
  // Each bomb is measured in one process from its beginning to its end.
  processorSecondsOfShortTurn: 3600,
});
after(() => readers.stop());
await readers.read(Buffer.from(mail(textPart("warm"))));

/** Bytes in memory of the process that reads, as the kernel counts them; 0 while another one takes its place. */
function readerMemory(): number {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const status = textOf(`/proc/${pid}/status`);
    if (!status.includes(`\nPPid:\t${process.pid}\n`)) continue;
    if (!textOf(`/proc/${pid}/cmdline`).includes("read-mails-process")) continue;
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  }
  return 0;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

assert.ok(readerMemory() > 0, "the process that reads is a child of this one");

for (const [what, make, reason] of bombs) {
  test(`${what}: ends within 10 seconds of the processor and 384 MB`, { timeout: limit(360) }, async (t) => {
    const raw = Buffer.from(await make());
    global.gc?.();
    const before = readerMemory();
    let most = before;
    const sampling = setInterval(() => (most = Math.max(most, readerMemory())), 20);

    const reading = await readers.read(raw);

    clearInterval(sampling);
    const megabytes = Math.round((most - before) / megabyte);
    t.diagnostic(`${(raw.length / megabyte).toFixed(1)} MB: ${megabytes} MB more`);
    assert.doesNotMatch(reasonOf(reading), /longer than/);
    assert.ok(megabytes < 384, `needed ${megabytes} MB`);
    if (reason) assert.match(reasonOf(reading), reason);
  });
}

test("after all bombs an ordinary mail is read", async () => {
  const reading = await readers.read(Buffer.from(mail(textPart(await encrypted("Bonjour")))));

  assert.ok(reading.ok);
  assert.equal(reading.text, "Bonjour");
});

test("a reader judges with the keys that it is given for this mail, and forgets them", async () => {
  const raw = Buffer.from(mail(await pgpSigned("I am Nina")));

  const readings = [await readers.read(raw), await readers.read(raw, pinned), await readers.read(raw)];

  assert.deepEqual(
    readings.map((reading) => reading.ok && reading.signature),
    ["cannot check", "good", "cannot check"],
  );
});

function reasonOf(reading: MailReading): string {
  return reading.ok ? "it was read" : reading.reason;
}

test("a key with 20,000 certifications is offered without them", { timeout: limit(10) }, async () => {
  const reading = await readers.read(Buffer.from(withKey(await certifiedOften())));

  assert.ok(reading.ok);
  assert.equal(reading.offeredKeys[0]?.fingerprint, nina.fingerprint);
  assert.ok((reading.offeredKeys[0]?.armored.length ?? Infinity) < 5000);
});

test("encrypting by hand makes what is read, so that the bombs are bombs", async () => {
  const small = packet(11, Buffer.from("b\0\0\0\0\0Bonjour", "latin1"));

  const reading = await readers.read(Buffer.from(inline(await encryptedPackets(compressed(small)))));

  assert.ok(reading.ok, reasonOf(reading));
  assert.equal(reading.text, "Bonjour");
});
