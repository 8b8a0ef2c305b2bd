import { type SeededRandom, seededRandom } from "#src/demo/reports/seeded-random.ts";
import { askAgain } from "#src/inbox/ask-again.ts";
import { tryAgain } from "#src/inbox/try-again.ts";
import { CannotLeave } from "#src/outbox/queue-mail.ts";
import { runBulk } from "#src/tickets/bulk.ts";
import { decideAboutAnswer } from "#src/tickets/decide-about-answer.ts";
import { saveDraft } from "#src/tickets/drafts.ts";
import { forwardInside } from "#src/tickets/forward-inside.ts";
import { handOver } from "#src/tickets/hand-over.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { addNote } from "#src/tickets/note.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { setWorkaround } from "#src/tickets/set-facts.ts";
import { splitMessages } from "#src/tickets/split.ts";
import { takeAnswerBack } from "#src/tickets/take-answer-back.ts";
import { undoEvent } from "#src/tickets/undo.ts";
import { mergesOf, unmergeTickets } from "#src/tickets/unmerge.ts";
import { canary } from "./canary.ts";
import {
  bounceMail,
  clearMail,
  encryptedMail,
  forwardedMail,
  inlineMail,
  makePerson,
  type Person,
  reportMail,
  type Words,
} from "./mails.ts";
import type { World } from "./world.ts";

/** What happens to a few people and their tickets. `sent`: Message-IDs of ours that reached each of them. */
export type History = {
  random: SeededRandom;
  persons: Person[];
  sent: Map<Person, string[]>;
  mailIds: string[];
  lastMail: string | null;
};

/** A mail that arrives, and whether its sender may get clear text afterwards. */
export type Arriving = { history: History; person: Person; raw: string; makesSecret: boolean };

/** What happened, by name, for the table. */
export type Counts = Map<string, number>;

export async function beginHistory(seed: number, number: number): Promise<History> {
  const random = seededRandom(`canaries ${seed} ${number}`);
  const people = 1 + random.below(2);
  const persons = await Promise.all(
    Array.from({ length: people }, (_, index) => makePerson(number * 10 + index)),
  );
  return { random, persons, sent: new Map(), mailIds: [], lastMail: null };
}

/** One more thing happens: a mail that is to arrive, or an act of the staff, which is done when this returns. */
export async function happen(world: World, history: History, counts: Counts): Promise<Arriving | null> {
  const isMail = history.mailIds.length === 0 || history.random.below(5) < 2;
  if (isMail) return await mailOf(world, history, counts);
  await actOf(world, history, counts);
  return null;
}

const mailSorts = [
  "clear mail",
  "clear mail",
  "clear mail with a key",
  "encrypted mail",
  "encrypted mail, signed",
  "inline encrypted",
  "inline encrypted, cut",
  "report",
  "report with a key",
  "report without an address",
  "answer to ours",
  "answer to ours",
  "bounce",
  "automatic answer",
  "forward",
  "through a list",
  "the same again",
] as const;

async function mailOf(world: World, history: History, counts: Counts): Promise<Arriving> {
  const { random } = history;
  const person = random.pick(history.persons);
  const sort = random.pick(mailSorts);
  const inReplyTo = history.sent.get(person)?.at(-1);
  const make = async (): Promise<[string, boolean]> => {
    const words: Words = { person };
    if (sort === "clear mail with a key") return [clearMail({ ...words, withKey: true }), true];
    if (sort === "encrypted mail") return [await encryptedMail(words, world.deskKey, false), true];
    if (sort === "encrypted mail, signed") return [await encryptedMail(words, world.deskKey, true), true];
    if (sort === "inline encrypted") return [await inlineMail(words, world.deskKey, false), true];
    if (sort === "inline encrypted, cut") return [await inlineMail(words, world.deskKey, true), true];
    if (sort === "report") return [await reportMail(words, world.deskKey, true), false];
    if (sort === "report with a key")
      return [await reportMail({ ...words, withKey: true }, world.deskKey, true), true];
    if (sort === "report without an address") return [await reportMail(words, world.deskKey, false), false];
    if (sort === "answer to ours" && random.below(2) === 0)
      return [await encryptedMail({ ...words, inReplyTo }, world.deskKey, true), true];
    if (sort === "answer to ours") return [clearMail({ ...words, inReplyTo }), false];
    if (sort === "bounce") return [bounceMail(person, inReplyTo ?? "<none@example.org>"), false];
    if (sort === "automatic answer")
      return [clearMail({ ...words, inReplyTo, extraHeaders: ["Auto-Submitted: auto-replied"] }), false];
    if (sort === "forward") return [forwardedMail(words), false];
    if (sort === "through a list")
      return [clearMail({ ...words, extraHeaders: ["List-Id: <list.example.net>"] }), false];
    // By another way, so that its bytes are others: a report is known again by its id.
    if (sort === "the same again" && history.lastMail)
      return [`Received: by mx${history.mailIds.length}.example.net\r\n${history.lastMail}`, false];
    return [clearMail(words), false];
  };
  const [raw, makesSecret] = await make();
  history.lastMail = raw;
  count(counts, `mail: ${sort}`);
  return { history, person, raw, makesSecret };
}

type Act = { name: string; run(world: World, history: History, ticketId: string): Promise<unknown> };

let answers = 0;

const acts: Act[] = [
  ...[true, true, true, true, false].map((clearAgreed) => ({
    name: clearAgreed ? "answer, clear agreed" : "answer, clear not agreed",
    run: (world: World, history: History, ticketId: string) => answer(world, history, ticketId, clearAgreed),
  })),
  {
    name: "answer by the form",
    run: ({ window }, { random }, ticketId) =>
      window.submit(`/tickets/${ticketId}/reply`, {
        act: random.pick(["send", "preview", "save"]),
        text: `Form ${canary("answer", ++answers)}`,
        seen_message_id: "0",
        ...(random.below(2) === 0 && { clear_agreed: "yes" }),
      }),
  },
  {
    name: "note",
    run: ({ db, vault, staff }, history, ticketId) =>
      addNote(db, vault, { ticketId, staffId: staff[0] ?? "", text: `@ilse ${secretOf(history)}` }),
  },
  {
    name: "draft",
    run: ({ db, vault, staff }, history, ticketId) =>
      saveDraft(db, vault, { ticketId, staffId: staff[0] ?? "", text: `Draft ${secretOf(history)}` }),
  },
  {
    name: "workaround",
    run: ({ db, vault, staff }, history, ticketId) =>
      setWorkaround(db, vault, ticketId, staff[0] ?? "", `Use ${secretOf(history)}`),
  },
  {
    name: "hand over",
    run: ({ db, vault, staff }, history, ticketId) =>
      handOver(db, vault, {
        ticketId,
        staffId: staff[0] ?? "",
        toStaffId: history.random.pick(staff),
        note: `Note ${secretOf(history)}`,
      }),
  },
  { name: "forward inside", run: forward },
  { name: "merge", run: merge },
  { name: "take apart", run: takeApart },
  { name: "split", run: split },
  { name: "bulk", run: bulk },
  { name: "undo", run: undo },
  { name: "take an answer back", run: takeBack },
  { name: "decide about an answer", run: decide },
  { name: "try again", run: tryAllAgain },
  {
    name: "check again",
    run: async ({ db, staff }, { random }, ticketId) => {
      const messages = await db("messages").where({ ticket_id: ticketId, kind: "from_user" }).select("id");
      if (messages.length === 0) return;
      await askAgain(db, { ticketId, messageId: random.pick(messages).id, staffId: staff[0] ?? "" });
    },
  },
  { name: "look at pages", run: look },
  { name: "search", run: ({ window }, history) => window.visit(`/search?q=${secretOf(history)}`) },
  {
    name: "forms that are wrong",
    run: async ({ window }, history, ticketId) => {
      await window.submit(`/tickets/${ticketId}/snooze`, { until: secretOf(history) });
      await window.submit(`/tickets/${ticketId}/merge`, { other: secretOf(history) });
      await window.visit(`/${secretOf(history)}?${secretOf(history)}`);
    },
  },
];

async function actOf(world: World, history: History, counts: Counts): Promise<void> {
  const tickets = await ticketsOf(world, history);
  const act = history.random.pick(acts);
  if (tickets.length === 0) return count(counts, "act: nothing, everything is set aside");
  try {
    await act.run(world, history, history.random.pick(tickets));
    count(counts, `act: ${act.name}`);
  } catch (error) {
    if (error instanceof CannotLeave) return count(counts, "act: answer refused, it cannot leave like that");
    world.logFailure(error);
    count(
      counts,
      `failed: ${act.name}, ${error instanceof Error ? error.message.slice(0, 100) : "no error"}`,
    );
  }
}

async function ticketsOf({ db }: World, { mailIds }: History): Promise<string[]> {
  const rows = await db("mails").whereIn("id", mailIds).whereNotNull("ticket_id").distinct("ticket_id");
  return rows.map(({ ticket_id }) => ticket_id);
}

async function answer(
  { db, vault, staff }: World,
  { random }: History,
  ticketId: string,
  clearAgreed: boolean,
): Promise<unknown> {
  const offered = await db("offered_keys").where({ ticket_id: ticketId }).select("id");
  const useKey = offered.length > 0 && random.below(5) > 0 ? random.pick(offered).id : null;
  return await replyToTicket(db, vault, {
    ticketId,
    staffId: staff[0] ?? "",
    text: `Please try ${canary("answer", ++answers)}`,
    clearAgreed,
    useKey,
    seenMessageId: null,
    secondsToTakeBack: random.below(4) === 0 ? 600 : 0,
  });
}

async function forward({ db, vault, staff }: World, history: History, ticketId: string): Promise<unknown> {
  const messages = await db("messages").where({ ticket_id: ticketId, kind: "from_user" }).select("id");
  if (messages.length === 0) return;
  return await forwardInside(db, vault, {
    ticketId,
    staffId: staff[0] ?? "",
    messageId: history.random.pick(messages).id,
    toStaffIds: [history.random.pick(staff)],
    note: `Look at ${secretOf(history)}`,
  });
}

async function merge(world: World, history: History, targetId: string): Promise<unknown> {
  const others = (await ticketsOf(world, history)).filter((id) => id !== targetId);
  if (others.length === 0) return;
  const sourceId = history.random.pick(others);
  const staffId = world.staff[0] ?? "";
  return await mergeTickets(world.db, { sourceId, targetId, staffId, twoAddressesAgreed: true });
}

async function takeApart({ db, staff }: World, _history: History, ticketId: string): Promise<unknown> {
  const [last] = await mergesOf(db, ticketId);
  return last && (await unmergeTickets(db, last.id, staff[0] ?? ""));
}

async function split({ db, vault, staff }: World, { random }: History, ticketId: string): Promise<unknown> {
  const messages = await db("messages").where({ ticket_id: ticketId, kind: "from_user" }).select("id");
  if (messages.length < 2) return;
  const messageIds = [random.pick(messages).id];
  return await splitMessages(db, vault, { ticketId, messageIds, staffId: staff[0] ?? "" });
}

async function bulk(world: World, history: History): Promise<unknown> {
  const { db, staff } = world;
  const act = history.random.pick([
    { act: "take" },
    { act: "tag", name: "wifi" },
    { act: "resolve" },
    { act: "spam" },
  ] as const);
  return await runBulk(db, await ticketsOf(world, history), act, staff[0] ?? "");
}

async function undo({ db, vault, staff }: World, _history: History, ticketId: string): Promise<unknown> {
  const event = await db("ticket_events").where({ ticket_id: ticketId }).orderBy("id", "desc").first("id");
  return event && (await undoEvent(db, vault, event.id, staff[0] ?? ""));
}

async function takeBack({ db, vault, staff }: World, _history: History, ticketId: string): Promise<unknown> {
  const queued = await db("outbox_mails").where({ ticket_id: ticketId, state: "queued" }).first("message_id");
  return queued && (await takeAnswerBack(db, vault, queued.message_id, staff[0] ?? ""));
}

async function decide({ db, staff }: World, { random }: History, ticketId: string): Promise<unknown> {
  const mail = await db("outbox_mails")
    .where({ ticket_id: ticketId })
    .whereIn("state", ["failed", "unknown"])
    .first("id");
  const decision = random.pick(["send again", "count as sent", "give up"] as const);
  return mail && (await decideAboutAnswer(db, mail.id, staff[0] ?? "", decision));
}

async function tryAllAgain({ db }: World, { mailIds }: History): Promise<void> {
  for (const { id } of await db("mails").whereIn("id", mailIds).where({ state: "set_aside" }).select("id"))
    await tryAgain(db, id);
}

async function look({ window }: World, { random }: History, ticketId: string): Promise<void> {
  const pages = ["", "/reply", "/merge", "/split", "/note"];
  await window.visit(`/tickets/${ticketId}${random.pick(pages)}`);
  await window.submit(`/tickets/${ticketId}/address`, {});
  await window.visit(random.pick(["/", "/tickets", "/set-aside", "/outbox", "/mentions"]));
}

function secretOf({ random, persons }: History): string {
  return canary("secret", random.pick(persons).number);
}

export function count(counts: Counts, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
