import assert from "node:assert/strict";
import { connect } from "node:net";
import test, { after, suite } from "node:test";
import { createLog, describeError } from "#src/web/log.ts";
import { startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });

suite("an error", () => {
  test("of ours shows a number and logs it without a word of what went wrong", async (t) => {
    const broken = await startDesk(t);
    const adam = await broken.signIn("adam");
    await broken.db.raw("alter table staff rename column created_at to bob_at_example_org");

    const page = await adam.visit("/staff");

    assert.equal(page.status, 500);
    assert.equal(page.$("h1").text(), "This page failed");
    const id = page.$("main b").text();
    assert.match(id, /^[0-9a-f]{8}$/);
    const line = broken
      .log()
      .split("\n")
      .find((text) => text.includes(id));
    assert.ok(line);
    const { err, route } = JSON.parse(line);
    assert.equal(err.code, "42703");
    assert.ok(err.stack.length > 0);
    assert.doesNotMatch(line, /created_at|select|bob_at/);
    assert.equal(route, undefined, "the session failed before a route was known");
  });

  test("for a database that is gone is a page, not a hanging browser", async (t) => {
    const broken = await startDesk(t);
    const nina = await broken.signIn("nina");
    await broken.db.destroy();

    const page = await nina.visit("/account");

    assert.equal(page.status, 500);
    assert.equal(page.$("h1").text(), "This page failed");
    broken.db.initialize();
  });

  test("says that a form of more than 1 MB is too much, and keeps the frame of the page", async () => {
    const nina = await desk.signIn("nina");

    const page = await nina.post("/account/languages", `languages=${"x".repeat(1_100_000)}`);

    assert.equal(page.status, 413);
    assert.equal(page.$("h1").text(), "This is too much at once");
    assert.equal(page.$("nav").length, 3);
  });

  test("refuses what is not a form", async () => {
    const nina = await desk.signIn("nina");
    for (const type of ["application/json", "multipart/form-data; boundary=x", "text/plain", "x"]) {
      nina.headers = { "content-type": type };
      const page = await nina.post("/account/languages", '{"languages":["es"]}');
      assert.equal(page.status, 415, type);
    }
    nina.headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-7" };
    assert.equal((await nina.post("/account/languages", "a=b")).status, 415);
  });

  test("for thousands of fields is refused", async () => {
    const nina = await desk.signIn("nina");
    assert.equal((await nina.post("/account/languages", "a=b&".repeat(3000))).status, 413);
  });

  test("of an unknown address helps, signed in or not", async () => {
    const nina = await desk.signIn("nina");
    for (const browser of [nina, desk.browser()]) {
      const page = await browser.visit("/no/such/page");
      assert.equal(page.status, 404);
      assert.equal(page.$("h1").text(), "There is nothing here");
      assert.equal(page.$("main .button").attr("href"), "/");
    }
  });

  test("of a role says which role one has", async () => {
    const page = await (await desk.signIn("ilse")).visit("/staff");
    assert.equal(page.status, 403);
    assert.match(page.$("main p").first().text(), /signed in as ilse \(lead\)/);
  });
});

suite("the log", () => {
  test("has one line for each request, with the pattern of the route and nothing of people", async () => {
    const adam = await desk.signIn("adam");
    await adam.visit(`/staff/${desk.staff.nina.id}?address=bob@example.org`);
    await adam.visit("/bob@example.org");
    await adam.submit(await adam.visit("/staff/add"), { name: "bob@example.org", role: "lead" });

    const log = desk.log();
    assert.match(log, /"method":"GET","route":"\/staff\/:id","status":200,"ms":[\d.]+,"msg":"request"/);
    assert.match(log, /"route":"unknown","status":404/);
    assert.doesNotMatch(log, /bob|example\.org|nina|adam|127\.0\.0\.1|desk=|_csrf/);
  });

  test("says when a browser went away before its answer", async () => {
    const { hostname, port } = new URL(desk.origin);
    const socket = connect(Number(port), hostname);
    socket.end(
      "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n\r\na=",
    );
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    assert.doesNotMatch(desk.log(), /"level":50/);
  });

  test("keeps of an error its class, code and place, whatever stands in its message", () => {
    const lines: string[] = [];
    const log = createLog("info", { write: (line) => void lines.push(line) });
    const cause = new Error("from alice@example.org");
    const message = "bad: bob@example.org\n    at bob (file:///secret.ts:1:2)\n    at more";
    const error = Object.assign(new TypeError(message, { cause }), {
      code: "23505",
      detail: "Key (x)=(bob)",
    });
    const odd = Object.assign(new Error("x"), { name: "bob@example.org", code: "bob@example.org" });

    log.error(error);
    log.error({ err: error });
    log.error({ err: error, id: "7" }, "page failed");
    log.error(odd, "odd");

    assert.doesNotMatch(lines.join(""), /bob|alice|secret/);
    const [first = ""] = lines;
    const { err, msg } = JSON.parse(first);
    assert.deepEqual([err.name, err.code, err.cause.name, msg], ["TypeError", "23505", "Error", "error"]);
    assert.match(err.stack[0], /errors\.test\.ts:\d+:\d+/);
    assert.deepEqual(describeError("bob"), { name: "string", stack: [] });
  });
});
