import { createHash, randomBytes } from "node:crypto";
import type { Database } from "../../src/database.ts";
import type { Fault } from "../../src/demo/imap-server/faults.ts";
import { type ImapServer, startImapServer } from "../../src/demo/imap-server/start-imap-server.ts";
import { type SeededRandom, seededRandom } from "../../src/demo/reports/seeded-random.ts";
import { type MailboxSettings, openMailbox } from "../../src/inbox/mailbox.ts";
import { takeOver } from "../../src/inbox/take-over.ts";
import { generateSecretKey } from "../../src/openpgp/generate-secret-key.ts";
import { openVault } from "../../src/vault/master-key.ts";
import type { Vault } from "../../src/vault/vault.ts";
import { type MailMaker, mailMaker } from "./mails.ts";

export type MailboxTorture = {
  seed: number;
  /** So often each kind of server is tried, each time with other mails and faults. */
  rounds: number;
  db: Database;
  onProgress: (sentence: string) => void;
};

export type MailboxResult = { seed: number; kinds: KindResult[]; problems: string[] };

export type KindResult = {
  kind: string;
  mails: number;
  /** Kept in the first pass, in the second, and later, when the server gave what it had withheld. */
  first: number;
  second: number;
  later: number;
  lost: number;
  doubled: number;
};

const mailsOfRound = 10;

/** The kinds of servers: how they go wrong, and of which mails that may keep one away for more than two passes. */
const kinds: [
  kind: string,
  plan: (random: SeededRandom, sizes: number[]) => { faults: Fault[]; bad: number[] },
][] = [
  [
    "refuses one of ten mails",
    (random) => {
      const uid = 1 + random.below(mailsOfRound);
      return { faults: [{ when: "FETCH", bodyOf: uid, do: "no", text: "Not this one", times }], bad: [uid] };
    },
  ],
  [
    "gives 60 kB/s",
    () => ({ faults: [{ when: "FETCH", do: "drip", bytes: 3000, everyMs: 50, times }], bad: [] }),
  ],
  [
    "dies each time in the same mail",
    (random, sizes) => {
      const uid = 1 + random.below(mailsOfRound);
      const atByte = 1 + random.below(sizes[uid - 1] ?? 1);
      return { faults: [{ when: "FETCH", bodyOf: uid, do: "cut", atByte, times }], bad: [uid] };
    },
  ],
  [
    "dies in each mail in turn",
    (random, sizes) => ({
      faults: sizes.map((size, index): Fault => {
        return { when: "FETCH", bodyOf: index + 1, do: "cut", atByte: 1 + random.below(size) };
      }),
      bad: sizes.map((_, index) => index + 1),
    }),
  ],
  [
    "tells wrong sizes",
    (random) => ({
      faults: [{ when: "FETCH", do: "wrong size", by: random.below(2_000_000) - 100, times }],
      bad: [],
    }),
  ],
];
const times = 1_000_000;

/** Takes mails over from servers that go wrong in one way each, and checks mail by mail what was kept in which pass. */
export async function tortureMailbox(options: MailboxTorture): Promise<MailboxResult> {
  const { seed, rounds, db, onProgress } = options;
  const vault = await openVault(db, randomBytes(32));
  const [ours, foreign] = [
    await generateSecretKey("Desk", "support@example.org"),
    await generateSecretKey("Else", "else@example.net"),
  ];
  const make = mailMaker(seed, { ours: ours.public, foreign: foreign.public });
  const result: MailboxResult = { seed, kinds: [], problems: [] };
  for (const [kind, plan] of kinds) {
    const sum: KindResult = {
      kind,
      mails: 0,
      first: 0,
      second: 0,
      later: 0,
      lost: 0,
      doubled: 0,
    };
    result.kinds.push(sum);
    for (let round = 0; round < rounds; round += 1) {
      const random = seededRandom(`mailbox ${seed} ${kind} ${round}`);
      await oneRound({ db, vault, make, random, plan, round }, sum, result.problems);
    }
    onProgress(`a server that ${kind}: ${rounds} rounds, ${result.problems.length} problems so far`);
  }
  return result;
}

type Round = {
  db: Database;
  vault: Vault;
  make: MailMaker;
  random: SeededRandom;
  plan: (typeof kinds)[number][1];
  round: number;
};

async function oneRound(
  { db, vault, make, random, plan, round }: Round,
  sum: KindResult,
  problems: string[],
): Promise<void> {
  await db.raw("truncate mails, mail_copies, mailboxes, withheld_mails, alarms cascade");
  const server = await startImapServer({ users: { desk: "secret" } });
  const settings = settingsFor(server);
  try {
    const raws: Buffer[] = [];
    for (let n = 0; n < mailsOfRound; n += 1) raws.push(await mailOf(make, random, round * mailsOfRound + n));
    for (const raw of raws) server.append("desk", "INBOX", raw);
    const { faults, bad } = plan(
      random,
      raws.map((raw) => raw.length),
    );
    for (const fault of faults) server.fault(fault);

    const kept: Set<string>[] = [];
    for (let pass = 0; pass < 2; pass += 1) {
      await onePass(db, vault, settings);
      kept.push(new Set(await keptMails(db, vault)));
    }
    server.clearFaults();
    await untilEmpty(db, vault, server, settings);

    const [first = new Set(), second = new Set()] = kept;
    const late = raws.filter((raw) => !second.has(sha256(raw)));
    sum.mails += raws.length;
    sum.first += first.size;
    sum.second += second.size - first.size;
    sum.later += late.length;
    const wronglyLate = late.filter((raw) => !bad.includes(raws.indexOf(raw) + 1)).length;
    if (wronglyLate > 0)
      problems.push(`${sum.kind}, round ${round}: ${wronglyLate} mails were not kept in two passes`);
    await check({ db, vault, server, round }, raws, sum, problems);
  } finally {
    await server.stop();
  }
}

/** Every other mail is small; one in twelve is large, and comes in pieces. */
async function mailOf(make: MailMaker, random: SeededRandom, index: number): Promise<Buffer> {
  const { raw } = await make(index);
  if (random.below(12) > 0) return raw;
  return Buffer.concat([raw, Buffer.from("More of the same.\r\n".repeat(53_000 + random.below(20_000)))]);
}

function settingsFor(server: ImapServer): MailboxSettings {
  const folders = { folder: "INBOX", doneFolder: "Whisperdesk" };
  const account = { user: "desk", password: "secret" };
  return { host: "127.0.0.1", port: server.port, tls: false, ...account, ...folders, secondsToWait: 20 };
}

/** One pass as the robot makes it: where the server itself fails, the next one goes on. */
async function onePass(db: Database, vault: Vault, settings: MailboxSettings): Promise<void> {
  let client: Awaited<ReturnType<typeof openMailbox>> | null = null;
  const open = async () => {
    if (!client?.usable) client = await openMailbox(settings);
    return client;
  };
  await takeOver(db, vault, { settings, open }).catch(() => {});
  (await open().catch(() => null))?.close();
}

async function untilEmpty(db: Database, vault: Vault, server: ImapServer, settings: MailboxSettings) {
  for (let pass = 0; pass < 10 && server.messages("desk", "INBOX").length > 0; pass += 1) {
    await db("withheld_mails").update({ next_try_at: db.fn.now() });
    await onePass(db, vault, settings);
  }
}

async function check(
  { db, vault, server, round }: Pick<Round, "db" | "vault" | "round"> & { server: ImapServer },
  raws: Buffer[],
  sum: KindResult,
  problems: string[],
): Promise<void> {
  const kept = await keptMails(db, vault);
  const done = server.messages("desk", "Whisperdesk").map(({ raw }) => sha256(raw));
  const lost = raws.map(sha256).filter((mail) => !kept.includes(mail) || !done.includes(mail)).length;
  const doubled = kept.length - new Set(kept).size + done.length - new Set(done).size;
  const strangers = kept.filter((mail) => !raws.map(sha256).includes(mail)).length;
  sum.lost += lost;
  sum.doubled += doubled + strangers;
  if (lost + doubled + strangers > 0)
    problems.push(
      `${sum.kind}, round ${round}: ${lost} lost, ${doubled} doubled, ${strangers} pieces of mails`,
    );
}

async function keptMails(db: Database, vault: Vault): Promise<string[]> {
  const rows = await db("mails")
    .join("vault_keys", "vault_keys.id", "mails.key_id")
    .select<{ sealed_raw: Buffer; wrapped_key: Buffer }[]>("sealed_raw", "wrapped_key");
  return rows.map((row) => sha256(vault.openBytes(row.wrapped_key, "raw", row.sealed_raw)));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
