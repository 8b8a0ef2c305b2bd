import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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
  secondsPerMail: 10,
});
after(() => readers.stop());
await readers.read(Buffer.from(mail(textPart("warm"))));

/** Bytes in memory of the process that reads, as the kernel counts them. */
function readerMemory(): number {
  const status = readFileSync(`/proc/${readerPid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

const readerPid = readdirSync("/proc").find((pid) => {
  if (!/^\d+$/.test(pid)) return false;
  const read = (file: string) =>
    existsSync(`/proc/${pid}/${file}`) ? readFileSync(`/proc/${pid}/${file}`, "utf8") : "";
  return (
    read("status").includes(`\nPPid:\t${process.pid}\n`) && read("cmdline").includes("read-mails-process")
  );
});
assert.ok(readerPid, "the process that reads is a child of this one");

for (const [what, make, reason] of bombs) {
  test(`${what}: ends within 10 seconds and 384 MB`, { timeout: limit(60) }, async (t) => {
    const raw = Buffer.from(await make());
    global.gc?.();
    const before = readerMemory();
    let most = before;
    const sampling = setInterval(() => (most = Math.max(most, readerMemory())), 10);
    const start = performance.now();

    const reading = await readers.read(raw);

    const seconds = (performance.now() - start) / 1000;
    clearInterval(sampling);
    const megabytes = Math.round((most - before) / megabyte);
    t.diagnostic(`${(raw.length / megabyte).toFixed(1)} MB: ${seconds.toFixed(2)} s, ${megabytes} MB more`);
    assert.ok(seconds * 1000 < limit(10), `took ${seconds} s`);
    assert.ok(megabytes < 384, `needed ${megabytes} MB`);
    if (reason) assert.match(reasonOf(reading), reason);
    else assert.ok(reading.ok || !/longer than/.test(reading.reason), reasonOf(reading));
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
