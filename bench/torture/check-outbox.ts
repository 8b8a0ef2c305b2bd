import type { Database } from "../../src/database.ts";
import type { SmtpSink } from "../../src/demo/smtp-sink.ts";
import { listTroubled } from "../../src/outbox/list-mails.ts";
import { messageIdOf } from "../../src/outbox/message-id.ts";
import type { Vault } from "../../src/vault/vault.ts";
import type { Cursor } from "../../src/web/paging.ts";
import type { QueuedAnswer } from "./answers.ts";
import { deskAddress } from "./desk-settings.ts";

export type OutboxState = {
  /** By the id in the outbox: its state, and how often the server has the mail. */
  answers: Map<string, { state: string; copies: number; failure: string | null }>;
  shown: Set<string>;
  strangers: number;
};

export type Decided = Map<string, "send again" | "give up">;

export type OutboxVerdict = {
  problems: string[];
  /** Why answers are unknown, in the words that the staff read. */
  unknownBecause: Record<string, number>;
  lost: number;
  sentTwice: number;
  states: Record<string, number>;
  unknownNotShown: number;
  sentAgain: number;
  givenUp: number;
};

/** What became of each answer: in the tables, on the page of those in trouble, and on the server that got them. */
export async function stateOfOutbox(
  db: Database,
  vault: Vault,
  sink: SmtpSink,
  answers: QueuedAnswer[],
): Promise<OutboxState> {
  const rows: { id: string; state: string; failure: string | null }[] = await db("outbox_mails");
  const byId = new Map(rows.map((row) => [row.id, row]));
  const copies = countCopies(sink);
  const known = answers.map((answer) => {
    const messageId = messageIdOf(vault, answer.reference, deskAddress);
    const count = copies.get(`${messageId} ${answer.to}`) ?? 0;
    copies.delete(`${messageId} ${answer.to}`);
    const { state = "gone", failure = null } = byId.get(answer.outboxId) ?? {};
    return [answer.outboxId, { state, copies: count, failure }] as const;
  });
  return { answers: new Map(known), shown: await shownInTrouble(db, vault), strangers: copies.size };
}

function countCopies(sink: SmtpSink): Map<string, number> {
  const copies = new Map<string, number>();
  for (const { raw, to } of sink.mails) {
    const messageId = /^Message-ID:\s*(<[^>]*>)/im.exec(raw.toString("latin1"))?.[1];
    const name = `${messageId} ${to.join(" ")}`;
    copies.set(name, (copies.get(name) ?? 0) + 1);
  }
  return copies;
}

/** Page by page, as /outbox shows them. */
async function shownInTrouble(db: Database, vault: Vault): Promise<Set<string>> {
  const shown = new Set<string>();
  let after: Cursor | null = null;
  do {
    const page: Awaited<ReturnType<typeof listTroubled>> = await listTroubled(db, vault, after);
    for (const { id } of page.mails) shown.add(id);
    after = page.next;
  } while (after);
  return shown;
}

/** Compares what the robot did alone, and what became of the answers about which the staff decided afterwards. */
export function checkOutbox(
  alone: OutboxState,
  after: OutboxState,
  decided: Decided,
  count: { leftOpen: number },
): OutboxVerdict {
  const problems: string[] = [];
  const all = [...alone.answers];
  const tell = (id: string, what: string) => void problems.push(`answer ${id} ${what}`);
  const states: Record<string, number> = {};
  for (const [, { state }] of all) states[state] = (states[state] ?? 0) + 1;

  const lost = all.filter(
    ([, { state, copies }]) => state === "gone" || (state === "accepted" && copies === 0),
  );
  for (const [id, { state }] of lost) tell(id, `is ${state} and never arrived`);
  const twice = all.filter(([, { copies }]) => copies > 1);
  for (const [id, { copies }] of twice) tell(id, `was sent ${copies} times by the robot`);
  for (const [id, { state, copies }] of all) {
    if (state === "failed" && copies > 0) tell(id, "counts as failed and arrived");
    if (!["accepted", "failed", "unknown"].includes(state)) tell(id, `is still ${state}`);
  }
  const hidden = all.filter(
    ([id, { state }]) => (state === "unknown" || state === "failed") && !alone.shown.has(id),
  );
  for (const [id, { state }] of hidden) tell(id, `is ${state} and not shown to the staff`);
  const unknownBecause: Record<string, number> = {};
  for (const [, { state, failure }] of all) {
    if (state === "unknown" && failure) unknownBecause[failure] = (unknownBecause[failure] ?? 0) + 1;
  }
  const broke = all.filter(
    ([, { state, failure }]) => state === "unknown" && failure?.includes("broke"),
  ).length;
  // A machine under load may let a sender wait longer than it does, so there may be more; never fewer.
  if (broke < count.leftOpen) {
    problems.push(`${broke} are unknown for a broken connection, and ${count.leftOpen} faults left it open`);
  }
  if (after.strangers > 0) problems.push(`${after.strangers} mails arrived under another Message-ID`);
  for (const [id, decision] of decided) {
    const wrong = afterDecision(decision, alone.answers.get(id)?.copies ?? 0, after.answers.get(id));
    if (wrong) tell(id, `${wrong} after “${decision}”`);
  }
  return {
    problems,
    unknownBecause,
    lost: lost.length,
    sentTwice: twice.length,
    states,
    unknownNotShown: hidden.length,
    sentAgain: [...decided.values()].filter((decision) => decision === "send again").length,
    givenUp: [...decided.values()].filter((decision) => decision === "give up").length,
  };
}

/** Under the same Message-ID once more, or not at all. */
function afterDecision(
  decision: "send again" | "give up",
  copiesBefore: number,
  now: { state: string; copies: number } | undefined,
): string | null {
  const [state, copies] =
    decision === "send again" ? ["accepted", copiesBefore + 1] : ["withdrawn", copiesBefore];
  return now?.state === state && now.copies === copies ? null : `is ${now?.state} with ${now?.copies} copies`;
}
