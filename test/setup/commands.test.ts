import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openDatabase } from "#src/database.ts";
import { publishOurKeys } from "#src/outbox/publish-our-keys.ts";
import { openDeskKeys } from "#src/setup/desk-keys.ts";
import { checkSignIn } from "#src/staff/check-sign-in.ts";
import { startSetupDesk } from "./desk.ts";

test("adds staff, gives new passwords, disables and enables, and never takes the last admin", async (t) => {
  const { run, url } = await startSetupDesk(t);
  const db = openDatabase(url);
  t.after(() => db.destroy());
  const passwordIn = (output: string) => /once: (\S+)$/.exec(output)?.[1] ?? "";

  const added = await run("staff add nina --role admin");
  const changed = await run("staff password nina");
  await run("staff add ilse");
  const disabled = await run("staff disable ilse");

  assert.equal((await checkSignIn(db, "nina", passwordIn(added.output))).ok, false);
  assert.equal((await checkSignIn(db, "nina", passwordIn(changed.output))).ok, true);
  assert.equal(disabled.output, "ilse is disabled");
  assert.match((await run("staff list")).output, /^nina +admin$\n^ilse +help_desk +disabled$/m);
  await run("staff enable ilse");
  assert.doesNotMatch((await run("staff list")).output, /disabled/);
  await assert.rejects(run("staff disable nina"), /nina is the last admin/);
  await assert.rejects(run("staff add nina"), /The name “nina” is taken/);
  await assert.rejects(run("staff add Nina!"), /Use 2 to 32 letters/);
  await assert.rejects(run("staff add otto --role boss"), /--role is one of help_desk, lead, admin/);
  await assert.rejects(run("staff password nobody"), /There is no account “nobody”/);
});

test("makes keys in new files only, and lists and exports their public halves alone", async (t) => {
  const { run, url, folder } = await startSetupDesk(t);
  const db = openDatabase(url);
  t.after(() => db.destroy());
  const file = join(folder, "new.asc");

  const { output } = await run(`keys generate ${file} --key-days 20`);
  await assert.rejects(run(`keys generate ${file}`), /is there already/);
  await assert.rejects(run("keys export"), /There are none yet/);
  await publishOurKeys(db, await openDeskKeys({ OPENPGP_KEYS: readFileSync(file, "utf8") }));

  assert.equal(statSync(file).mode & 0o777, 0o600);
  const fingerprint = output.split(":")[0] ?? "none";
  assert.ok((await run("keys list")).output.startsWith(`${fingerprint}  signs  made 20`));
  const exported = await run("keys export");
  assert.match(exported.output, /^-----BEGIN PGP PUBLIC KEY BLOCK-----/);
  assert.doesNotMatch(exported.output, /PRIVATE/);
  assert.match(
    (await run("check")).output,
    new RegExp(`The OpenPGP key ${fingerprint} expires in (19|20) days`),
  );
});

test("check lists everything that needs a person, and ends with 1", async (t) => {
  const { run, url } = await startSetupDesk(t);
  const db = openDatabase(url);
  t.after(() => db.destroy());
  const never = await run("check");
  await db.raw(`
    insert into mailboxes (name, last_polled_at) values ('INBOX', now() - interval '42 minutes');
    insert into alarms (kind, detail) values ('no mail', 'No mail has come for 3 days');
    insert into alarms (kind, detail, cleared_at) values ('mail missing', 'over', now());
    with key as (insert into vault_keys (wrapped_key) values ('') returning id)
    insert into mails (key_id, content_hash, size_bytes, state, set_aside_reason, kept_at)
    select id, hash::bytea, 0, state, reason, now() - interval '1 hour' from key, (values
      ('a', 'set_aside', 'not our key'), ('b', 'set_aside', 'damaged'), ('c', 'kept', null)) mail (hash, state, reason)`);

  const { code, output } = await run("check");

  assert.deepEqual(never, { code: 1, output: "The mailbox was never polled: no worker has started yet" });
  assert.equal(code, 1);
  assert.deepEqual(output.split("\n"), [
    "Alarm, no mail: No mail has come for 3 days",
    "The mailbox was polled for the last time 42 minutes ago",
    "2 mails are set aside: staff look at it under Set aside",
    "1 mail waits to be read for more than 15 minutes: does a worker run?",
  ]);
});

test("config shows what is set and never a value", async (t) => {
  const { run } = await startSetupDesk(t);

  const { code, output } = await run("config");

  assert.equal(code, 1);
  assert.match(output, /^IMAP_PASSWORD +worker +set +required$/m);
  assert.match(output, /^SMTP_PORT +worker +set +default: 465$/m);
  assert.match(output, /^wrong: MASTER_KEY is missing/m);
  assert.doesNotMatch(output, /imap-secret|smtp-secret|example\.org/);
});

test("a command line that cannot be is refused with what to write", async (t) => {
  const { run } = await startSetupDesk(t);

  await assert.rejects(run("stuff"), /There is no command “stuff”/);
  await assert.rejects(run("staff add"), /Write: whisperdesk staff add NAME/);
  await assert.rejects(run("setup --key-kind dsa"), /--key-kind is one of curve25519/);
  await assert.rejects(run("setup --key-days soon"), /--key-days is a number of days/);
  await assert.rejects(run("check --quietly"), /Unknown option '--quietly'. See: whisperdesk check --help/);
});
