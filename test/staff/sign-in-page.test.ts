import assert from "node:assert/strict";
import test, { after, beforeEach, suite } from "node:test";
import { checkSignIn } from "#src/staff/check-sign-in.ts";
import { disableStaff, enableStaff } from "#src/staff/disable-staff.ts";
import { signOutEverywhere } from "#src/staff/set-password.ts";
import { type Browser, type Page, password, startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const { db } = desk;
beforeEach(() => db("rate_limits").delete());

const path = (page: Page) => new URL(page.url).pathname;
const tryAs = async (browser: Browser, name: string, word: string) =>
  await browser.submit(await browser.visit("/sign-in"), { name, password: word });

suite("signing in", () => {
  test("takes a person to the page they asked for", async () => {
    const browser = desk.browser();

    const form = await browser.visit("/account?from=mail");
    const page = await browser.submit(form, { name: " Nina ", password });

    assert.equal(form.$("h1").text(), "Sign in");
    assert.equal(page.url, `${desk.origin}/account?from=mail`);
    assert.equal(page.$("h1").text(), "Your account");
  });

  test("never leads to another site", async () => {
    for (const to of ["//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil.example"]) {
      const browser = desk.browser();
      const form = await browser.visit(`/sign-in?to=${encodeURIComponent(to)}`);
      assert.equal(form.$("[name=to]").val(), "/", to);

      const page = await browser.submit(form, { name: "nina", password, to });
      assert.equal(page.url, `${desk.origin}/`, to);
    }
  });

  test("asks for what is missing, beside the field, and keeps the name", async () => {
    const browser = desk.browser();

    const refused = await tryAs(browser, "nina", "");

    assert.equal(refused.status, 422);
    assert.equal(refused.$("#password-error").text(), "Write your password");
    assert.match(refused.$("#password").attr("aria-describedby") ?? "", /password-error/);
    assert.equal(refused.$(".summary a").attr("href"), "#password");
    assert.equal(refused.$("#name").val(), "nina");
  });

  test("refuses a wrong password as it refuses an unknown name, and shows neither password", async () => {
    const wrong = await tryAs(desk.browser(), "nina", "wrong horse battery");
    const unknown = await tryAs(desk.browser(), "nobody", "wrong horse battery");

    for (const page of [wrong, unknown]) {
      assert.equal(page.status, 422);
      assert.equal(page.$(".summary li").text(), "The name or the password is wrong");
      assert.doesNotMatch(page.html, /wrong horse/);
    }
  });

  test("does the same work for an unknown name as for a known one", async () => {
    // Processor time of the whole process, the least of some rounds: waiting for others does not count.
    const work = async (name: string) => {
      const costs = [];
      for (let round = 0; round < 7; round++) {
        const before = process.cpuUsage();
        await checkSignIn(db, name, "wrong horse battery");
        const { user, system } = process.cpuUsage(before);
        costs.push(user + system);
      }
      return Math.min(...costs);
    };
    await work("nobody");

    const ratio = (await work("nobody")) / (await work("nina"));

    assert.ok(ratio > 0.3 && ratio < 3, `an unknown name takes ${ratio.toFixed(2)} of the work`);
  });

  test("is not possible with the password in the address", async () => {
    const page = await desk.browser().visit(`/sign-in?name=nina&password=${encodeURIComponent(password)}`);
    assert.equal(page.$("h1").text(), "Sign in");
  });

  test("gives the session another id, so that one planted before is worth nothing", async () => {
    const browser = desk.browser();
    const form = await browser.visit("/sign-in");
    const planted = browser.cookies.get("desk");
    assert.ok(planted);

    await browser.submit(form, { name: "nina", password });
    assert.notEqual(browser.cookies.get("desk"), planted);

    const thief = desk.browser();
    thief.cookies.set("desk", planted);
    assert.equal(path(await thief.visit("/account")), "/sign-in");
  });

  test("says to somebody signed in that they are", async () => {
    const nina = await desk.signIn("nina");
    assert.equal(path(await nina.visit("/sign-in")), "/");
  });
});

suite("too many attempts", () => {
  test("stop guessing at one name, also with the right password, and say when to come back", async () => {
    const browser = desk.browser();
    for (let attempt = 0; attempt < 10; attempt++) {
      assert.equal((await tryAs(browser, "ilse", `wrong horse ${attempt}`)).status, 422);
    }

    const refused = await tryAs(browser, "ilse", password);
    assert.equal(refused.status, 429);
    assert.equal(refused.$(".summary li").text(), "Too many attempts. Try again in 15 minutes");
    assert.equal((await tryAs(browser, "nina", "wrong")).status, 422, "others are not concerned");

    await db("rate_limits").update({ expire: Date.now() - 1 });
    assert.equal((await tryAs(browser, "ilse", password)).status, 200);
  });

  test("stop guessing at all names together", async () => {
    await db("rate_limits").insert({ key: "sign-in-all:all", points: 200, expire: Date.now() + 30_500 });

    const refused = await tryAs(desk.browser(), "nina", password);

    assert.equal(refused.status, 429);
    assert.match(refused.$(".summary li").text(), /^Too many attempts\. Try again in (30|31) seconds$/);
  });

  test("are forgotten with the right password, and the table holds no name", async () => {
    const browser = desk.browser();
    for (let round = 0; round < 3; round++) {
      for (let attempt = 0; attempt < 5; attempt++) await tryAs(browser, "nina", "wrong");
      assert.doesNotMatch(JSON.stringify(await db("rate_limits")), /nina/);
      const page = await tryAs(browser, "nina", password);
      assert.equal(page.status, 200);
      await browser.submit(page, {}, { button: "Sign out" });
    }
  });
});

suite("a session", () => {
  test("ends with signing out", async () => {
    const nina = await desk.signIn("nina");
    const stolen = new Map(nina.cookies);

    const page = await nina.submit(await nina.visit("/account"), {}, { button: "Sign out" });

    assert.equal(path(page), "/sign-in");
    const thief = desk.browser();
    for (const [name, value] of stolen) thief.cookies.set(name, value);
    assert.equal(path(await thief.visit("/account")), "/sign-in");
  });

  test("ends at once when the account is disabled", async () => {
    const nina = await desk.signIn("nina");

    await disableStaff(db, desk.staff.nina.id);

    assert.equal(path(await nina.visit("/account")), "/sign-in");
    const refused = await tryAs(desk.browser(), "nina", password);
    assert.equal(refused.$(".summary li").text(), "This account is disabled. An admin can enable it again");
    const guessed = await tryAs(desk.browser(), "nina", "wrong");
    assert.equal(guessed.$(".summary li").text(), "The name or the password is wrong");
    await enableStaff(db, desk.staff.nina.id);
    assert.equal(path(await nina.visit("/account")), "/sign-in", "the old session stays over");

    const again = await desk.signIn("nina");
    await db("staff").where({ name: "nina" }).update({ disabled_at: db.fn.now() });
    assert.equal(path(await again.visit("/account")), "/sign-in", "also when only the date was set");
    await db("staff").where({ name: "nina" }).update({ disabled_at: null });
  });

  test("ends in all browsers with signing out everywhere", async () => {
    const [one, two] = [await desk.signIn("nina"), await desk.signIn("nina")];

    await signOutEverywhere(db, desk.staff.nina.id);

    assert.equal(path(await one.visit("/account")), "/sign-in");
    assert.equal(path(await two.visit("/account")), "/sign-in");
    await desk.signIn("nina");
  });

  test("ends after 12 hours without a request, and after 7 days in any case", async () => {
    const hour = 3_600_000;
    for (const [startedAgo, seenAgo, expected] of [
      [6 * 24 * hour, 11 * hour, "/account"],
      [13 * hour, 12.1 * hour, "/sign-in"],
      [7.1 * 24 * hour, hour, "/sign-in"],
    ] as const) {
      await db("sessions").delete();
      const before = Date.now();
      const nina = await desk.signIn("nina");
      const { sess } = await db("sessions").first<{ sess: { startedAt: number } }>("sess");
      assert.ok(before <= sess.startedAt && sess.startedAt <= Date.now());
      const old = { ...sess, startedAt: Date.now() - startedAgo, seenAt: Date.now() - seenAgo };
      await db("sessions").update({ sess: JSON.stringify(old) });

      assert.equal(path(await nina.visit("/account")), expected, `${startedAgo} ${seenAgo}`);
    }
  });

  test("is kept in a cookie that scripts and other sites cannot use", async () => {
    const { headers } = await desk.browser().visit("/sign-in");
    const cookie = headers.getSetCookie().join();
    assert.match(cookie, /^desk=/);
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Lax/);
    assert.doesNotMatch(cookie, /Secure/);
  });

  test("travels over https alone when the desk is reached by https", async (t) => {
    const secure = await startDesk(t, { PUBLIC_URL: "https://desk.example.org" });
    const browser = secure.browser();
    browser.headers = { "x-forwarded-proto": "https" };

    const { headers } = await browser.visit("/sign-in");

    assert.match(headers.getSetCookie().join(), /^__Host-desk=.*Path=\/;.*HttpOnly; Secure/);
    assert.equal(headers.get("strict-transport-security"), "max-age=31536000");
  });
});
