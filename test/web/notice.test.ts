import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });

test("the message for the next page is there when a browser follows at once, however slow the database", async () => {
  const nina = await desk.signIn("nina");
  const page = await nina.visit("/");
  await desk.db.raw(`
    create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$;
    create trigger wait before insert or update on sessions for each row execute function wait()`);
  const headers = {
    cookie: [...nina.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    origin: desk.origin,
    "content-type": "application/x-www-form-urlencoded",
  };

  // A browser reads the head of a redirect and goes; fetch is ready at the same moment.
  const body = page.$("form[action='/shift/start']").serialize();
  const redirect = await fetch(`${desk.origin}/shift/start`, {
    method: "POST",
    redirect: "manual",
    headers,
    body,
  });
  const next = await fetch(desk.origin, { headers });

  assert.equal(redirect.status, 303);
  assert.match(await next.text(), /Your shift has begun\./);
});
