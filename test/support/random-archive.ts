import type { Database } from "#src/database.ts";
import type { SeededRandom } from "#src/demo/reports/seeded-random.ts";
import { tokensOfLog } from "#src/logs/tokens-of-log.ts";
import type { FieldName, QueryNode, Term, Value } from "#src/search/query.ts";
import { states, things } from "#src/search/query-fields.ts";
import { attachedWords } from "#src/search/texts-of-message.ts";
import { closeTicket } from "#src/tickets/close.ts";
import { rememberRead, rememberReadOfAll } from "#src/tickets/reads.ts";
import { setPriority } from "#src/tickets/set-facts.ts";
import { waitForFix } from "#src/tickets/snooze.ts";
import { tagTicket } from "#src/tickets/tag.ts";
import { takeTicket } from "#src/tickets/take.ts";
import type { Vault } from "#src/vault/vault.ts";
import { type MessageTold, storeTicket } from "./search-archive.ts";
import { type PlainText, type PlainTicket, splitAll } from "./search-oracle.ts";

const vocabulary: Record<string, string[]> = {
  en: [
    "the",
    "printer",
    "printers",
    "printing",
    "black",
    "screen",
    "adapters",
    "adapter",
    "wi-fi",
    "i915",
    "example.org",
    "it's",
    "stopped",
    "stops",
  ],
  fr: [
    "le",
    "imprimante",
    "imprimantes",
    "écran",
    "noir",
    "démarrage",
    "démarrer",
    "adaptateur",
    "clé",
    "l'écran",
  ],
  de: ["der", "Drucker", "druckt", "Bildschirme", "Bildschirm", "schwarz", "Größe", "Stick"],
  "": [
    "屏幕",
    "экран",
    "0x80070057",
    "kernel_panic",
    "7.0~rc1",
    "C++",
    "user@example.org",
    "/etc/tor",
    "screen",
  ],
};
const logWords = ["i915", "*ERROR*", "GPU", "hang", "iwlwifi", "firmware", "failed", "8086:9a49", "drm"];
const languages = ["en", "fr", "de", null];
const versions = ["6.9", "6.10", "7.0~rc1", "7.0", "7", "5.12.1", null];
const models = ["ThinkPad X220", "ThinkPad T480", "MacBook_Air 7%", null];
const tags = ["wifi", "printing", "black screen"];
const addresses = ["ada@example.org", "ben@example.org", null];
const sticks = ["one", "two", null];

const issues = [
  "https://gitlab.example.org/tails/tails/-/issues/12",
  "http://GitLab.example.org/tails/tails/-/issues/12/#note_5",
  "https://gitlab.example.org/tails/whisperback/-/issues/12",
  "https://redmine.example.org/issues/12",
  "https://gitlab.example.org/tails/tails/-/issues/7?tab=9",
];
const issuesSought = [
  "12",
  "7",
  "9",
  "tails#12",
  "Tails/tails#12",
  "gitlab.example.org/tails#7",
  "ails#12",
  "issues#12",
  "https://gitlab.example.org/tails/tails/-/issues/12",
  "http://redmine.example.org/issues/12/",
];

/**
 * Random tickets of few different words, and random searches that find some of them. The owner is nina (`staffId`), if anybody;
 * she was shown some of the messages, and `colleagueId` writes some.
 */
export function randomArchive({
  db,
  vault,
  staffId,
  colleagueId = staffId,
  now,
  random,
}: {
  db: Database;
  vault: Vault;
  staffId: string;
  colleagueId?: string;
  now: Date;
  random: SeededRandom;
}) {
  const plain: PlainTicket[] = [];
  return {
    /** The tickets that were made, opened. */
    plain,
    makeTicket: async () => {
      plain.push(await makeTicket());
    },
    randomQuery: () => randomNode(3),
  };

  function pick<Item>(items: readonly Item[]): Item {
    return items[random.below(items.length)] as Item;
  }

  function chance(percent: number): boolean {
    return random.below(100) < percent;
  }

  function wordsIn(language: string | null, count: number): string {
    const own = vocabulary[language ?? ""] ?? [];
    return Array.from({ length: count }, () => pick(chance(80) ? own : (vocabulary[""] ?? []))).join(" ");
  }

  async function makeTicket(): Promise<PlainTicket> {
    const number = plain.length;
    const language = pick(languages);
    const openedAt = new Date(now.getTime() - (random.below(700) * 24 * 60 + random.below(1440)) * 60_000);
    const later = () =>
      new Date(Math.min(openedAt.getTime() + random.below(60 * 24 * 20) * 60_000, now.getTime()));
    const by = () => ({ staffId: pick([staffId, colleagueId]) });
    const hasReport = chance(50);
    const log = () =>
      Array.from(
        { length: 3 },
        () => `kernel: ${Array.from({ length: 4 }, () => pick(logWords)).join(" ")}`,
      ).join("\n");
    const sections = [
      { key: "/usr/bin/journalctl", kind: "journal" as const, text: log() },
      { key: "/usr/bin/lspci", kind: "pci" as const, text: `Intel [${pick(["8086:9a49", "10de:1c03"])}]` },
    ];
    const messages: MessageTold[] = [
      {
        kind: "from_user",
        text: wordsIn(language, 6),
        createdAt: openedAt,
        encrypted: chance(40),
        ...(hasReport ? { sections } : {}),
        ...(chance(20) ? { file: { filename: "notes.txt", text: `${wordsIn(language, 3)} ${log()}` } } : {}),
      },
      ...(chance(50)
        ? [{ kind: "answer" as const, text: wordsIn(language, 4), createdAt: later(), ...by() }]
        : []),
      ...(chance(30)
        ? [{ kind: "note" as const, text: wordsIn(language, 3), createdAt: later(), ...by() }]
        : []),
      ...(chance(30) ? [{ kind: "from_user" as const, text: wordsIn(language, 4), createdAt: later() }] : []),
    ];
    const subject = wordsIn(language, 2);
    const address = pick(addresses);
    const [tails, first, model, stick] = [pick(versions), pick(versions), pick(models), pick(sticks)];
    const ramMb = hasReport ? pick([2000, 3900, 4000, 7800, 16000]) : null;
    const whisperbackId = chance(50) ? `72e11d${number.toString(16).padStart(26, "0")}` : null;
    const id = await storeTicket(
      { db, vault, staffId },
      {
        subject,
        language,
        openedAt,
        messages,
        ...(address ? { address } : {}),
        ...(tails ? { tails } : {}),
        ...(first ? { first } : {}),
        ...(model ? { model } : {}),
        ...(stick ? { stick } : {}),
        ...(ramMb ? { ramMb } : {}),
        ...(whisperbackId ? { whisperbackId } : {}),
      },
    );
    const own = tags.filter(() => chance(25));
    for (const tag of own) await tagTicket(db, id, staffId, tag);
    const issue = chance(40) ? pick(issues) : null;
    if (issue) await waitForFix(db, id, staffId, issue);
    const shown = await show(id, random.below(messages.length + 1));
    if (chance(30)) await takeTicket(db, id, staffId);
    if (chance(30)) await closeTicket(db, id, staffId, chance(70) ? "resolved" : "spam");
    if (chance(30)) await setPriority(db, id, staffId, pick(["low", "high", "urgent"]));
    const row = await db("tickets")
      .join("queues", "queues.id", "tickets.queue_id")
      .leftJoin("staff", "staff.id", "tickets.owner_id")
      .where("tickets.id", id)
      .first("tickets.*", "queues.name as queue", "staff.name as owner");
    const { unread_since } = await db("staff").where({ id: staffId }).first("unread_since");

    const texts: { isLog: boolean; text: string }[] = [];
    for (const message of messages) {
      if (message.kind === "from_user") texts.push({ isLog: false, text: subject });
      texts.push({ isLog: false, text: message.text });
      if (message.sections) texts.push({ isLog: true, text: [...tokensOfLog(message.sections)].join(" ") });
      if (message.file) {
        const { filename, text } = message.file;
        texts.push({
          isLog: true,
          text: attachedWords([{ filename, contentType: "text/plain", bytes: Buffer.from(text) }]),
        });
      }
    }
    const dictionary = { en: "english", fr: "french", de: "german" }[language ?? ""] ?? "simple";
    const split = await splitAll(
      db,
      texts.flatMap(({ text }): [string, string][] => [
        ["simple", text],
        [dictionary, text],
      ]),
    );
    const answers = messages.filter(({ kind }) => kind === "answer").map(({ createdAt }) => createdAt ?? now);
    return {
      id,
      status: row.status,
      language,
      tails,
      first,
      model,
      ramMb,
      owner: row.owner,
      queue: row.queue,
      tags: own,
      priority: row.priority,
      channel: row.channel,
      address,
      stick,
      whisperbackId,
      openedAt,
      lastMessageAt: row.last_message_at,
      answeredAt: answers[0] ?? null,
      encrypted: messages.some(({ kind, encrypted }) => kind === "from_user" && encrypted),
      hasLogs: hasReport,
      hasFile: messages.some(({ file }) => file),
      hasNote: messages.some(({ kind }) => kind === "note"),
      issue,
      writers: messages.map((message) => (message.staffId === staffId ? "nina" : (message.staffId ?? null))),
      shown,
      isOfMyTime: row.last_message_at > unread_since,
      texts: texts.map(
        ({ isLog, text }): PlainText => ({
          isLog,
          written: split("simple", text),
          stems: isLog ? [] : split(dictionary, text),
        }),
      ),
      logTexts: messages.flatMap((message) => [
        ...(message.sections ?? []).map(({ text }) => text),
        ...(message.file ? [message.file.text] : []),
      ]),
    };
  }

  /** Shows nina the first messages of a ticket, and her colleague all of them. */
  async function show(ticketId: string, count: number): Promise<number> {
    const ids: string[] = await db("messages").where({ ticket_id: ticketId }).orderBy("id").pluck("id");
    for (const lastMessageId of ids.slice(0, count))
      await rememberRead(db, { ticketId, staffId, lastMessageId });
    if (colleagueId !== staffId) {
      const upTo = ids.at(-1) ?? "0";
      await rememberReadOfAll(db, { ticketIds: [ticketId], staffId: colleagueId, upTo });
    }
    return count;
  }

  function randomNode(depth: number): QueryNode {
    const lot = random.below(100);
    if (depth > 0 && lot < 30) {
      const count = 2 + random.below(2);
      return { kind: "all", parts: Array.from({ length: count }, () => randomNode(depth - 1)) };
    }
    if (depth > 0 && lot < 45) return { kind: "any", parts: [randomNode(depth - 1), randomNode(depth - 1)] };
    if (depth > 0 && lot < 55) return { kind: "not", part: randomNode(depth - 1) };
    if (lot < 75) return { kind: "word", text: randomWord(), at: 0 };
    if (lot < 82)
      return {
        kind: "phrase",
        text: Array.from({ length: 2 + random.below(2) }, randomWord).join(" "),
        at: 0,
      };
    if (lot < 88) {
      const phrases = Array.from(
        { length: 1 + random.below(2) },
        () => `${pick(logWords)} ${pick(logWords)}`,
      );
      return field(
        "log",
        phrases.map((text) => ({ how: "is", text })),
      );
    }
    return randomField();
  }

  function randomWord(): string {
    const word = pick(vocabulary[pick(["en", "fr", "de", ""])] ?? []);
    return chance(20) ? word.toUpperCase() : word;
  }

  function field(name: FieldName, values: Value[]): QueryNode {
    const terms: Term[] = values.map((value) => ({ without: chance(15), value, at: 0 }));
    return { kind: "field", field: name, terms, at: 0 };
  }

  function randomField(): QueryNode {
    const is = (text: string): Value => ({ how: "is", text });
    const lacking = (values: Value[]): Value[] =>
      chance(12) ? [{ how: chance(50) ? "none" : "known" }] : values;
    const ordered = (texts: string[]): Value[] => {
      const lot = random.below(4);
      const end = (included: boolean) => ({ text: pick(texts), included });
      if (lot === 0) return [is(pick(texts))];
      if (lot === 1) return [{ how: "range", from: null, to: end(chance(50)) }];
      if (lot === 2) return [{ how: "range", from: end(chance(50)), to: null }];
      return [{ how: "range", from: end(true), to: end(true) }];
    };
    const some = (texts: readonly string[]) =>
      Array.from({ length: 1 + random.below(2) }, () => is(pick(texts)));
    const makers: [FieldName, () => Value[]][] = [
      ["tails", () => lacking(ordered(["6.9", "6.10", "7.0~rc1", "7", "6.9.0", "5.12"]))],
      ["first", () => lacking(ordered(["6.9", "7.0"]))],
      ["is", () => some(states)],
      ["is", () => [is("unread")]],
      ["owner", () => lacking(some(["me", "nina"]))],
      ["lang", () => lacking(some(["en", "fr", "de"]))],
      ["queue", () => some(["English", "Français", "deutsch"])],
      ["tag", () => lacking(some(tags))],
      ["issue", () => lacking(some(issuesSought))],
      ["priority", () => some(["low", "normal", "high"])],
      ["channel", () => some(["mail", "whisperback"])],
      ["from", () => lacking(some(["ada@example.org", "ben@example.org", "nobody@example.org"]))],
      ["stick", () => lacking([is(`same-as:${pick(plain).id}`)])],
      ["model", () => lacking(some(["thinkpad", "ThinkPad X", "MacBook_Air 7%", "Mac%"]))],
      ["wb", () => lacking(some(["72e11d", "72e11d00000000000000000000000005"]))],
      ["ram", () => lacking(ordered(["4G", "8G", "2000M"]))],
      ["has", () => some(things)],
      ["opened", () => ordered(["2025", "2026", "2026-03", "2026-10", "2026-05-05"])],
      ["last", () => ordered(["2025", "2026-06", "2026-11"])],
      ["age", () => ordered(["7d", "3w", "1y", "200d"])],
      ["answered", () => lacking(ordered(["2h", "7d", "10d"]))],
      ["device", () => some(["8086:9a49", "10de:1c03"])],
      ["log", () => [is(pick(["i915", "gpu", "firmware", "drm"]))]],
    ];
    const [name, make] = pick(makers);
    return field(name, make());
  }
}
