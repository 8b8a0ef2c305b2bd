import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { changeRole } from "#src/staff/change-role.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { disableStaff } from "#src/staff/disable-staff.ts";
import { newPassword, weaknessOf } from "#src/staff/passwords.ts";
import { findStaff } from "#src/staff/staff.ts";
import { type Page, password, startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const { db } = desk;
const path = (page: Page) => new URL(page.url).pathname;

suite("the staff page", () => {
  test("lists everybody with role and languages", async () => {
    const adam = await desk.signIn("adam");

    const page = await adam.visit("/staff");

    assert.deepEqual(
      page
        .$("tbody th a")
        .toArray()
        .map((link) => page.$(link).text()),
      ["adam", "ilse", "nina"],
    );
    assert.match(page.$("tbody tr").eq(2).text(), /help desk\s+none chosen/);
  });

  test("adds an account whose password is shown once and works", async () => {
    const adam = await desk.signIn("adam");

    const form = await adam.visit("/staff/add");
    const shown = await adam.submit(form, { name: "Olga", role: "lead", languages: ["de", "fr"] });
    const word = shown.$(".secret").text().trim();

    assert.equal(shown.$("h1").text(), "olga is added");
    assert.match(word, /^\w{5}-\w{5}-\w{5}-\w{5}$/);
    const olga = desk.browser();
    const page = await olga.submit(await olga.visit("/account"), { name: "olga", password: word });
    assert.match(page.$(".head p").text(), /olga · lead/);
    assert.deepEqual(
      page
        .$("[name=languages]:checked")
        .toArray()
        .map((box) => page.$(box).val()),
      ["fr", "de"],
    );
  });

  test("refuses bad and taken names beside the field, and keeps what was chosen", async () => {
    const adam = await desk.signIn("adam");
    const form = await adam.visit("/staff/add");

    const bad = await adam.submit(form, { name: "Nina Müller", role: "lead", languages: "es" });
    const taken = await adam.submit(form, { name: "nina", role: "lead", languages: "es" });
    const forged = await adam.submit(form, { name: "otto", role: "king" });

    assert.match(bad.$("#name-error").text(), /^Use 2 to 32 letters/);
    assert.equal(bad.$("#name").val(), "Nina Müller");
    assert.match(taken.$("#name-error").text(), /^Somebody has this name already/);
    for (const page of [bad, taken]) {
      assert.equal(page.status, 422);
      assert.equal(page.$("[name=role]:checked").val(), "lead");
      assert.equal(page.$("[name=languages]:checked").val(), "es");
    }
    assert.equal(forged.$("#role-error").text(), "Choose a role");
    assert.equal(forged.$(".summary a").attr("href"), "#role");
  });

  test("changes role and languages, at once for the person", async () => {
    const [adam, nina] = [await desk.signIn("adam"), await desk.signIn("nina")];
    const address = `/staff/${desk.staff.nina.id}`;
    assert.equal((await nina.visit("/staff")).status, 403);

    const changed = await adam.submit(
      await adam.visit(address),
      { role: "admin" },
      { button: "Save the role" },
    );
    assert.equal(changed.$("[role=status]").text(), "The role is changed.");
    assert.equal((await nina.visit("/staff")).status, 200);

    await adam.submit(changed, { role: "help_desk" }, { button: "Save the role" });
    const spoken = await adam.submit(changed, { languages: "pt" }, { button: "Save the languages" });
    assert.equal(spoken.$("[name=languages]:checked").val(), "pt");
    assert.equal((await nina.visit("/staff")).status, 403);
    assert.equal((await adam.visit(address)).$("[role=status]").length, 0, "a notice is shown once");
  });

  test("disables and enables", async () => {
    const adam = await desk.signIn("adam");
    const page = await adam.visit(`/staff/${desk.staff.ilse.id}`);

    const disabled = await adam.submit(page, {}, { button: "Disable the account" });
    assert.match((await adam.visit("/staff")).$("tbody tr").last().text(), /ilse\s[\s\S]*disabled/);
    await adam.submit(disabled, {}, { button: "Enable the account" });

    await desk.signIn("ilse");
  });

  test("makes a new password that ends all sessions", async () => {
    const [adam, ilse] = [await desk.signIn("adam"), await desk.signIn("ilse")];
    const page = await adam.visit(`/staff/${desk.staff.ilse.id}`);

    const shown = await adam.submit(page, {}, { button: "Make a new password" });

    assert.equal(path(await ilse.visit("/account")), "/sign-in");
    const word = shown.$(".secret").text().trim();
    const again = await ilse.submit(await ilse.visit("/account"), { name: "ilse", password: word });
    assert.equal(path(again), "/account");
  });

  test("knows no account of a forged id", async () => {
    const adam = await desk.signIn("adam");
    for (const id of ["0", "abc", "999999", "99999999999999999999", "1%00", "1;"]) {
      const page = await adam.visit(`/staff/${id}`);
      assert.equal(page.status, 404, id);
      assert.equal(page.$("h1").text(), "There is nothing here");
    }
    assert.equal((await adam.visit("/staff/%zz")).status, 400);
  });
});

suite("the last admin", () => {
  test("cannot be disabled and cannot lose the role", async () => {
    const adam = await desk.signIn("adam");
    const page = await adam.visit(`/staff/${desk.staff.adam.id}`);

    const role = await adam.submit(page, { role: "lead" }, { button: "Save the role" });
    const disabled = await adam.submit(page, {}, { button: "Disable the account" });

    for (const refused of [role, disabled]) {
      assert.equal(refused.status, 422);
      assert.equal(
        refused.$("#role-error").text(),
        "This is the last admin. Make somebody else an admin first",
      );
    }
    assert.deepEqual(await changeRole(db, desk.staff.adam.id, "admin"), { ok: true });
    assert.equal((await findStaff(db, desk.staff.adam.id))?.role, "admin");
  });

  test("stays when two admins remove each other at the same moment", async () => {
    for (let round = 0; round < 5; round++) {
      const added = await createStaff(db, { name: `eva${round}`, role: "admin", password });
      assert.ok(added.ok);

      const results = await Promise.all([
        disableStaff(db, desk.staff.adam.id),
        changeRole(db, added.staff.id, "help_desk"),
      ]);

      assert.equal(results.filter((result) => result.ok).length, 1);
      await db("staff").where({ name: "adam" }).update({ disabled_at: null });
      await db("staff").where({ id: added.staff.id }).update({ role: "help_desk" });
    }
  });
});

suite("your account", () => {
  const change = {
    old_password: password,
    new_password: "a longer sentence",
    new_password_again: "a longer sentence",
  };

  test("changes the password, signs out everywhere else and stays here", async () => {
    const [here, there] = [await desk.signIn("nina"), await desk.signIn("nina")];

    const page = await here.submit(await here.visit("/account"), change, { button: "Change the password" });

    assert.equal(
      page.$("[role=status]").text(),
      "Your password is changed. You are signed out everywhere else.",
    );
    assert.equal(path(await here.visit("/account")), "/account");
    assert.equal(path(await there.visit("/account")), "/sign-in");
    assert.deepEqual(await db("rate_limits").whereLike("key", "sign-in:%"), [], "no attempt stays counted");
    const back = { old_password: "a longer sentence", new_password: password, new_password_again: password };
    await here.submit(page, back, { button: "Change the password" });
  });

  test("refuses a wrong, weak or mistyped password beside its field, and shows none of them", async () => {
    const nina = await desk.signIn("nina");
    const page = await nina.visit("/account");
    const refuse = async (fields: Partial<typeof change>) => {
      const refused = await nina.submit(page, { ...change, ...fields }, { button: "Change the password" });
      assert.equal(refused.status, 422);
      assert.equal(refused.$("input[type=password][value]").length, 0);
      return refused.$(".error").text();
    };

    assert.equal(await refuse({ old_password: "not this one" }), "This is not your password");
    assert.equal(
      await refuse({ new_password: "short", new_password_again: "short" }),
      "Use at least 12 characters",
    );
    assert.equal(await refuse({ new_password_again: "another sentence" }), "This is not the same as above");
    assert.equal(await refuse({ old_password: "" }), "Write the password you have now");
    await desk.signIn("nina");
  });

  test("keeps the languages that a person answers in", async () => {
    const nina = await desk.signIn("nina");
    const page = await nina.visit("/account");

    const saved = await nina.submit(page, { languages: ["en", "it"] }, { button: "Save the languages" });
    assert.deepEqual((await findStaff(db, desk.staff.nina.id))?.languages, ["en", "it"]);
    await nina.submit(saved, { languages: [] }, { button: "Save the languages" });
    assert.deepEqual((await findStaff(db, desk.staff.nina.id))?.languages, []);
  });

  test("signs out everywhere, here too", async () => {
    const nina = await desk.signIn("nina");
    const page = await nina.submit(await nina.visit("/account"), {}, { button: "Sign out everywhere" });
    assert.equal(path(page), "/sign-in");
    assert.equal(path(await nina.visit("/account")), "/sign-in");
  });
});

suite("passwords", () => {
  test("need 12 characters that are not the name", () => {
    assert.equal(weaknessOf("elevenchars", "nina"), "Use at least 12 characters");
    assert.equal(weaknessOf("ninaninanina1", "nina"), "Use a password that is not made of your name");
    assert.equal(weaknessOf("NINA-nina-NINA", "nina"), "Use a password that is not made of your name");
    assert.equal(weaknessOf("aaaaaaaaaaaaaa", "nina"), "Use more than a few different characters");
    assert.match(weaknessOf("ab cdefg".repeat(200), "nina") ?? "", /^Use at most/);
    assert.equal(weaknessOf("nina likes horses", "nina"), null);
    assert.equal(weaknessOf("пароль из слов", "nina"), null);
  });

  test("made by the desk are never the same and never weak", () => {
    const many = new Set(Array.from({ length: 500 }, newPassword));
    assert.equal(many.size, 500);
    assert.ok([...many].every((word) => weaknessOf(word, "nina") === null));
  });

  test("are stored as Argon2id with 19 MiB and two passes", async () => {
    const { password_hash } = await db("staff").where({ name: "adam" }).first<{ password_hash: string }>();
    assert.match(password_hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});
