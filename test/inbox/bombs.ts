import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import {
  armor,
  config,
  encryptSessionKey,
  enums,
  generateKey,
  generateSessionKey,
  type Key,
  PacketList,
  readKey,
  readPrivateKey,
  SymEncryptedIntegrityProtectedDataPacket,
} from "openpgp";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { readPacketHeads } from "#src/openpgp/read-packets.ts";
import { desk, encrypted, mail, multipart, nina, textPart } from "../mime/crypto-mails.ts";

const megabyte = 1024 * 1024;

/** Mails that cost far more to read than to send: what they are, how they are made, why they are refused (null: they are not). */
export const bombs: [string, () => Promise<string>, RegExp | null][] = [
  [
    "200 MB compressed into an encrypted mail",
    async () => inline(await encryptedPackets(compressed(literal(200)))),
    /larger inside/,
  ],
  [
    "200 MB compressed without encryption",
    async () => inline(compressed(literal(200))),
    /larger inside|damaged/,
  ],
  [
    "compression inside compression, four times",
    async () => inline(await encryptedPackets(nested(literal(200), 4))),
    /not opened/,
  ],
  [
    "compression inside compression, 2,000 times",
    async () => inline(await encryptedPackets(nested(literal(0), 2000))),
    /not opened|not supported/,
  ],
  ["20 blocks of 24 MB each", async () => blocks(20, await encryptedPackets(compressed(literal(24)))), null],
  ["20 blocks of 24 MB each, not encrypted", async () => blocks(20, compressed(literal(24))), null],
  ["1,000 session-key packets", async () => inline(await thousandSessionKeys()), /larger inside/],
  ["RSA of 65,536 bits as a key", async () => withKey(rsaKeyOf(65_536)), null],
  ["a key with 20,000 certifications", async () => withKey(await certifiedOften()), null],
  [
    "10,000 parts",
    async () => mail(multipart("multipart/mixed", "b", Array(10_000).fill(textPart("part")))),
    /more than 1000 parts/,
  ],
  [
    "10,000 parts inside the encryption",
    async () => inlineMime(multipart("multipart/mixed", "b", Array(10_000).fill(textPart("part")))),
    /more than 1000 parts/,
  ],
  ["900 multiparts in one another", async () => mail(deep(900)), null],
  [
    "a header of 10 MB",
    async () => mail(textPart("x"), ["From: nina@example.org", `X-Long: ${"x".repeat(10 * megabyte)}`]),
    null,
  ],
  [
    "an Autocrypt header of 900 kB",
    async () =>
      mail(textPart("x"), [
        "From: nina@example.org",
        `Autocrypt: addr=nina@example.org; keydata=${"A".repeat(900_000)}`,
      ]),
    null,
  ],
  [
    "100,000 lines that look like boundaries",
    async () => mail(multipart("multipart/signed", "b", ["--b-\r\n".repeat(100_000)])),
    null,
  ],
  [
    "100,000 beginnings of clear-signed blocks",
    async () => mail(textPart("-----BEGIN PGP SIGNED MESSAGE-----\r\n".repeat(100_000))),
    null,
  ],
  [
    "100,000 beginnings of messages",
    async () => mail(textPart("-----BEGIN PGP MESSAGE-----\r\n\r\n".repeat(100_000))),
    // Nothing that could be ciphertext follows, so they are words about it.
    /it was read/,
  ],
  [
    "a parameter of 500 kB",
    async () =>
      mail(
        `Content-Type: multipart/mixed; ${"a=b;".repeat(100_000)} boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--`,
      ),
    null,
  ],
];

export function inline(packets: Uint8Array): string {
  return mail(textPart(armor(enums.armor.message, packets)));
}

function blocks(count: number, packets: Uint8Array): string {
  return mail(textPart(`${armor(enums.armor.message, packets)}\r\n`.repeat(count)));
}

async function inlineMime(inner: string): Promise<string> {
  return mail(
    multipart('multipart/encrypted; protocol="application/pgp-encrypted"', "e", [
      "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
      `Content-Type: application/octet-stream\r\n\r\n${await encrypted(inner)}`,
    ]),
  );
}

function deep(levels: number): string {
  return Array.from(
    { length: levels },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  ).join("");
}

export function withKey(key: Uint8Array): string {
  const file = `Content-Type: application/pgp-keys\r\nContent-Disposition: attachment; filename=key.asc\r\n\r\n${armor(enums.armor.publicKey, key)}`;
  return mail(multipart("multipart/mixed", "b", [textPart("my key"), file]));
}

export function packet(tag: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(6, 0xff);
  head[0] = 0xc0 | tag;
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

function literal(megabytes: number): Buffer {
  return packet(
    11,
    Buffer.concat([Buffer.from("b\0\0\0\0\0", "latin1"), Buffer.alloc(megabytes * megabyte, 0x20)]),
  );
}

export function compressed(inner: Uint8Array): Buffer {
  return packet(8, Buffer.concat([Buffer.of(1), deflateRawSync(inner, { level: 9 })]));
}

function nested(inner: Buffer, times: number): Buffer {
  let bytes = inner;
  for (let time = 0; time < times; time += 1) bytes = compressed(bytes);
  return bytes;
}

/** Encrypts packets as they are, whatever they are. */
export async function encryptedPackets(packets: Uint8Array): Promise<Uint8Array> {
  const encryptionKeys = await readKey({ armoredKey: desk.public });
  const sessionKey = await generateSessionKey({ encryptionKeys });
  const sealed = new SymEncryptedIntegrityProtectedDataPacket();
  const list = new PacketList();
  Object.assign(list, { write: () => packets });
  Object.assign(sealed, { version: 1, packets: list });
  // The library needs its configuration here, which its own types leave out.
  await Reflect.apply(Reflect.get(sealed, "encrypt"), sealed, [
    enums.symmetric.aes256,
    sessionKey.data,
    config,
  ]);
  const written: Uint8Array = Reflect.apply(Reflect.get(sealed, "write"), sealed, []);
  const keyPacket = await encryptSessionKey({
    ...sessionKey,
    algorithm: "aes256",
    encryptionKeys,
    format: "binary",
  });
  return Buffer.concat([keyPacket, packet(18, written)]);
}

async function thousandSessionKeys(): Promise<Uint8Array> {
  const bytes = dearmor(await encrypted("x"), "MESSAGE") ?? assert.fail();
  const { end } = readPacketHeads(bytes, 1)?.[0] ?? assert.fail();
  return Buffer.concat([...Array(1000).fill(bytes.subarray(0, end)), bytes.subarray(end)]);
}

function rsaKeyOf(bits: number): Uint8Array {
  const number = (size: number) => {
    const bytes = Buffer.alloc(Math.ceil(size / 8), 0xff);
    bytes[0] = 0xff >> (bytes.length * 8 - size);
    return Buffer.concat([Buffer.of(size >> 8, size & 0xff), bytes]);
  };
  const body = Buffer.concat([Buffer.of(4, 0x66, 0, 0, 0, 1), number(Math.min(bits, 65_535)), number(17)]);
  return Buffer.concat([packet(6, body), packet(13, Buffer.from("Big <big@example.org>"))]);
}

/** Nina's key with 20,000 certifications by a stranger. */
export async function certifiedOften(): Promise<Uint8Array> {
  const { privateKey } = await generateKey({ userIDs: [{ name: "Stranger" }], format: "object" });
  const ninaKey: Key = (await readPrivateKey({ armoredKey: nina.secret })).toPublic();
  const certified = await ninaKey.signAllUsers([privateKey]);
  const bytes = certified.write();
  const heads = readPacketHeads(bytes, 20) ?? assert.fail();
  const foreign = heads.filter(({ tag }) => tag === 2)[1] ?? assert.fail();
  const copies = Array(20_000).fill(bytes.subarray(foreign.start, foreign.end));
  return Buffer.concat([bytes.subarray(0, foreign.end), ...copies, bytes.subarray(foreign.end)]);
}
