import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { retireTemplate } from "#src/reply-templates/retire.ts";
import { startDesk } from "#test/support/browser.ts";
import { changeSource, find, translate, write } from "./cast.ts";

const desk = await startDesk({ after });
const { db } = desk;
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");
const me = desk.staff.nina.id;
const heading = (page: { $: (selector: string) => { text(): string } }) => page.$("h1").text();

suite("the list of answers", () => {
  test("says what to do while there is none, and leads to the form", async () => {
    const page = await nina.visit("/answers");

    assert.equal(page.$(".empty h2").text(), "There are no template answers yet");
    assert.equal(page.$(".rail a[href='/answers']").attr("aria-current"), "page");
    assert.equal(heading(await nina.visit(page.$(".empty a").attr("href") ?? "")), "New answer");
  });

  test("shows categories, languages that are out of date, and finds by words", async () => {
    const id = await write(db, me, { name: "Graphics", tags: ["gpu"] }, { fr: "Carte", de: "Karte" });
    await write(db, me, { name: "Greeting", category: "Others" });
    await changeSource(db, me, id, "Hello, cards again.");
    await translate(db, me, id, "de", "Karten");

    const page = await nina.visit("/answers");
    assert.deepEqual(
      page
        .$(".group th")
        .toArray()
        .map((each) => page.$(each).text()),
      ["Hardware", "Others"],
    );
    assert.deepEqual(
      page
        .$("tr:contains('Graphics') .chip")
        .toArray()
        .map((each) => page.$(each).text()),
      ["English, source", "German", "French, out of date"],
    );

    const found = await nina.submit(page, { words: "karten gpu" }, { form: "/answers" });
    assert.deepEqual(
      found
        .$("tbody th a")
        .toArray()
        .map((each) => found.$(each).text()),
      ["Graphics"],
    );
    const nothing = await nina.submit(page, { words: "karten greeting" }, { form: "/answers" });
    assert.equal(nothing.$(".empty h2").text(), "No answer has these words");
    assert.equal((await nina.visit("/answers?show=out-of-date")).$("tbody tr:not(.group)").length, 1);
  });
});

suite("a new answer", () => {
  test("is previewed with example values and saved", async () => {
    const form = await nina.visit("/answers/new");
    const fields = {
      name: "Upgrade",
      category: "Questions",
      tags: "Upgrade, tails",
      body: "Hello {{person}},\n\nbye {{me}}",
    };

    const preview = await nina.submit(form, fields, { button: "Preview" });
    assert.deepEqual(
      preview
        .$(".message mark")
        .toArray()
        .map((each) => preview.$(each).text()),
      ["Claire", "nina"],
    );
    assert.equal(preview.$("textarea").val(), fields.body);

    const saved = await nina.submit(preview, {}, { button: "Save the answer" });
    assert.equal(heading(saved), "Upgrade");
    assert.equal(saved.$("[role=status]").text().trim(), "The answer is saved. It is offered from now on.");
    assert.deepEqual(
      saved
        .$(".head .chip")
        .toArray()
        .map((each) => saved.$(each).text()),
      ["tails", "upgrade"],
    );
    assert.equal(saved.$("article .written").text(), fields.body);
  });

  test("with a mistake comes back with what was typed and says where it is", async () => {
    const form = await nina.visit("/answers/new");

    const page = await nina.submit(
      form,
      { name: " ", category: "C", tags: "a/b", body: "Hello\n{{persom}} {{me" },
      { button: "Save the answer" },
    );

    assert.equal(page.status, 422);
    assert.equal(page.$("#name-error").text(), "Write a name");
    assert.match(page.$("#tags-error").text(), /A tag is one word/);
    assert.equal(
      page.$("#body-error").text(),
      "Line 2, column 1: There is no placeholder {{persom}}. Line 2, column 12: “{{” is not closed on its line. A placeholder reads {{person}}",
    );
    assert.equal(page.$("textarea").val(), "Hello\n{{persom}} {{me");
  });

  test("cannot take the name of another, also of a retired one", async () => {
    const id = await write(db, me, { name: "Taken" });
    await retireTemplate(db, id, me);

    const page = await nina.submit(
      await nina.visit("/answers/new"),
      { name: "TAKEN", category: "C", body: "Text" },
      { button: "Save the answer" },
    );

    assert.equal(page.status, 422);
    assert.match(page.$("#name-error").text(), /Another answer has this name/);
    assert.equal(page.$("textarea").val(), "Text");
  });

  test("is never rendered as a template of our pages, and its markup is text", async () => {
    const body = "{% include 'layout.njk' %} {# x #} <script>alert(1)</script> {{person}} #{7*7}";
    const id = await write(db, me, { name: "Hostile <b>", body });

    for (const path of ["", "/edit", "/history", "/history/1"]) {
      const page = await nina.visit(`/answers/${id}${path}`);
      assert.equal(page.status, 200);
      assert.equal(page.$("main b, script").length, 0);
    }
    assert.equal((await nina.visit(`/answers/${id}`)).$("article .written").first().text(), body);
  });
});

suite("the story of a translation", () => {
  test("that is made, gets out of date, is confirmed, and gets out of date again", async () => {
    const id = await write(db, me, { name: "Story", body: "See {{issue_url}}" });
    const blank = await nina.submit(
      await nina.visit(`/answers/${id}`),
      { language: "fr" },
      { form: `/answers/${id}/edit` },
    );
    assert.equal(heading(blank), "Translate “Story”");
    assert.equal(blank.$("#source").parent().parent().find(".written").text(), "See {{issue_url}}");

    const preview = await nina.submit(blank, { body: "Voir" }, { button: "Preview" });
    assert.match(preview.$("form .error").text(), /The source has \{\{issue_url\}\}, this text has not/);
    const made = await nina.submit(preview, { body: "Voir {{issue_url}}" }, { button: "Save French" });
    assert.equal(made.$("[aria-labelledby=text-fr] .chip").text(), "up to date");

    const source = await ilse.visit(`/answers/${id}/edit`);
    await ilse.submit(source, { body: "Please see {{issue_url}}" }, { button: "Save English" });
    const stale = await nina.visit(`/answers/${id}`);
    assert.match(stale.$("[aria-labelledby=text-fr] .chip").text(), /^out of date since \d+ \w+ \d{4}$/);

    const edit = await nina.visit(`/answers/${id}/edit?language=fr`);
    assert.match(edit.$(".banner ins").text(), /^Please/);
    assert.match(edit.$(".banner del").text(), /^See/);

    const confirmed = await nina.submit(stale, {}, { button: "French still fits" });
    assert.equal(confirmed.$("[aria-labelledby=text-fr] .chip").text(), "up to date");

    await changeSource(db, me, id, "Third");
    const late = await nina.submit(stale, {}, { button: "French still fits" });
    assert.equal(late.status, 409);
    assert.match(late.$(".banner.bad").text(), /Compare them again/);
    assert.match(late.$("[aria-labelledby=text-fr] .chip").text(), /out of date/);
  });

  test("of a source that changes while the form is open: saved, told, and out of date", async () => {
    const id = await write(db, me, { name: "Meanwhile", body: "One" });
    const form = await nina.visit(`/answers/${id}/edit?language=de`);
    await changeSource(db, me, id, "Two");

    const preview = await nina.submit(form, { body: "Eins" }, { button: "Preview" });
    assert.equal(preview.$(".banner ins").text(), "Two");
    const saved = await nina.submit(form, { body: "Eins" }, { button: "Save German" });

    assert.match(saved.$("[aria-labelledby=text-de] .chip").text(), /out of date/);
  });

  test("forged: of a source that never was, or without its hidden fields", async () => {
    const id = await write(db, me, { name: "Forged" });
    const form = await nina.visit(`/answers/${id}/edit?language=fr`);

    const unknown = await nina.submit(
      form,
      { body: "Faux", made_from: "0123456789abcdef" },
      { button: "Save French" },
    );
    assert.equal(unknown.status, 409);
    assert.equal(unknown.$("textarea").val(), "Faux");
    const odd = await nina.submit(form, { body: "Faux", seen: "-1" }, { button: "Save French" });
    assert.equal(odd.status, 422);

    assert.equal((await find(db, id)).texts.length, 1);
  });
});

suite("two who edit one text", () => {
  test("the second gets both texts, and nothing is lost", async () => {
    const id = await write(db, me, { name: "Both", body: "The old text" });
    const mine = await nina.visit(`/answers/${id}/edit`);
    const hers = await ilse.visit(`/answers/${id}/edit`);
    await ilse.submit(hers, { body: "The text of Ilse" }, { button: "Save English" });

    const refused = await nina.submit(
      mine,
      { body: "The text of Nina", name: "Both of us" },
      { button: "Save English" },
    );

    assert.equal(refused.status, 409);
    assert.equal(refused.$(".banner.turn h2").text(), "Somebody saved this text meanwhile");
    assert.equal(refused.$("textarea").val(), "The text of Nina");
    assert.equal(refused.$("#name").val(), "Both of us");
    assert.equal(refused.$(".banner .written").last().text(), "The text of Ilse");
    assert.equal(refused.$(".banner del").text(), "Ilse");
    assert.equal((await find(db, id)).source.body, "The text of Ilse");

    const saved = await nina.submit(refused, { body: "The text of both" }, { button: "Save English" });
    assert.equal(saved.$("article .written").first().text(), "The text of both");
    assert.equal(heading(saved), "Both of us");
  });

  test("a preview tells it too", async () => {
    const id = await write(db, me, { name: "Preview first", body: "Old" });
    const mine = await nina.visit(`/answers/${id}/edit`);
    await changeSource(db, me, id, "New");

    assert.equal((await nina.submit(mine, { body: "Mine" }, { button: "Preview" })).status, 409);
  });
});

suite("the history", () => {
  test("shows who saved what, the difference, and restores an old version with its name", async () => {
    const id = await write(
      db,
      me,
      { name: "First name", body: "One two three", tags: ["old"] },
      { fr: "Un deux trois" },
    );
    const form = await ilse.visit(`/answers/${id}/edit`);
    await ilse.submit(
      form,
      { name: "Second name", tags: "", body: "One 2 three" },
      { button: "Save English" },
    );

    const history = await nina.visit(`/answers/${id}/history`);
    assert.deepEqual(
      history
        .$("tbody tr")
        .toArray()
        .map((row) =>
          history
            .$(row)
            .find("td")
            .toArray()
            .slice(0, 3)
            .map((cell) => history.$(cell).text()),
        ),
      [
        ["English", "written", "ilse"],
        ["French", "written", "nina"],
        ["English", "written", "nina"],
      ],
    );
    const newest = await nina.visit(`/answers/${id}/history/3`);
    assert.equal(newest.$("ins").text(), "2");
    assert.equal(newest.$("del").text(), "two");
    assert.match(newest.$(".facts").text(), /Second name \(was “First name”\)/);

    const first = await nina.visit(`/answers/${id}/history/1`);
    const restored = await nina.submit(first, {}, { button: "Restore this version" });
    assert.equal(heading(restored), "First name");
    assert.equal(restored.$("article .written").first().text(), "One two three");
    assert.equal(
      restored.$("[aria-labelledby=text-fr] .chip").text(),
      "up to date",
      "it says what its source says again",
    );

    const again = await nina.submit(first, {}, { button: "Restore this version" });
    assert.equal(again.status, 409);
    assert.match(again.$(".banner.bad").text(), /Somebody saved this text meanwhile/);
    assert.equal(
      (await nina.visit(`/answers/${id}/history?language=en`)).$("tbody tr:not(.group)").length,
      3,
    );
    assert.match((await nina.visit(`/answers/${id}/history/4`)).$("h1 + p").text(), /restored from 1/);
  });

  test("of many saves comes in pages", async () => {
    const id = await write(db, me, { name: "Busy" });
    for (let count = 0; count < 55; count += 1) await changeSource(db, me, id, `Text ${count}`);

    const page = await nina.visit(`/answers/${id}/history`);
    const next = await nina.visit(page.$("a[rel=next]").attr("href") ?? "");

    assert.equal(page.$("tbody tr:not(.group)").length, 50);
    assert.equal(next.$("tbody tr:not(.group)").length, 6);
    assert.equal(next.$("a[rel=next]").length, 0);
  });
});

suite("retiring", () => {
  test("is for leads and admins, and can be undone", async () => {
    const id = await write(db, me, { name: "Retire me" });
    const page = await nina.visit(`/answers/${id}`);
    assert.equal(page.$("button:contains('Retire')").length, 0);
    const token = page.$("input[name=_csrf]").first().val();
    assert.equal((await nina.post(`/answers/${id}/retire`, `_csrf=${String(token)}`)).status, 403);

    const retired = await ilse.submit(await ilse.visit(`/answers/${id}`), {}, { button: "Retire" });
    assert.match(retired.$(".banner").text(), /retired by ilse/);
    assert.equal((await nina.visit("/answers?words=retire+me")).$("tbody tr:not(.group)").length, 0);
    assert.equal(
      (await nina.visit("/answers?show=retired&words=retire+me")).$("tbody tr:not(.group)").length,
      1,
    );

    const back = await ilse.submit(retired, {}, { button: "Bring it back" });
    assert.equal((await nina.visit("/answers?words=retire+me")).$("tbody tr:not(.group)").length, 1);
    assert.equal(back.$("h2:contains('Retired')").length, 0);
  });
});

suite("addresses that lead nowhere", () => {
  test("are not found: ids, versions and languages that do not exist", async () => {
    const id = await write(db, me, { name: "Nowhere" });
    for (const path of [
      "999999",
      "abc",
      `${id}/edit?language=xx`,
      `${id}/edit?language=..`,
      `${id}/edit?language=fr&language=de`,
      `${id}/history/99`,
      `${id}/history/0`,
      `${id}/history/99999999999`,
    ]) {
      assert.equal((await nina.visit(`/answers/${path}`)).status, 404, path);
    }
    assert.equal((await nina.visit(`/answers/${id}/history?before=abc&language=xx`)).status, 200);
    assert.equal((await nina.visit("/answers?words=%00&show=abc")).status, 200);
  });
});
