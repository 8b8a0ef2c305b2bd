import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { openDatabase } from "#src/database.ts";
import { startHealth } from "#src/web/health.ts";
import { startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const health = await startHealth({ host: "127.0.0.1", port: 0, db: desk.db });
after(() => health.close());

const ask = async (path: string, port = health.port) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
};

suite("health", () => {
  test("says that the process lives and the database is ready", async () => {
    assert.deepEqual(await ask("/healthz"), { status: 200, text: "ok\n" });
    assert.deepEqual(await ask("/readyz"), { status: 200, text: "ready\n" });
    assert.equal((await ask("/else")).status, 404);
  });

  test("is not ready without the database, and still answers", async () => {
    const nowhere = openDatabase("postgres://nobody@127.0.0.1:1/none");
    const alone = await startHealth({ host: "127.0.0.1", port: 0, db: nowhere });

    const ready = await ask("/readyz", alone.port);
    const metrics = await ask("/metrics", alone.port);

    assert.deepEqual(ready, { status: 503, text: "the database does not answer\n" });
    assert.match(metrics.text, /^whisperdesk_database_up 0$/m);
    assert.equal((await ask("/healthz", alone.port)).status, 200);
    await alone.close();
    await nowhere.destroy();
  });

  test("is not ready while a migration is missing", async () => {
    const last = await desk.db("migrations").orderBy("id", "desc").first<{ id: number; name: string }>();
    await desk.db("migrations").where({ id: last.id }).delete();

    assert.deepEqual(await ask("/readyz"), { status: 503, text: "the database is not migrated\n" });

    await desk.db("migrations").insert(last);
  });

  test("measures the desk and its pages, by the pattern of the route", async () => {
    await desk.db("alarms").insert({ kind: "silence", detail: "No mail for 3 days" });
    await desk.db("mailboxes").insert({ name: "INBOX", last_polled_at: new Date(Date.now() - 90_000) });
    const browser = await desk.signIn("adam");
    await browser.visit(`/staff/${desk.staff.nina.id}`);

    const { text } = await ask("/metrics");

    assert.match(text, /^whisperdesk_database_up 1$/m);
    assert.match(text, /^whisperdesk_alarms 1$/m);
    assert.match(text, /^whisperdesk_poll_age_seconds\{mailbox="INBOX"\} 9\d(\.\d+)?$/m);
    assert.match(
      text,
      /whisperdesk_http_request_seconds_count\{method="GET",route="\/staff\/:id",status="200"\} 1/,
    );
    assert.match(text, /^process_cpu_seconds_total /m);
  });
});
