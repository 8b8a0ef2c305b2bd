import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startSmtpSink } from "#src/demo/smtp-sink.ts";
import { raiseAlarm } from "#src/inbox/alarms.ts";
import { tellAdmins } from "#src/inbox/tell-admins.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import type { Sender } from "#src/outbox/send.ts";
import { deskAddress, deskSecretKey, startIntake } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";

const admins = ["adam@example.org", "ada@example.org"];

test("each open alarm is mailed to the administrators once", async (t) => {
  const { db, vault, sink, sender } = await startDesk(t);
  await raiseAlarm(db, "no mail", "No mail has come for 3 days.");

  await tellAdmins(db, vault, sender, admins);
  await tellAdmins(db, vault, sender, admins);

  assert.deepEqual(sink.mails.flatMap(({ to }) => to).toSorted(), admins.toSorted());
  assert.match(sink.mails[0]?.raw.toString() ?? "", /No mail has come for 3 days\./);
});

test("an alarm whose mail does not leave is mailed later", async (t) => {
  const { db, vault, sink, sender } = await startDesk(t);
  await raiseAlarm(db, "mailbox unreachable", "The mailbox could not be read for 10 minutes.");
  sink.fault({ stage: "mail", do: "reply", code: 451 });

  await tellAdmins(db, vault, sender, ["adam@example.org"]);
  assert.equal(sink.mails.length, 0);
  await tellAdmins(db, vault, sender, ["adam@example.org"]);

  assert.equal(sink.mails.length, 1);
});

test("without administrators nothing is mailed and nothing is marked as told", async (t) => {
  const { db, vault, sender } = await startDesk(t);
  await raiseAlarm(db, "no mail", "No mail has come for 3 days.");

  await tellAdmins(db, vault, sender, []);

  assert.equal((await db("alarms").first("mailed_at")).mailed_at, null);
});

async function startDesk(t: TestContext) {
  const { db, vault } = await startIntake(t);
  const sink = await startSmtpSink();
  t.after(() => sink.stop());
  const sender: Sender = {
    name: "Help desk",
    address: deskAddress,
    keys: await openSecretKeys([deskSecretKey]),
    server: { host: sink.host, port: sink.port, tls: "no", secondsToWait: limit(5) / 1000 },
  };
  return { db, vault, sink, sender };
}
