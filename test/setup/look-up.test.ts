import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { findWayOut } from "#src/outbox/way-out.ts";
import { keysOfPerson } from "#src/people/keys-of-person.ts";
import { personOfAddress } from "#src/people/person-of-address.ts";
import { BadCommand } from "#src/setup/command.ts";
import { lookUpCommand, offerFound } from "#src/setup/look-up-command.ts";
import { hashOfLocal, lookUpKey } from "#src/setup/look-up-key.ts";
import { confirmKeyOfPerson } from "#src/tickets/confirm-key.ts";
import { takeKeyOutOfUse } from "#src/tickets/end-key.ts";
import { fixtures, plainMail, startIntake } from "#test/support/intake.ts";
import { startSocksServer } from "#test/support/socks-server.ts";

const address = "Joe.Doe@mail.example.org";
const ca = readFileSync(join(fixtures, "tls/TEST-ONLY-certificate.pem"), "utf8");

test("hashes the local part as the draft's own example does", () => {
  assert.equal(hashOfLocal("Joe.Doe"), "iy9q119eutrkn8s1mk4r39qejnbu3n5q");
});

test("finds a key in the directory of the address's domain, through the proxy alone", async (t) => {
  const key = await generateSecretKey("Joe", address);
  const { asked, port, proxy, names } = await startDirectory(t, {
    [hashOfLocal("Joe.Doe")]: binary(key.public),
  });

  const found = await lookUpKey({ address, proxy, port, ca });

  assert.equal(found?.source, "web key directory");
  assert.deepEqual(
    found?.keys.map(({ fingerprint }) => fingerprint),
    [key.fingerprint],
  );
  assert.deepEqual(names(), [`openpgpkey.mail.example.org:${port}`, `mail.example.org:${port}`]);
  assert.deepEqual(asked, ["/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe"]);
});

test("asks the key server when the domain has none, and leaves out keys that do not bear the address", async (t) => {
  const key = await generateSecretKey("Joe", address);
  const strangers = await generateSecretKey("Joe", "joe@example.net");
  const { port, proxy } = await startDirectory(t, {
    [hashOfLocal("Joe.Doe")]: binary(strangers.public),
    lookup: Buffer.from(`${strangers.public}\n${key.public}`),
  });

  const found = await lookUpKey({ address, proxy, port, ca, keyServer: `https://mail.example.org:${port}` });

  assert.equal(found?.source, "key server");
  assert.deepEqual(
    found?.keys.map(({ fingerprint }) => fingerprint),
    [key.fingerprint],
  );
});

test("no key, no answer, a wrong certificate, a proxy that is not there, far too much: nothing is found", async (t) => {
  const key = await generateSecretKey("Joe", address);
  const hash = hashOfLocal("Joe.Doe");
  const there = await startDirectory(t, { [hash]: binary(key.public) });
  const huge = await startDirectory(t, { [hash]: Buffer.from(key.public + "\n".repeat(3_000_000)) });
  const rubbish = await startDirectory(t, { [hash]: randomBytes(500) });

  assert.equal(await lookUpKey({ ...there, address: "nobody@mail.example.org", ca }), null);
  assert.equal(await lookUpKey({ ...there, address }), null, "the certificate is checked");
  assert.equal(await lookUpKey({ ...there, address, ca, proxy: "socks5://127.0.0.1:1" }), null);
  assert.equal(await lookUpKey({ ...huge, address, ca }), null);
  assert.equal(await lookUpKey({ ...rubbish, address, ca }), null);
});

test("what was looked up is offered, used for nothing, and nobody gave it", async (t) => {
  const intake = await startIntake(t);
  const { db, vault } = intake;
  await intake.deliver(plainMail({ from: address }));
  const ticket = await db("tickets").first("id");
  const id = await personOfAddress(db, vault, address);
  const { key_id } = await db("people").where({ id }).first("key_id");
  const { wrapped_key } = await db("vault_keys").where({ id: key_id }).first("wrapped_key");
  const key = await generateSecretKey("Joe", address);
  const { proxy, port } = await startDirectory(t, { [hashOfLocal("Joe.Doe")]: binary(key.public) });
  const found = await lookUpKey({ address, proxy, port, ca });
  assert.ok(found);

  const person = { id, key: { id: key_id, wrapped_key } };
  await offerFound(db, vault, person, found);
  await offerFound(db, vault, person, found);

  const keys = await keysOfPerson(db, vault, id);
  assert.equal(keys?.inForce, null);
  assert.equal(keys?.offered.length, 1);
  assert.equal((await db("offered_keys")).length, 1, "a second look-up doubles nothing");
  assert.deepEqual(keys?.offered[0]?.sightings[0]?.sources, ["web key directory"]);
  const recipient = await recipientOf(db, vault, ticket.id);
  assert.equal(recipient?.mayGetClear, true);
  const wayOut = await findWayOut(db, vault, recipient);
  assert.deepEqual([wayOut.kind, wayOut.others], ["clear", 1]);

  // Once it was confirmed, the person is one who gets nothing in clear, also after it was taken out of use.
  const [staff] = await db("staff")
    .insert({ name: "nina", role: "help_desk", password_hash: "-" })
    .returning("id");
  const offeredId = keys?.offered[0]?.id ?? "";
  const confirmation = { personId: id, offeredId, staffId: staff.id, ticketId: null, compared: false };
  assert.ok(await confirmKeyOfPerson(db, vault, confirmation));
  const { id: keyId } = await db("pinned_keys").first("id");
  assert.ok(await takeKeyOutOfUse(db, vault, { personId: id, keyId, staffId: staff.id, reason: "Old" }));
  assert.equal((await recipientOf(db, vault, ticket.id))?.mayGetClear, false);
});

test("is off by default, needs the proxy, an address that wrote to us, and somebody who agrees", async (t) => {
  const intake = await startIntake(t);
  const { db, url } = intake;
  await intake.deliver(plainMail({ from: address }));
  const printed: string[] = [];
  const base = { DATABASE_URL: url, MASTER_KEY: randomBytes(32).toString("base64") };
  const run = (env: Record<string, string>, asked = address, yes = false) =>
    lookUpCommand.run(
      { env: { ...base, ...env }, folder: "", print: (line) => printed.push(line), questions: null },
      { operands: [asked], options: { yes } },
    );
  const on = { KEY_LOOK_UP: "yes", PROXY: "socks5h://127.0.0.1:1", KEY_SERVER: "https://keys.example.net" };

  await assert.rejects(run({}), /Looking keys up is off: it tells others who writes to this desk/);
  await assert.rejects(run({ KEY_LOOK_UP: "yes" }), /Set PROXY first/);
  await assert.rejects(run(on, "nobody"), BadCommand);
  await assert.rejects(run(on), /Nobody was asked/);
  assert.match(printed.join("\n"), /This asks mail\.example\.org and keys\.example\.net, .* they learn/);
  assert.equal((await db("offered_keys")).length, 0);
});

function binary(armored: string): Buffer {
  return Buffer.from(dearmor(armored, "PUBLIC KEY BLOCK") ?? []);
}

/** A web server whose files are named by the last part of their path, behind a SOCKS proxy. */
async function startDirectory(t: TestContext, files: Record<string, Buffer>) {
  const asked: string[] = [];
  const server = createServer(
    { cert: ca, key: readFileSync(join(fixtures, "tls/TEST-ONLY-key.pem")) },
    (request, response) => {
      asked.push(request.url ?? "");
      const name = new URL(request.url ?? "/", "https://x").pathname.split("/").at(-1) ?? "";
      const file = files[name];
      response.writeHead(file ? 200 : 404).end(file);
    },
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const socks = await startSocksServer(t);
  const { port } = server.address() as AddressInfo;
  return { asked, port, proxy: `socks5://127.0.0.1:${socks.port}`, names: () => socks.asked };
}
