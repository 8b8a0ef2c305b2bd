import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import express, { type Router } from "express";
import { createApp } from "#src/app.ts";
import { createLog } from "#src/web/log.ts";
import { allowRoutes, routes, type Visitor } from "#src/web/routes.ts";
import { useViews } from "#src/web/views.ts";
import { Browser, cast, type Name, type Page, startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const visitors: Visitor[] = ["nobody", "help_desk", "lead", "admin"];
const names = Object.fromEntries(Object.entries(cast).map(([name, role]) => [role, name as Name]));

suite("the table of routes", () => {
  test("has every route of the app, and no other", () => {
    const app = createApp({ ...desk, log: createLog("silent") });
    const registered = (app.router.stack as Layer[])
      .flatMap((layer) => layer.handle.stack ?? [])
      .flatMap(({ route }) =>
        Object.keys(route?.methods ?? {}).map((method) => `${method.toUpperCase()} ${route?.path}`),
      );

    assert.deepEqual(registered.toSorted(), Object.keys(routes).toSorted());
  });

  for (const visitor of visitors) {
    test(`is held for ${visitor} on every route`, async () => {
      const name = names[visitor];
      const browser = name ? await desk.signIn(name) : desk.browser();

      for (const [key, allowed] of Object.entries(routes)) {
        const [method, pattern = ""] = key.split(" ");
        const path = pattern.replace(/:\w+/g, "1");
        // A form without token goes no further than the check of forgery: nothing is changed here.
        const page = method === "GET" ? await browser.visit(path) : await browser.post(path, "");
        assert.equal(verdict(page, path), expectedVerdict(method, visitor, allowed), `${visitor}: ${key}`);
      }
    });
  }

  test("refuses a route that does not stand in it, to everybody", async (t) => {
    const app = express();
    useViews(app, desk.config);
    app.use((request, _response, next) => {
      request.user = { ...desk.staff.adam };
      next();
    });
    app.use(
      allowRoutes({ "GET /known": ["admin"], "GET /things/:id": ["admin"], "GET /things/add": ["lead"] }),
    );
    app.get(["/known", "/forgotten", "/things/:id"], (_request, response) => void response.send("reached"));
    app.post("/known", (_request, response) => void response.send("reached"));
    const server = app.listen(0, "127.0.0.1");
    t.after(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    assert.ok(address && typeof address === "object");
    const browser = new Browser(`http://127.0.0.1:${address.port}`);

    assert.equal((await browser.visit("/known")).html, "reached");
    assert.equal((await browser.visit("/things/7")).html, "reached");
    for (const path of ["/forgotten", "/Known", "/known/", "/things/", "/things/7/8", "/%6bnown"]) {
      const page = await browser.visit(path);
      assert.equal(page.status, 404, path);
      assert.notEqual(page.html, "reached", path);
    }
    assert.equal((await browser.visit(`http://127.0.0.1:${address.port}//known`)).status, 404);
    assert.equal((await browser.post("/known", "")).status, 405);
    assert.equal((await browser.visit("/things/add")).status, 403, "two patterns fit: both must allow it");
  });

  test("no page fails for an odd id, and none has a script, a style or an address outside", async () => {
    const adam = await desk.signIn("adam");
    for (const key of Object.keys(routes)) {
      const [method, pattern = ""] = key.split(" ");
      if (method !== "GET") continue;
      for (const id of ["1", "0", "abc", "-1", "9223372036854775808", "1e3", "%F0%9F%92%A9", "%00"]) {
        const page = await adam.visit(pattern.replace(/:\w+/g, id));
        assert.ok(page.status < 500, `${key} with ${id}: ${page.status}`);
        assert.doesNotMatch(page.html, /<script|<style|\sstyle=|(?:src|href|action)="(?:https?:)?\/\//i, key);
        if (!pattern.includes(":")) break;
      }
    }
  });

  test("no page fails for an odd query", async () => {
    const adam = await desk.signIn("adam");
    for (const key of Object.keys(routes)) {
      const [method, pattern = ""] = key.split(" ");
      if (method !== "GET" || pattern.includes(":")) continue;
      for (const name of ["queue", "status", "owner", "after", "to"]) {
        for (const value of ["abc", "%00", "1&%s=2", "99999999999999999999", "%F0%9F%92%A9", "WyJ4Il0", ""]) {
          const page = await adam.visit(`${pattern}?${name}=${value.replace("%s", name)}`);
          assert.ok(page.status < 500, `${pattern}?${name}=${value}: ${page.status}`);
        }
      }
    }
  });
});

type Layer = { handle: Partial<Router> & { stack?: { route?: { path: string; methods: object } }[] } };

function verdict(page: Page, path: string): string {
  const heading = page.$("h1").text();
  if (heading === "Your role may not do this" || heading === "You are signed out") return heading;
  if (heading === "Sign in" && path !== "/sign-in") return "Sign in";
  return heading === "This form is out of date" ? heading : "reached";
}

function expectedVerdict(method: string | undefined, visitor: Visitor, allowed: Visitor[]): string {
  if (allowed.includes(visitor)) return method === "GET" ? "reached" : "This form is out of date";
  if (visitor !== "nobody") return "Your role may not do this";
  return method === "GET" ? "Sign in" : "You are signed out";
}
