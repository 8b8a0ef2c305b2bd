import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";
import { statementsOf } from "#test/support/count-statements.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");

const empty = await nina.visit("/set-aside");
const cast = await createCast(desk);
const path = `/set-aside/${cast.setAside}`;

test("an empty list says what it means", () => {
  assert.equal(empty.$(".empty h2").text(), "Nothing is set aside");
});

test("shows each mail with its reason", async () => {
  const page = await nina.visit("/set-aside");

  assert.match(page.$("tbody th").text(), /The mail is encrypted and was not opened/);
});

test("the help desk tries again; save and discard are for leads and admins", async () => {
  const page = await nina.visit("/set-aside");

  assert.equal(page.$("main a[href]").length, 0);
  assert.equal((await nina.visit(`${path}/raw`)).status, 403);
  assert.equal((await nina.visit(`${path}/discard`)).status, 403);
  const token = page.$("[name=_csrf]").first().attr("value") ?? "";
  const forged = new URLSearchParams({ _csrf: token, confirmed: "yes" });
  assert.equal((await nina.post(`${path}/discard`, forged)).status, 403);
});

test("the raw mail comes as a file, never as a page", async () => {
  const file = await ilse.visit(`${path}/raw`);

  assert.equal(file.headers.get("content-type"), "application/octet-stream");
  assert.match(file.headers.get("content-disposition") ?? "", /^attachment; filename="?mail-\d+\.eml/);
  assert.equal(file.headers.get("content-security-policy"), "sandbox; default-src 'none'");
  assert.match(file.html, /BEGIN PGP MESSAGE/);
});

test("trying again gives the mail back to the worker with all its attempts", async () => {
  await db("mails").where({ id: cast.setAside }).update({ attempts: 8 });

  const page = await nina.submit(await nina.visit("/set-aside"), {}, { form: `${path}/try-again` });

  assert.match(page.$("[role=status]").text(), /The mail is read again now/);
  const mail = await db("mails").where({ id: cast.setAside }).first();
  assert.equal(mail.state, "kept");
  assert.equal(mail.attempts, 0);
  assert.equal(mail.set_aside_reason, null);
  await db("mails")
    .where({ id: cast.setAside })
    .update({ state: "set_aside", set_aside_reason: "again", read_at: new Date() });
});

test("a mail without a copy cannot be tried again", async () => {
  const { sealed_raw } = await db("mails").where({ id: cast.setAside }).first("sealed_raw");
  const page = await nina.visit("/set-aside");
  await db("mails").where({ id: cast.setAside }).update({ sealed_raw: null });

  const after = await nina.submit(page, {}, { form: `${path}/try-again` });

  assert.match(after.$("[role=status]").text(), /Nothing was changed/);
  assert.equal(after.$("tbody form").length, 0);
  assert.equal((await ilse.visit(`${path}/raw`)).status, 404);
  await db("mails").where({ id: cast.setAside }).update({ sealed_raw });
});

test("discarding asks for a tick, and says by whom", async () => {
  const form = await ilse.visit(`${path}/discard`);

  const refused = await ilse.submit(form);
  assert.equal(refused.status, 422);
  assert.equal(refused.$("#confirmed-error").text(), "Tick the box to discard this mail");
  const done = await ilse.submit(refused, { confirmed: "yes" });

  assert.equal(done.$("[role=status]").text(), "The mail is discarded.");
  const mail = await db("mails").where({ id: cast.setAside }).first();
  assert.equal(mail.state, "discarded");
  assert.equal(mail.discarded_by, staff.ilse.id);
});

test("what is not set aside, or no id, is a page 404", async () => {
  for (const id of [cast.setAside, "1", "abc", "999999999999999999999"]) {
    for (const rest of ["raw", "discard", "try-again"]) {
      assert.equal((await ilse.visit(`/set-aside/${id}/${rest}`)).status, 404, `${id} ${rest}`);
    }
  }
});

test("many mails come in pages, each once, by an index and in few statements", async () => {
  await db.raw(
    `insert into mails (key_id, content_hash, size_bytes, state, set_aside_reason)
     select (select min(id) from vault_keys), ('made ' || n)::bytea, 1000, 'set_aside', 'made' from generate_series(1, 120) n`,
  );
  let rows = 0;
  for (let next: string | undefined = "/set-aside"; next; ) {
    const page = await nina.visit(next);
    rows += page.$("tbody tr").length;
    next = page.$("a[rel=next]").attr("href");
  }

  assert.equal(rows, 120);
  assert.ok((await statementsOf(() => nina.visit("/set-aside"))).length <= 6);
});

test("after a key was imported all encrypted mail is tried again at once, and nothing else", async () => {
  const key = await db("vault_keys").first("id");
  const setAside = (reason: string, raw: Buffer | null) => ({
    key_id: key.id,
    content_hash: Buffer.from(reason + raw),
    sealed_raw: raw,
    size_bytes: 1,
    state: "set_aside",
    set_aside_reason: reason,
  });
  const reason = "The mail is encrypted and was not opened: it was encrypted to another key";
  const rows = [
    setAside(reason, Buffer.from("a")),
    setAside(reason, null),
    setAside("A loop", Buffer.from("b")),
  ];
  const added = await db("mails").insert(rows).returning("id");

  const page = await nina.submit(
    await nina.visit("/set-aside"),
    {},
    { button: "Try all encrypted mail again" },
  );

  assert.match(page.$("[role=status]").text(), /\d encrypted mails? (is|are) read again now/);
  const states = await db("mails")
    .whereIn(
      "id",
      added.map(({ id }) => id),
    )
    .orderBy("id")
    .pluck("state");
  assert.deepEqual(states, ["kept", "set_aside", "set_aside"]);
});
