import assert from "node:assert/strict";
import { test } from "node:test";
import { limit } from "#test/support/limits.ts";
import { runCanaries } from "../../bench/canaries/canaries.ts";
import { canary, formsIn } from "../../bench/canaries/canary.ts";
import { canaryTable } from "../../bench/canaries/canary-table.ts";

const token = canary("secret", 12);

test("200 random histories leave no canary in clear mail, logs and open columns", {
  timeout: limit(300),
}, async (t) => {
  const onProgress = (sentence: string) => t.diagnostic(sentence);

  const result = await runCanaries({ seed: 20261122, histories: 200, onProgress });

  console.log(canaryTable(result));
  assert.deepEqual(result.leaks, []);
  assert.deepEqual(
    [...result.counts.keys()].filter((what) => what.startsWith("failed")),
    [],
  );
  // Otherwise nothing was tested.
  assert.ok(result.mailsOut.clear > 50 && result.mailsOut.encrypted > 5);
  for (const what of ["opened", "added", "bounce", "sent_again", "set_aside"])
    assert.ok((result.counts.get(`became: ${what}`) ?? 0) > 0, what);
});

test("a canary that is planted is found, in every place and form", { timeout: limit(100) }, async () => {
  const result = await runCanaries({
    seed: 1,
    histories: 5,
    onProgress: () => {},
    async plant({ db, log, vault }) {
      const [ticket] = await db("tickets").select("id", "key_id");
      log.push(`{"msg":"request","subject":"${token.toUpperCase()}"}`);
      log.push(`{"msg":"${Buffer.from(`x${token}`).toString("base64")}"}`);
      await db("tags").insert({ name: token });
      await db("ticket_events").insert({
        ticket_id: ticket.id,
        action: "x",
        detail: JSON.stringify({ why: token }),
      });
      await db("vault_keys").insert({ wrapped_key: Buffer.from(`not sealed ${token}`) });
      await db("tickets")
        .where({ id: ticket.id })
        .update({ model: Buffer.from(token).toString("hex") });
      await db("alarms").insert({ kind: "no mail", detail: token.split("").toReversed().join("") });
      await db("drafts").delete();
      await db("drafts").insert({
        ticket_id: ticket.id,
        staff_id: (await db("staff").first("id")).id,
        sealed_text: vault.seal((await db("vault_keys").first("wrapped_key")).wrapped_key, "draft", token),
      });
    },
  });

  const found = result.leaks.map(({ where, form }) => `${where.split(":")[0]} ${form}`).toSorted();
  assert.deepEqual(found, [
    "alarms.detail reversed",
    "log base64",
    "log plain",
    "tags.name plain",
    "ticket_events.detail plain",
    "tickets.model hex",
    "vault_keys.wrapped_key plain",
  ]);
});

test("a canary is known in every form, and what is none is not", () => {
  const forms: Record<string, string | Buffer> = {
    plain: `a ${token} b`,
    reversed: token.split("").toReversed().join(""),
    hex: Buffer.from(token).toString("hex").toUpperCase(),
    "UTF-16": Buffer.from(token, "utf16le"),
    percent: encodeURIComponent(token).replace(/./g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
  };
  for (const [name, bytes] of Object.entries(forms)) assert.deepEqual(formsIn(bytes), [name]);
  for (const before of ["", "a", "ab", "abc"])
    assert.deepEqual(formsIn(Buffer.from(before + token).toString("base64")), ["base64"], before);
  const wrapped = Buffer.from("a".repeat(50) + token)
    .toString("base64")
    .replace(/.{70}/g, "$&\r\n");
  assert.deepEqual(formsIn(wrapped), ["base64"]);
  assert.deepEqual(formsIn(`${token.slice(0, 4)}=\r\n${token.slice(4)}`), ["plain"]);
  assert.deepEqual(formsIn("nothing of the kind"), []);
});
