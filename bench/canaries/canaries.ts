import { seededRandom } from "#src/demo/reports/seeded-random.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readMailsAgain } from "#src/inbox/read-again.ts";
import { readKeptMails } from "#src/inbox/read-kept-mails.ts";
import { sendDueAnswers } from "#src/outbox/send.ts";
import { canariesIn } from "./canary.ts";
import { type Leak, leaksInDatabase, leaksInLog, leaksInMail } from "./check.ts";
import { type Arriving, beginHistory, type Counts, count, type History, happen } from "./histories.ts";
import type { Person } from "./mails.ts";
import { openWorld, type World } from "./world.ts";

export type CanaryRun = {
  seed: number;
  histories: number;
  /** Told before the check: to plant a leak, which must be found. */
  plant?: (world: World) => Promise<void>;
  onProgress(sentence: string): void;
};

export type CanaryResult = {
  seed: number;
  histories: number;
  seconds: number;
  counts: Counts;
  mailsOut: { clear: number; encrypted: number };
  checked: { values: number; tables: number; logLines: number };
  leaks: Leak[];
};

/** So many histories go on beside each other, a step each in turn. */
const atOnce = 40;
const mostSteps = 7;

/**
 * Random histories of tickets in which everything that people and staff write bears a canary, and a look at everything that
 * left, was logged, or stands in the database, for a canary.
 */
export async function runCanaries(run: CanaryRun): Promise<CanaryResult> {
  const began = performance.now();
  const world = await openWorld();
  const state: State = {
    run,
    world,
    counts: new Map(),
    people: new Map(),
    uid: 0,
    seen: 0,
    leaks: [],
    mailsOut: { clear: 0, encrypted: 0 },
  };
  try {
    for (let from = 0; from < run.histories; from += atOnce) {
      await tellSome(state, from, Math.min(from + atOnce, run.histories));
      await letAnHourPass(world);
      if ((from / atOnce) % 25 === 24)
        run.onProgress(`${from + atOnce} of ${run.histories} histories, ${state.seen} mails left`);
    }
    await run.plant?.(world);
    const database = await leaksInDatabase(world.db);
    return {
      seed: run.seed,
      histories: run.histories,
      seconds: (performance.now() - began) / 1000,
      counts: state.counts,
      mailsOut: state.mailsOut,
      checked: { values: database.values, tables: database.tables, logLines: world.log.length },
      leaks: [...state.leaks, ...leaksInLog(world.log), ...database.leaks],
    };
  } finally {
    await world.close();
  }
}

type State = {
  run: CanaryRun;
  world: World;
  counts: Counts;
  people: Map<number, { person: Person; history: History }>;
  uid: number;
  /** How many of the mails that left were looked at. */
  seen: number;
  leaks: Leak[];
  mailsOut: { clear: number; encrypted: number };
};

async function tellSome(state: State, from: number, to: number): Promise<void> {
  const { world, run, counts } = state;
  const histories = await Promise.all(
    Array.from({ length: to - from }, (_, index) => beginHistory(run.seed, from + index)),
  );
  for (const history of histories)
    for (const person of history.persons) state.people.set(person.number, { person, history });
  const random = seededRandom(`steps ${run.seed} ${from}`);
  for (let step = 0; step < mostSteps; step += 1) {
    const going = histories.filter(() => step < 3 || random.below(3) > 0);
    const arriving = await Promise.all(going.map((history) => happen(world, history, counts)));
    await receive(
      state,
      arriving.filter((one) => one !== null),
    );
    await readMailsAgain(world.db, world.vault, world.reader);
    await send(state, random.below(12) === 0);
  }
}

/** Only so many mails are acknowledged in an hour. */
async function letAnHourPass({ db }: World): Promise<void> {
  await db("acknowledgements").update({ created_at: db.raw("created_at - interval '61 minutes'") });
}

/** Takes the mails over, reads them, and notes who may get no clear text from now on. */
async function receive(state: State, arriving: Arriving[]): Promise<void> {
  const { db, vault, reader } = state.world;
  const before = await db("mails").max("id").first();
  const mails = arriving.map(({ raw }) => ({
    uid: ++state.uid,
    raw: Buffer.from(raw),
    sizeBytes: raw.length,
  }));
  if (mails.length > 0) await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, mails);
  await readKeptMails(db, vault, reader);

  const copies = await db("mail_copies")
    .whereIn(
      "uid",
      mails.map(({ uid }) => uid),
    )
    .select("uid", "mail_id");
  const idOf = new Map(copies.map(({ uid, mail_id }) => [Number(uid), mail_id]));
  for (const [index, { history, person, makesSecret }] of arriving.entries()) {
    const id = idOf.get(mails[index]?.uid ?? 0);
    if (id) history.mailIds.push(id);
    if (makesSecret) person.isSecret = true;
  }
  const outcomes = await db("mails")
    .where("id", ">", before?.max ?? 0)
    .select("state", "outcome");
  for (const { state: what, outcome } of outcomes) count(state.counts, `became: ${outcome ?? what}`);
}

/** Sends what is due, sometimes to a server that refuses and repeats what it was told, and looks at what left. */
async function send(state: State, refuses: boolean): Promise<void> {
  const { db, vault, sink, sender } = state.world;
  const [someone] = [...state.people.values()];
  if (refuses) {
    const text = `${someone?.person.address} ${someone?.person.number} is unknown here`;
    sink.fault({ stage: "rcpt", do: "reply", code: 550, text });
    count(state.counts, "server: refused a recipient in its own words");
  }
  await sendDueAnswers(db, vault, sender);
  sink.clearFaults();
  for (const mail of sink.mails.splice(0)) {
    state.seen += 1;
    const [found] = canariesIn(mail.to[0] ?? "");
    const entry = found && state.people.get(found.number);
    if (!entry) {
      state.leaks.push({ where: "mail to nobody of these histories", form: "mail" });
      continue;
    }
    const looked = await leaksInMail(mail, { person: entry.person, known: entry.history.persons });
    state.leaks.push(...looked.leaks);
    state.mailsOut[looked.isClear ? "clear" : "encrypted"] += 1;
    if (looked.messageId)
      entry.history.sent.set(entry.person, [
        ...(entry.history.sent.get(entry.person) ?? []),
        looked.messageId,
      ]);
  }
}
