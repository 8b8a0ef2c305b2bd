import assert from "node:assert/strict";
import { after, test } from "node:test";
import { whyNotAcknowledged } from "#src/acknowledgements/rules.ts";
import { messageIdOf } from "#src/outbox/message-id.ts";
import { fixtureMail } from "#test/support/intake.ts";
import { newMail, startAcknowledgingDesk } from "./cast.ts";

const desk = await startAcknowledgingDesk({ after });
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 3_600_000);

/** Delivers a mail that opens a ticket, and says why it was not acknowledged. */
async function whyNot(mail: Buffer | string, receivedAt?: Date): Promise<string | null> {
  const before = (await desk.db("tickets")).length;
  await desk.deliver(mail, receivedAt);
  assert.equal((await desk.db("tickets")).length, before + 1, "the ticket is opened all the same");
  return await desk.reason();
}

async function nothingWent(act: () => Promise<void>): Promise<void> {
  const before = [await desk.acknowledgements(), await desk.db("outbox_mails")];
  await act();
  assert.deepEqual([await desk.acknowledgements(), await desk.db("outbox_mails")], before);
}

test("never to a WhisperBack report, neither to its header From nor to the address in it", async () => {
  await nothingWent(async () => {
    assert.equal(await whyNot(fixtureMail("whisperback-french-base64-inside")), "It is a WhisperBack report");
  });
  const people = await desk.db("people").pluck("acknowledged_at");
  assert.deepEqual(people, [null], "the address in it counts as not acknowledged");
});

test("never to a report that a person saved by hand and mailed", async () => {
  const text = [
    "Subject: It does not start",
    "Tails-Version: 7.1",
    "",
    "======= content of /proc/cmdline =======",
    "quiet splash",
  ].join("\r\n");
  await nothingWent(async () => {
    assert.equal(await whyNot(newMail({ text })), "It is a WhisperBack report");
  });
});

test("never to a mail that only looks like a report, nor to the address that all reports name", async () => {
  await nothingWent(async () => {
    const subject = `Bug report: ${"ab".repeat(16)}`;
    assert.equal(await whyNot(newMail({ subject })), "It looks like a WhisperBack report");
    assert.match((await whyNot(newMail({ from: "devnull@tails.example" }))) ?? "", /an address of a program/);
  });
});

test("never to a mailing list", async () => {
  await nothingWent(async () => {
    const headers = ["List-Id: <tails.example.org>"];
    assert.equal(await whyNot(newMail({ headers })), "It came over a mailing list (has list-id)");
    assert.match((await whyNot(newMail({ headers: ["Precedence: list"] }))) ?? "", /mailing list/);
  });
});

test("never to an automatic answer, which opens no ticket", async () => {
  await nothingWent(async () => {
    const tickets = (await desk.db("tickets")).length;
    await desk.deliver(newMail({ headers: ["Auto-Submitted: auto-replied; owner=x"] }));
    assert.equal((await desk.db("tickets")).length, tickets, "it is set aside");
  });
});

for (const header of [
  "Auto-Submitted: auto-generated",
  "Precedence: bulk",
  "X-Auto-Response-Suppress: All",
  "X-Loop: desk",
  "Return-Path: <>",
]) {
  test(`never to a mail that says ${header}, which may be a person's and opens a ticket`, async () => {
    await nothingWent(async () => {
      assert.match(
        (await whyNot(newMail({ headers: [header] }))) ?? "",
        /^A program (may|is likely to) have written it/,
      );
    });
  });
}

for (const from of [
  "owner-users@example.org",
  "users-request@example.org",
  "users-bounces@example.org",
  "bounce+17@example.org",
  "listserv@example.org",
  "nobody@example.org",
  "no-reply@example.org",
  "donotreply@example.org",
]) {
  test(`never to ${from}, behind which a program may stand`, async () => {
    await nothingWent(async () => {
      assert.match((await whyNot(newMail({ from }))) ?? "", /^A program may have written it/);
    });
  });
}

test("never to the sender of who asks for answers at another address", async () => {
  await nothingWent(async () => {
    const headers = ["Reply-To: samira@safe.example.org"];
    assert.equal(await whyNot(newMail({ headers })), "It asks for answers at another address");
  });
});

test("never to a bounce, whoever sends it", async () => {
  await nothingWent(async () => {
    await desk.deliver(fixtureMail("delivery-failed"));
    await desk.deliver(newMail({ from: "MAILER-DAEMON@example.org" }));
  });
});

test("never to a mail that says that this desk wrote it", async () => {
  await nothingWent(() => desk.deliver(newMail({ from: "Support@example.org" })));
});

test("never to a mail that names no sender, or more than one", async () => {
  await nothingWent(async () => {
    assert.equal(
      await whyNot("Subject: no sender\r\n\r\nHello, it does not work.\r\n"),
      "It names no sender",
    );
    const two = newMail({ from: "lea@example.org, paul@example.org" });
    assert.equal(await whyNot(two), "It does not name exactly one sender");
    const inName = newMail({ from: '"paul@example.org" <lea@example.org>' });
    assert.equal(await whyNot(inName), "It does not name exactly one sender");
  });
});

test("never to what a mail server took for spam", async () => {
  await nothingWent(async () => {
    const mail = newMail({ headers: ["X-Spam-Flag: YES"] });
    assert.equal(await whyNot(mail), "A mail server took it for spam");
  });
});

test("never to a second mail of a thread: neither to an answer to ours nor to one to somebody else's", async () => {
  await desk.deliver(newMail({ from: "lea@example.org" }));
  assert.equal(await desk.reason(), null);
  await desk.db("people").update({ acknowledged_at: null });
  const { reference } = await desk.db("outbox_mails").orderBy("id", "desc").first("reference");
  const ours = messageIdOf(desk.vault, reference, "support@example.org");

  await nothingWent(async () => {
    await desk.deliver(newMail({ from: "lea@example.org", headers: [`In-Reply-To: ${ours}`] }));
    const other = newMail({ from: "lea@example.org", headers: ["References: <other@example.net>"] });
    assert.equal(await whyNot(other), "It answers another mail, so it is not the first of its thread");
  });
});

test("never to mail that lay in the mailbox before the desk opened it, however new it is", async () => {
  await desk.db("mailboxes").update({ created_at: desk.db.fn.now() });
  await nothingWent(async () => {
    const reason = "It lay in the mailbox before the desk opened it";
    assert.equal(await whyNot(newMail(), daysAgo(0.1)), reason);
  });
});

test("to mail that came in the second in which the desk opened the mailbox: mail servers tell whole seconds", async () => {
  const opened = new Date();
  await desk.db("mailboxes").update({ created_at: opened });
  const whole = new Date(Math.floor(opened.getTime() / 1000) * 1000);

  assert.equal(await whyNot(newMail({ from: "quick@example.org" }), whole), null);
});

test("never to old mail, also when the desk was there", async () => {
  await desk.db("mailboxes").update({ created_at: new Date(0) });
  await nothingWent(async () => {
    assert.equal(await whyNot(newMail(), daysAgo(2.1)), "It is 2 days old: old mail gets none");
    assert.equal(await whyNot(newMail({}, daysAgo(400))), "It is 400 days old: old mail gets none");
  });
  assert.equal(await whyNot(newMail({}, daysAgo(1.9)), daysAgo(1.9)), null);
});

test("never to the same report sent again", async () => {
  const again = Buffer.concat([
    Buffer.from("X-Received: again\r\n"),
    fixtureMail("whisperback-french-base64-inside"),
  ]);
  await nothingWent(() => desk.deliver(again));
});

test("the rules let a mail pass only when none of them speaks against it", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  const fine = {
    isReport: false,
    noAutomaticAnswer: null,
    references: [],
    personId: "1",
    address: "lea@example.org",
    showsCryptography: false,
    receivedAt: now,
    date: null,
  };
  const against = [
    { isReport: true },
    { noAutomaticAnswer: "A program wrote it" },
    { references: ["<a@b>"] },
    { personId: null },
    { showsCryptography: true },
    { address: "lea@localhost" },
    { receivedAt: new Date("2026-11-20T12:00:00Z") },
    { date: "2026-11-20T11:59:59Z" },
  ];
  const neutral = [
    { date: "not a date" },
    { date: "2027-01-01T00:00:00Z" },
    { receivedAt: new Date("2026-11-20T12:00:01Z") },
  ];

  for (const one of neutral) assert.equal(whyNotAcknowledged({ ...fine, ...one }, now, null), null);
  for (let chosen = 0; chosen < 2 ** against.length; chosen += 1) {
    const mail = Object.assign({}, fine, ...against.filter((_, place) => chosen & (1 << place)));
    const reason = whyNotAcknowledged(mail, now, null);
    assert.equal(reason === null, chosen === 0, JSON.stringify(mail));
  }
});

test("never in clear to somebody whose mail looks encrypted, or like a key, and was not read", async () => {
  const block =
    "-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nxjMEaw6LMhYJ\r\n-----END PGP PUBLIC KEY BLOCK-----";
  const before = (await desk.db("outbox_mails")).length;

  const reason = await whyNot(
    newMail({ from: "closed@example.org", text: `Hello, my key:\r\n\r\n${block}` }),
  );

  assert.equal(reason, "OpenPGP or S/MIME stands in it: whether it opens is told to nobody");
  assert.equal((await desk.db("outbox_mails")).length, before);
});
