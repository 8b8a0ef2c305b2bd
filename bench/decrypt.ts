import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toldIn } from "#src/demo/reports/demo-reports.ts";
import { type SeededRandom, seededRandom } from "#src/demo/reports/seeded-random.ts";
import { composeEncrypted } from "#src/mime/compose-mail.ts";
import { findPgp } from "#src/mime/find-pgp.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { generateSecretKey, type NewKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { type Gpg, startGpg } from "./gpg.ts";
import type { Ground, Say } from "./ground.ts";
import type { Options } from "./options.ts";
import type { Cell, Section } from "./table.ts";

export type DecryptTask = {
  what: "message" | "mail";
  secretKey: string;
  sender: { address: string; publicKey: string };
  folder: string;
  files: string[];
  count: number;
};
export type DecryptTimes = { seconds: number; cpuSeconds: number; resident: number[] };

const kinds = [
  { name: "RSA-4096", kind: "rsa4096", wanted: 1.2 },
  { name: "Curve25519", kind: "curve25519", wanted: 3 },
] as const;
type Kind = (typeof kinds)[number];

/** Padded to 16 kB, and about 23 kB with its armour and headers. */
const letters = 14_000;

/** Decrypting and verifying mails of 20 kB: ours and GnuPG's, on the same mails, one right after the other. */
export async function benchDecrypt(ground: Ground, options: Options, say: Say): Promise<Section[]> {
  const rows: Cell[][] = [];
  const memory: Cell[][] = [];
  const wanted = kinds.filter(
    ({ kind }) => options.kinds.length === 0 || options.kinds.some((begin) => kind.startsWith(begin)),
  );
  for (const kind of wanted) {
    const mails = await makeMails(ground, kind, options, say);
    try {
      rows.push(...(await measure(kind, mails, options, say)));
      memory.push(await measureMemory(kind, mails, options, say));
    } finally {
      await mails.remove();
    }
  }
  return [
    {
      title: "Decrypting and verifying mails of 20 kB",
      note: [
        `PGP/MIME, encrypted to one key and signed by another one of the same kind; ${rounds(options)} rounds, ours and GnuPG's in turns, medians.`,
        "“A core” is a second of processor time, gpg-agent's included, so that other programs on the machine count for little.",
        "A mail program starts gpg for each mail; with many files in one process it saves that start, and no mail program does so.",
      ].join(" "),
      columns: ["key", "what", "1 process /s", "2 processes /s", "a core /s", "times gpg", "aim"],
      rows,
    },
    {
      title: "Memory while one process decrypts",
      note: "Resident MB after each tenth of the mails.",
      columns: ["key", "mails", ...Array.from({ length: 11 }, (_, index) => `${index * 10} %`)],
      rows: memory,
    },
  ];
}

type Mails = {
  folder: string;
  files: string[];
  desk: NewKey;
  sender: { address: string; publicKey: string };
  gpg: Gpg;
  remove(): Promise<void>;
};

async function makeMails(_ground: Ground, { name, kind }: Kind, options: Options, say: Say): Promise<Mails> {
  const count = options.quick ? 40 : 200;
  say(`Making ${count} mails (${name})`);
  const desk = await generateSecretKey("Desk", "desk@example.org", { kind });
  const nina = await generateSecretKey("Nina", "nina@example.net", { kind });
  const signer = await openSecretKeys([nina.secret]);
  const random = seededRandom(`decrypt ${options.seed}`);
  // A short path: the socket of gpg-agent stands in it.
  const folder = await mkdtemp(join(tmpdir(), "wd-"));
  await mkdir(join(folder, "gpg"), { mode: 0o700 });
  const files = Array.from({ length: count }, (_, index) => `${String(index).padStart(4, "0")}.asc`);
  for (const file of files) {
    const raw = await composeEncrypted(outgoing(random.hex(20), wordsOf(random)), [desk.public], signer);
    await writeFile(join(folder, `${file}.eml`), raw);
    await writeFile(join(folder, file), await ciphertextOf(raw));
  }
  const gpg = await startGpg(join(folder, "gpg"), [desk.secret, nina.public]);
  return {
    folder,
    files,
    desk,
    sender: { address: "nina@example.net", publicKey: nina.public },
    gpg,
    async remove() {
      await gpg.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What people wrote in the reports of the demo, in one order or another. */
function wordsOf(random: SeededRandom): string {
  const told = toldIn("en").flatMap(({ questions }) => questions ?? []);
  let words = "";
  while (words.length < letters) words += `${random.pick(told)}\n\n`;
  return words.slice(0, letters);
}

function outgoing(id: string, text: string) {
  return {
    from: { name: "Nina", address: "nina@example.net" },
    to: { name: "", address: "desk@example.org" },
    subject: "My printer",
    text,
    messageId: `<${id}@example.net>`,
    inReplyTo: null,
    references: [],
    date: new Date(),
    language: "en",
    attachments: [],
  };
}

async function ciphertextOf(raw: Uint8Array): Promise<Uint8Array> {
  const parsed = await parseMail(raw);
  const place = parsed.ok ? findPgp(parsed.mail) : null;
  if (place?.kind !== "pgp-mime") throw new Error("A mail of the bench is not PGP/MIME");
  return place.ciphertext;
}

type Rate = { wall: number; core: number };
type Way = { name: string; run(processes: number): Promise<Rate> };

async function measure(kind: Kind, mails: Mails, options: Options, say: Say): Promise<Cell[][]> {
  const ways: Way[] = [
    { name: "ours: decrypt and verify", run: (processes) => ours("message", processes, mails, options) },
    { name: "ours: the whole mail read", run: (processes) => ours("mail", processes, mails, options) },
    { name: "gpg --decrypt, one for each mail", run: (processes) => gpgRate(mails, "each", processes) },
    { name: "gpg --decrypt-files, all in one", run: (processes) => gpgRate(mails, "all", processes) },
  ];
  const found = new Map(ways.map(({ name }) => [name, { one: [] as Rate[], two: [] as Rate[] }]));
  for (let round = 0; round < rounds(options); round += 1) {
    for (const way of ways) {
      found.get(way.name)?.one.push(await way.run(1));
      found.get(way.name)?.two.push(await way.run(2));
    }
    say(`${kind.name}: round ${round + 1} of ${rounds(options)}`);
  }
  const coreOf = (name: string) => middle(found.get(name)?.one.map(({ core }) => core) ?? []);
  const gpgCore = coreOf(ways[2]?.name ?? "");
  return ways.map(({ name }) => [
    kind.name,
    name,
    middle(found.get(name)?.one.map(({ wall }) => wall) ?? []),
    middle(found.get(name)?.two.map(({ wall }) => wall) ?? []),
    coreOf(name),
    coreOf(name) / gpgCore,
    name.startsWith("ours: decrypt") ? `≥ ${kind.wanted}` : "",
  ]);
}

function rounds(options: Options): number {
  return options.quick ? 1 : Math.max(3, options.rounds);
}

async function ours(
  what: DecryptTask["what"],
  processes: number,
  mails: Mails,
  options: Options,
): Promise<Rate> {
  const count = options.quick ? 100 : 400;
  const all = await Promise.all(
    Array.from({ length: processes }, () => runProcess({ what, count, ...taskOf(mails) })),
  );
  const longest = Math.max(...all.map(({ seconds }) => seconds));
  const cpu = all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  return { wall: (count * processes) / longest, core: (count * processes) / cpu };
}

function taskOf({ desk, sender, folder, files }: Mails) {
  return { secretKey: desk.secret, sender, folder, files };
}

async function runProcess(task: DecryptTask): Promise<DecryptTimes> {
  const child = fork(join(import.meta.dirname, "decrypt-process.ts"), { serialization: "advanced" });
  child.send(task);
  const ended = once(child, "exit").then(() => {
    throw new Error("A process that decrypts ended");
  });
  const [times] = await Promise.race([once(child, "message"), ended]);
  child.disconnect();
  await ended.catch(() => {});
  return times;
}

async function gpgRate({ gpg, folder, files }: Mails, how: "each" | "all", processes: number): Promise<Rate> {
  const share = Math.ceil(files.length / processes);
  const shares = Array.from({ length: processes }, (_, index) =>
    files.slice(index * share, (index + 1) * share).map((file) => join(folder, file)),
  );
  const { seconds, cpuSeconds } = await gpg.decrypt(shares, how);
  return { wall: files.length / seconds, core: files.length / cpuSeconds };
}

async function measureMemory(kind: Kind, mails: Mails, options: Options, say: Say): Promise<Cell[]> {
  const count = options.quick ? 1000 : 10_000;
  say(`${kind.name}: memory over ${count} mails`);
  const { resident } = await runProcess({ what: "mail", count, ...taskOf(mails) });
  return [kind.name, count, ...resident.map((bytes) => bytes / 1e6)];
}

function middle(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
