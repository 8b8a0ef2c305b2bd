import assert from "node:assert/strict";
import { test } from "node:test";
import { openMail } from "#src/inbox/open-mail.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { summarise } from "#src/mime/crypto-summary.ts";
import type { SignatureCheck } from "#src/openpgp/check-signatures.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import {
  byNina,
  keys,
  mail,
  mallory,
  multipart,
  nina,
  notByNina,
  opened,
  pgpMime,
  pgpSigned,
  pinned,
  textPart,
} from "./crypto-mails.ts";
import { parsed } from "./fixture.ts";

const games: [string, string[]][] = [
  ["two From headers", ["From: Nina <nina@example.org>", "From: Mallory <mallory@example.net>"]],
  ["two From headers, Nina last", ["From: Mallory <mallory@example.net>", "From: Nina <nina@example.org>"]],
  ["two addresses", ["From: nina@example.org, mallory@example.net"]],
  ["an address that cannot be read beside hers", ['From: nina@example.org, <mallory"@example.net>']],
  ["her address as the name of another", ['From: "nina@example.org" <mallory@example.net>']],
  ["another address as her name", ['From: "mallory@example.net" <nina@example.org>']],
  [
    "another address as an encoded name",
    [`From: =?utf-8?b?${Buffer.from("mallory@example.net").toString("base64")}?= <nina@example.org>`],
  ],
  ["two pairs of brackets", ["From: <mallory@example.net> <nina@example.org>"]],
  ["a group of two", ["From: us: nina@example.org, mallory@example.net;"]],
  ["an invisible letter in the address", ["From: Nina <nina@exam\u200bple.org>"]],
  ["a wide at sign in the name", ["From: mallory\uff20example.net <nina@example.org>"]],
  ["a comment with another address", ["From: nina@example.org (mallory@example.net)"]],
  ["no From at all", ["Sender: nina@example.org"]],
  ["another sender", ["From: Mallory <mallory@example.net>", "Sender: nina@example.org"]],
  ["a letter that looks alike", ["From: Nina <nіna@example.org>"]],
];

for (const [what, headers] of games) {
  test(`${what} in front of Nina's signed text is not Nina`, async () => {
    notByNina(await opened(mail(await pgpSigned("I am Nina"), headers)));
  });
}

test("her own address as her name is still Nina", async () => {
  byNina(await opened(mail(await pgpSigned("I am Nina"), ['From: "nina@example.org" <Nina@EXAMPLE.org>'])));
});

test("a From inside the protected headers that differs from the one outside is not Nina", async () => {
  const inside = `From: Nina <nina@example.org>\r\nSubject: Secret\r\nContent-Type: text/plain; hp="cipher"\r\n\r\nI am Nina`;

  byNina(await opened(mail(await pgpMime(inside, nina))));
  const result = await opened(mail(await pgpMime(inside, nina), ["From: Mallory <mallory@example.net>"]));
  const other = await opened(mail(await pgpMime(inside.replace("nina@", "mallory@"), nina)));

  notByNina(result);
  notByNina(other);
  assert.equal(other.crypto.reason, "sender inside is another one");
});

test("nobody is taken for the sender whom Reply-To, Sender or Return-Path name", async () => {
  const headers = [
    "From: Nina <nina@example.org>",
    "Reply-To: mallory@example.net",
    "Sender: mallory@example.net",
    "Return-Path: <mallory@example.net>",
  ];

  const reading = await readMail(
    Buffer.from(mail(await pgpSigned("I am Nina"), headers)),
    keys,
    "desk@example.org",
    pinned,
  );

  assert.ok(reading.ok);
  assert.equal(reading.from?.address, "nina@example.org");
  assert.deepEqual(reading.named, [{ name: "", address: "mallory@example.net", where: "Reply-To" }]);
  assert.doesNotMatch(JSON.stringify({ ...reading, named: [] }), /mallory/);
});

test("a signature made two days from the Date is not told as hers", async () => {
  const dayBefore = new Date(Date.now() - 2 * 86_400_000);
  const young = { ...nina };

  const result = await opened(mail(await pgpSigned("I am Nina", young), undefined, dayBefore));

  notByNina(result);
  assert.equal(result.crypto.reason, "not near its date");
});

test("a mail without a Date is not told as hers", async () => {
  const raw = mail(await pgpSigned("I am Nina")).replace(/^Date: .*\r\n/m, "");

  notByNina(await opened(raw));
});

// Key substitution: whatever key a mail brings, it proves nothing about the mail.
const keyFile = (armored: string) =>
  `Content-Type: application/pgp-keys; name=key.asc\r\nContent-Disposition: attachment; filename=key.asc\r\n\r\n${armored}`;

test("a key with Nina's name that comes attached does not prove its own mail", async () => {
  const inner = multipart("multipart/mixed", "w", [textPart("pay Mallory"), keyFile(mallory.public)]);

  const result = await opened(mail(await pgpSigned(inner, mallory)));

  notByNina(result);
  assert.equal(result.crypto.reason, "no key");
  assert.equal(result.keyBlocks.length, 1);
  assert.equal(result.keyBlocks[0]?.source, "attachment");
});

test("a key in the text is offered and does not prove its own mail", async () => {
  const result = await opened(mail(await pgpSigned(textPart(`pay Mallory\r\n${mallory.public}`), mallory)));

  notByNina(result);
  assert.equal(result.keyBlocks[0]?.source, "text");
});

test("an Autocrypt key is offered and does not prove its own mail", async () => {
  const headers = ["From: Nina <nina@example.org>", autocrypt("nina@example.org")];

  const reading = await readMail(
    Buffer.from(mail(await pgpSigned("pay Mallory", mallory), headers)),
    keys,
    "desk@example.org",
    pinned,
  );

  assert.ok(reading.ok);
  assert.equal(reading.crypto.signedBy, null);
  assert.deepEqual(
    reading.offeredKeys.map(({ source, fingerprint }) => [source, fingerprint]),
    [["autocrypt", mallory.fingerprint]],
  );
});

test("a key that a person attached goes after the one of the header, and keeps its own source", async () => {
  const inner = multipart("multipart/mixed", "w", [
    textPart("my key"),
    keyFile(nina.public),
    keyFile(mallory.public),
  ]);
  const headers = ["From: Nina <nina@example.org>", autocrypt("nina@example.org")];
  const other = multipart("multipart/mixed", "w", [textPart("my key"), keyFile(nina.public)]);

  const both = await readMail(Buffer.from(mail(inner, headers)), keys, "desk@example.org");
  const one = await readMail(Buffer.from(mail(other, headers)), keys, "desk@example.org");

  assert.ok(both.ok && one.ok);
  assert.deepEqual(
    both.offeredKeys.map(({ source }) => source),
    ["attachment", "attachment"],
  );
  assert.deepEqual(
    one.offeredKeys.map(({ source, fingerprint }) => [source, fingerprint]),
    [
      ["autocrypt", mallory.fingerprint],
      ["attachment", nina.fingerprint],
    ],
  );
});

const autocryptGames: [string, string[]][] = [
  ["about another address", ["From: nina@example.org", autocrypt("mallory@example.net")]],
  ["twice", ["From: nina@example.org", autocrypt("nina@example.org"), autocrypt("nina@example.org")]],
  [
    "with an attribute that must be understood",
    ["From: nina@example.org", `${autocrypt("nina@example.org")}; must=yes`],
  ],
  [
    "in a mail of two senders",
    ["From: nina@example.org, mallory@example.net", autocrypt("nina@example.org")],
  ],
  [
    "that is gossip",
    ["From: nina@example.org", autocrypt("nina@example.org").replace("Autocrypt:", "Autocrypt-Gossip:")],
  ],
  [
    "that is larger than any key",
    ["From: nina@example.org", `Autocrypt: addr=nina@example.org; keydata=${"A".repeat(100_000)}`],
  ],
];

for (const [what, headers] of autocryptGames) {
  test(`an Autocrypt key ${what} is not offered`, async () => {
    const result = await opened(mail(textPart("Hello"), headers));

    assert.deepEqual(result.keyBlocks, []);
  });
}

test("gossip inside an encrypted mail is not offered", async () => {
  const gossip = autocrypt("lea@example.org").replace("Autocrypt:", "Autocrypt-Gossip:");

  const result = await opened(
    mail(await pgpMime(`From: nina@example.org\r\n${gossip}\r\n${textPart("Hello")}`)),
  );

  assert.deepEqual(result.keyBlocks, []);
});

test("a key with Nina's name that was confirmed for somebody else does not make Nina of them", async () => {
  const wrong = [{ address: "mallory@example.net", armored: mallory.public }];
  const raw = mail(await pgpSigned("pay Mallory", mallory));

  const result = await openMail(Buffer.from(raw), await parsed(raw), keys, wrong);

  assert.ok(result.ok);
  notByNina(result);
  assert.equal(result.crypto.reason, "key of another address");
});

test("a key confirmed for Nina that does not bear her address does not prove her", async () => {
  const other = await generateSecretKey("Nina", "other@example.org");
  const raw = mail(await pgpSigned("I am Nina", other));

  const result = await openMail(Buffer.from(raw), await parsed(raw), keys, [
    { address: "nina@example.org", armored: other.public },
  ]);

  assert.ok(result.ok);
  notByNina(result);
});

test("the verdict changes when the key is confirmed later, from the same raw copy", async () => {
  const raw = Buffer.from(mail(await pgpMime("I am Nina", nina)));

  const before = await readMail(raw, keys, "desk@example.org");
  const after = await readMail(raw, keys, "desk@example.org", pinned);

  assert.ok(before.ok && after.ok);
  assert.equal(before.signature, "cannot check");
  assert.equal(before.crypto.reason, "no key");
  assert.equal(before.crypto.signerKeyId, nina.fingerprint.slice(-16));
  assert.equal(after.signature, "good");
  assert.equal(after.crypto.signedBy, "nina@example.org");
});

test("a good signature by a key that nobody confirmed never counts, whatever is asked", async () => {
  const good = {
    signed: "good",
    reason: null,
    signerKeyId: "A",
    signer: mallory.fingerprint,
    signedAt: new Date(),
    intendedFor: [],
  } satisfies SignatureCheck;
  const outer = await parsed(mail(textPart("x")));

  const summary = await summarise({
    outer,
    inner: null,
    layers: [{ kind: "signed", signature: good, openedBy: null, sessionHash: null }],
    inline: { checks: [], wholeMail: false },
    openedInside: false,
    encryption: "none",
    encryptedTo: [],
    errant: [],
    pinned,
  });

  assert.equal(summary.signature, "cannot check");
  assert.equal(summary.signedBy, null);
});

function autocrypt(address: string): string {
  const base64 = mallory.public
    .split("\n")
    .slice(2, -3)
    .join("")
    .replace(/=.{4}-----.*$/, "");
  const keydata = base64.replace(/\r|\n/g, "").replace(/=[A-Za-z0-9+/]{4}$/, "");
  return `Autocrypt: addr=${address}; prefer-encrypt=mutual; keydata=${keydata}`;
}
