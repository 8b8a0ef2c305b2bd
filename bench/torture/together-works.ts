import type { Database } from "#src/database.ts";
import type { SeededRandom } from "#src/demo/reports/seeded-random.ts";
import { claimMails, rawMail } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readWithKeys } from "#src/inbox/read-with-keys.ts";
import { readSorting, receiveMail } from "#src/inbox/receive.ts";
import { messageIdOf } from "#src/outbox/message-id.ts";
import type { Condition, SortingRule } from "#src/sorting-rules/rule.ts";
import { saveRule } from "#src/sorting-rules/rules.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { unmergeTickets } from "#src/tickets/unmerge.ts";
import { clearMail, encryptedMail, makePerson, type Person, reportMail } from "../canaries/mails.ts";
import type { World } from "../canaries/world.ts";
import { addScattered, drawBranches, runBranches } from "./branches.ts";

/** Something that a desk does with several statements: all of it happens or none of it, whichever of them fails. */
export type Work = {
  name: string;
  /** What is done once, and may be tried again after it failed. */
  prepare(): Promise<(db: Database) => Promise<Outcome>>;
  /** Tables of which less may be written when a statement in a savepoint failed, and the work went on without. */
  mayMiss: string[];
  /** Tables that are written by single statements beside it: they tell nothing of it. */
  apart: string[];
  /** A session is kept after the work is stored: a page may fail by that, and say so. */
  mayFailAfter?: boolean;
};

/** How it ended, for those that say it by an answer; what is thrown is a failure as well. */
export type Outcome =
  /** `codes`: with what its savepoints failed, if it knows. */
  { ok: true; codes?: string[] } | { ok: false; codes: string[] };

/** Mails of all sorts with and without rules and acknowledgements, merges and what takes them apart, answers, and pages. */
export async function makeWorks(world: World, random: SeededRandom): Promise<Work[]> {
  await addRules(world);
  await addScattered(world.db);
  const post = postOffice(world);
  const people: People = [
    await makePerson(1),
    await makePerson(2),
    await makePerson(3),
    await makePerson(4),
    await makePerson(5),
  ];
  const tickets: string[] = [];
  for (const person of people) tickets.push(await ticketOf(world, post, person));
  const [one = "", two = "", , , five = ""] = tickets;
  return [
    ...mailWorks(world, post, people),
    branchesWork(world, random),
    ...mergeWorks(world, one, two),
    // The fifth never gave a key: clear text may go there.
    replyWork(world, five),
    ...pageWorks(world, five),
  ];
}

type People = [Person, Person, Person, Person, Person];
type Post = (raw: string) => Promise<void>;

/** Takes a mail over, as the poller does. */
function postOffice({ db, vault }: World): Post {
  let uid = 0;
  return async (raw) => {
    uid += 1;
    const bytes = Buffer.from(raw);
    const mail = { uid, raw: bytes, sizeBytes: bytes.length };
    await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, [mail]);
  };
}

async function ticketOf(world: World, post: Post, person: Person): Promise<string> {
  await post(clearMail({ person }));
  await (await claimed(world, true))(world.db);
  const ticket = await world.db("tickets").orderBy("id", "desc").first("id");
  return String(ticket.id);
}

/** The one mail that waits, read and ready to become a ticket. */
async function claimed({ db, vault, reader }: World, isSorted: boolean) {
  const [mail] = await claimMails(db, 1, 3600);
  if (!mail) throw new Error("No mail waits");
  const reading = await readWithKeys(db, vault, reader.readers, await rawMail(db, vault, mail));
  const sorting = isSorted ? await readSorting(db, vault, reader.desk) : { rules: [], desk: null };
  return async (through: Database): Promise<Outcome> => {
    const outcome = await receiveMail(through, vault, mail, reading, sorting);
    if (outcome === "set_aside") throw new Error("The mail was set aside");
    return { ok: true };
  };
}

function mailWorks(world: World, post: Post, [one, two, three, four]: People): Work[] {
  const inReplyTo = async () => {
    const sent = await world.db("outbox_mails").orderBy("id", "desc").first("reference");
    return messageIdOf(world.vault, sent.reference, world.sender.address);
  };
  const sorts: [name: string, isSorted: boolean, make: () => Promise<string> | string][] = [
    ["clear mail", true, () => clearMail({ person: one })],
    ["clear mail, not sorted", false, () => clearMail({ person: two, withKey: true })],
    ["encrypted mail", true, () => encryptedMail({ person: three, withKey: true }, world.deskKey, true)],
    ["report", true, () => reportMail({ person: four, withKey: true }, world.deskKey, true)],
    ["answer to ours", true, async () => clearMail({ person: one, inReplyTo: await inReplyTo() })],
  ];
  return sorts.map(([name, isSorted, make]) => ({
    name,
    mayMiss: isSorted && name !== "answer to ours" ? inSavepoints : [],
    apart: [],
    async prepare() {
      await post(await make());
      // Somebody who writes again soon gets no acknowledgement.
      await world.db("people").update({ acknowledged_at: null });
      return await claimed(world, isSorted);
    },
  }));
}

/** What rules with searches and the acknowledgement write, each in a savepoint. */
const inSavepoints = [
  "acknowledgements",
  "messages",
  "outbox_mails",
  "search_documents",
  "tags",
  "ticket_events",
  "ticket_tags",
  "vault_keys",
];

async function addRules({ db, vault, staff: [, ilse = ""] }: World): Promise<void> {
  const searches = ["firmware -zanzibar", "first:<6 or computer", "has:key"];
  const rule = (conditions: Condition[], tag: string): SortingRule => {
    return {
      name: tag,
      match: "all",
      conditions,
      queueId: null,
      tag,
      priority: "high",
      ownerId: null,
      stops: false,
    };
  };
  for (const [place, value] of searches.entries())
    await saveRule(db, vault, null, rule([{ field: "search", how: "fits", value }], `search ${place}`), ilse);
}

function branchesWork({ db }: World, random: SeededRandom): Work {
  return {
    name: "branches at random",
    // It looks itself at what is stored.
    mayMiss: ["scattered"],
    apart: ["scattered"],
    // Others each time it is tried.
    prepare: () => Promise.resolve(async (through) => await runBranches(through, db, drawBranches(random))),
  };
}

function mergeWorks({ db, staff: [nina = ""] }: World, sourceId: string, targetId: string): Work[] {
  let mergeId = "";
  const merge: Work = {
    name: "merge",
    mayMiss: [],
    apart: [],
    prepare: () =>
      Promise.resolve(async (through) => {
        const asked = { sourceId, targetId, staffId: nina, twoAddressesAgreed: true };
        const merged = await mergeTickets(through, asked);
        if (!merged.ok) throw new Error(`Not merged: ${merged.reason}`);
        mergeId = merged.mergeId;
        return { ok: true };
      }),
  };
  const unmerge: Work = {
    name: "unmerge",
    mayMiss: [],
    apart: [],
    async prepare() {
      const isMerged = await db("ticket_merges").whereNull("taken_apart_at").first("id");
      if (!isMerged) await (await merge.prepare())(db);
      return async (through) => {
        const taken = await unmergeTickets(through, mergeId, nina);
        if (!taken.ok) throw new Error(`Not taken apart: ${taken.reason}`);
        return { ok: true };
      };
    },
  };
  return [
    {
      ...merge,
      async prepare() {
        const isMerged = await db("ticket_merges").whereNull("taken_apart_at").first("id");
        if (isMerged) await (await unmerge.prepare())(db);
        return await merge.prepare();
      },
    },
    unmerge,
  ];
}

function replyWork({ vault, staff: [nina = ""] }: World, ticketId: string): Work {
  const answer = { ticketId, staffId: nina, clearAgreed: true, seenMessageId: null, secondsToTakeBack: 20 };
  return {
    name: "reply",
    mayMiss: [],
    apart: [],
    prepare: () =>
      Promise.resolve(async (through) => {
        const result = await replyToTicket(through, vault, {
          ...answer,
          text: "Hello, try the newest version.",
        });
        if (result !== "queued") throw new Error(`Not queued: ${result}`);
        return { ok: true };
      }),
  };
}

function pageWorks(world: World, ticketId: string): Work[] {
  const { window, log, db } = world;
  const page = (name: string, ask: () => Promise<number>, apart: string[]): Work => ({
    name,
    mayFailAfter: true,
    mayMiss: [],
    // Sessions, limits and marks of who read or writes are no part of what a page does.
    apart: ["sessions", "rate_limits", ...apart],
    prepare: () =>
      Promise.resolve(async () => {
        const from = log.length;
        const status = await ask();
        const codes = log.slice(from).flatMap(codesIn);
        if (status < 400 && codes.length === 0) return { ok: true };
        return { ok: false, codes: status === 422 && codes.length === 0 ? ["57014"] : codes };
      }),
  });
  const visit = (path: string) => async () => (await window.visit(path)).status;
  const marks = ["tickets", "ticket_reads"];
  return [
    page("page of a ticket", visit(`/tickets/${ticketId}`), marks),
    page("page of an answer", visit(`/tickets/${ticketId}/reply`), marks),
    page("page of a search", visit("/search?q=computer+or+firmware+-first:none"), []),
    page("start page", visit("/"), []),
    page("answer by the form", async () => {
      const newest = await db("messages").where({ ticket_id: ticketId }).max("id as id").first();
      const fields = { act: "send", text: "Hello, try again.", seen_message_id: String(newest?.id ?? 0) };
      return await window.submit(`/tickets/${ticketId}/reply`, { ...fields, clear_agreed: "yes" });
    }, []),
  ];
}

/** The code of the error in a line of the log, or of what caused it. */
function codesIn(line: string): string[] {
  const { err } = JSON.parse(line) as { err?: { code?: string; cause?: { code?: string } } };
  return err ? [err.code ?? err.cause?.code ?? "none"] : [];
}
