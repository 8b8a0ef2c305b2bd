import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { changeDetails } from "#src/reply-templates/change-details.ts";
import { countUse } from "#src/reply-templates/count-use.ts";
import { fillForTicket } from "#src/reply-templates/fill-for-ticket.ts";
import { listVersions } from "#src/reply-templates/history.ts";
import { listTemplates } from "#src/reply-templates/list.ts";
import { offerTemplates } from "#src/reply-templates/offer.ts";
import { bringBack, retireTemplate } from "#src/reply-templates/retire.ts";
import { confirmTranslation, saveText } from "#src/reply-templates/save-text.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { untilSomebodyWaits } from "#test/support/until-somebody-waits.ts";
import { changeSource, find, translate, write } from "./cast.ts";

const { db } = await createTestDatabase({ after });
const created = await createStaff(db, { name: "nina", role: "help_desk", password: "correct horse battery" });
assert.ok(created.ok);
const nina = created.staff.id;
const outOfDate = async (id: string) =>
  (await find(db, id)).texts.filter((text) => text.out_of_date_since).map(({ language }) => language);

suite("a translation", () => {
  test("is out of date from the moment that its source changed, until somebody edits it", async () => {
    const id = await write(db, nina, { name: "Printer" }, { fr: "Bonjour", de: "Hallo" });
    assert.deepEqual(await outOfDate(id), []);

    await changeSource(db, nina, id, "Hello, printers again.");
    const changedAt = (await find(db, id)).source.created_at;
    await changeSource(db, nina, id, "Hello, printers a third time.");

    assert.deepEqual(await outOfDate(id), ["de", "fr"]);
    const french = (await find(db, id)).texts.find(({ language }) => language === "fr");
    assert.deepEqual(french?.out_of_date_since, changedAt, "since the first change, not the last");
    await translate(db, nina, id, "fr", "Bonjour encore");
    assert.deepEqual(await outOfDate(id), ["de"]);
  });

  test("is up to date again when the source is changed back", async () => {
    const id = await write(db, nina, { name: "Scanner", body: "First" }, { fr: "Premier" });

    await changeSource(db, nina, id, "Second");
    assert.deepEqual(await outOfDate(id), ["fr"]);
    await changeSource(db, nina, id, "First");

    assert.deepEqual(await outOfDate(id), []);
  });

  test("stays up to date when name, category or tags of the source change alone", async () => {
    const id = await write(db, nina, { name: "Keyboard", body: "Text" }, { fr: "Texte" });
    const { source } = await find(db, id);

    const details = { name: "Keyboards", category: "Input", tags: ["keyboard"] };
    const text = {
      templateId: id,
      language: "en",
      body: "Text",
      seen: source.number,
      details,
      madeFrom: null,
    };
    assert.deepEqual(await saveText(db, { ...text, staffId: nina }), { ok: true, changed: true });

    assert.deepEqual(await outOfDate(id), []);
    assert.equal((await find(db, id)).name, "Keyboards");
  });

  test("made from a source that changed while it was written is out of date at once", async () => {
    const id = await write(db, nina, { name: "Mouse" });
    const seen = (await find(db, id)).source.fingerprint;
    await changeSource(db, nina, id, "Another text");

    await saveText(db, {
      templateId: id,
      language: "fr",
      body: "Souris",
      seen: 0,
      details: null,
      madeFrom: seen,
      staffId: nina,
    });

    assert.deepEqual(await outOfDate(id), ["fr"]);
  });

  test("is confirmed only for the source and the text that were seen", async () => {
    const id = await write(db, nina, { name: "Webcam" }, { fr: "Caméra" });
    await changeSource(db, nina, id, "Second");
    const { source, texts } = await find(db, id);
    const asked = {
      templateId: id,
      language: "fr",
      seen: texts[1]?.number ?? 0,
      madeFrom: source.fingerprint,
      staffId: nina,
    };
    await changeSource(db, nina, id, "Third");

    assert.equal(await confirmTranslation(db, asked), "changed");
    assert.deepEqual(await outOfDate(id), ["fr"]);

    const now = { ...asked, madeFrom: (await find(db, id)).source.fingerprint };
    assert.equal(await confirmTranslation(db, { ...now, seen: 77 }), "changed");
    assert.equal(await confirmTranslation(db, now), "confirmed");
    assert.deepEqual(await outOfDate(id), []);
    const after = (await find(db, id)).texts.find(({ language }) => language === "fr");
    assert.equal(await confirmTranslation(db, { ...now, seen: after?.number ?? 0 }), "fits already");
    assert.equal(
      await confirmTranslation(db, { ...now, language: "en", seen: 4 }),
      "changed",
      "a source is no translation",
    );
  });

  test("of a source that nobody ever wrote is refused", async () => {
    const id = await write(db, nina, { name: "Speaker" });
    const text = { templateId: id, language: "fr", body: "Son", seen: 0, details: null, staffId: nina };

    assert.deepEqual(await saveText(db, { ...text, madeFrom: "0123456789abcdef" }), {
      ok: false,
      reason: "unknown source",
    });
    assert.deepEqual(await saveText(db, { ...text, madeFrom: null }), {
      ok: false,
      reason: "unknown source",
    });
  });
});

suite("versions", () => {
  test("of two who save at once, one wins and the other is told", async () => {
    const id = await write(db, nina, { name: "Race" });
    const { source } = await find(db, id);
    const details = { name: "Race", category: "Hardware", tags: [] };
    const text = {
      templateId: id,
      language: "en",
      seen: source.number,
      details,
      madeFrom: null,
      staffId: nina,
    };

    const results = await Promise.all(["A", "B", "C", "D"].map((body) => saveText(db, { ...text, body })));

    assert.equal(results.filter(({ ok }) => ok).length, 1);
    assert.ok(results.every((result) => result.ok || result.reason === "saved meanwhile"));
    assert.equal((await listVersions(db, id, { language: null, before: null })).versions.length, 2);
  });

  test("are not made when nothing changed", async () => {
    const id = await write(db, nina, { name: "Same", body: "Text" });

    assert.deepEqual(await changeSource(db, nina, id, "Text  \r\n\n"), { ok: true, changed: false });

    assert.equal((await listVersions(db, id, { language: null, before: null })).versions.length, 1);
  });

  test("of one name there is one answer, also when two take it at once", async () => {
    const [one, two] = [await write(db, nina, { name: "Left" }), await write(db, nina, { name: "Right" })];
    const details = { name: "Middle", category: "Hardware", tags: [] };
    const { source } = await find(db, two);
    const text = { templateId: two, language: "en", body: source.body, seen: source.number, details };

    let second: ReturnType<typeof saveText> | undefined;
    await db.transaction(async (trx) => {
      assert.equal(await changeDetails(trx, one, details), true);
      second = saveText(db, { ...text, madeFrom: null, staffId: nina });
      await untilSomebodyWaits(db);
    });

    assert.deepEqual(await second, { ok: false, reason: "name taken" });
  });
});

suite("what the answer form is offered", () => {
  test("the ticket's language first, of them what fits its tags, then the most used", async (t) => {
    const { db: own } = await createTestDatabase(t);
    const staff = await createStaff(own, {
      name: "nina",
      role: "help_desk",
      password: "correct horse battery",
    });
    assert.ok(staff.ok);
    const me = staff.staff.id;
    const wifi = await write(own, me, { name: "Wi-Fi", tags: ["wifi"] }, { fr: "Wi-Fi" });
    const often = await write(own, me, { name: "Often" }, { fr: "Souvent" });
    const seldom = await write(own, me, { name: "Seldom" }, { fr: "Rarement" });
    const english = await write(own, me, { name: "English alone", category: "Wifi" });
    const retired = await write(own, me, { name: "Retired" }, { fr: "Ancien" });
    await own.transaction((trx) => countUse(trx, often));
    await retireTemplate(own, retired, me);

    const offered = await offerTemplates(own, { language: "fr", tags: ["WIFI"] });

    assert.deepEqual(
      offered.map(({ id }) => id),
      [wifi, often, seldom, english],
    );
    assert.deepEqual(
      offered.map(({ language }) => language),
      ["fr", "fr", "fr", "en"],
    );
    assert.deepEqual(
      offered.map(({ fits }) => fits),
      [true, false, false, true],
    );
    assert.deepEqual(
      (await offerTemplates(own, { language: null, tags: ["wifi"] })).map(({ id }) => id),
      [english, wifi, often, seldom],
    );
    assert.deepEqual(
      (await offerTemplates(own, { language: "fr", words: "SOUV of" })).map(({ id }) => id),
      [often],
    );
    assert.equal((await offerTemplates(own, { language: "fr", limit: 2 })).length, 2);
  });

  test("a template filled with what the ticket knows, in its language, or in English", async () => {
    const id = await write(
      db,
      nina,
      {
        name: "Facts",
        body: "{{person}} {{ticket}} {{tails_version}} {{model}} {{issue_url}} {{me}} {{desk}}",
      },
      { fr: "Bonjour {{person}}" },
    );
    const ticket = {
      id: "412",
      tails_version: "7.4",
      installed_version: null,
      model: "X\n\u202e{{me}}",
      whisperback_id: null,
    };
    const facts = {
      ticket,
      person: "Claire",
      issueUrl: null,
      me: "nina",
      desk: "Help desk",
      deskAddress: "desk@example.org",
    };

    assert.equal((await fillForTicket(db, id, "fr", facts))?.text, "Bonjour Claire");
    const english = await fillForTicket(db, id, "pt", facts);
    assert.equal(english?.text, "Claire 412 7.4 X { {me}} {{issue_url}} nina Help desk");
    assert.equal(english?.language, "en");
    assert.deepEqual(english?.missing, ["issue_url"]);
    for (const wrong of ["abc", "0", undefined, "999999", ["1"]]) {
      assert.equal(await fillForTicket(db, wrong, "fr", facts), undefined);
    }
  });

  test("counts how often and when a template was used, and nothing for a wrong id", async () => {
    const id = await write(db, nina, { name: "Counted" });
    const before = new Date();
    await countUse(db, id);
    await countUse(db, id);
    for (const wrong of ["abc", "999999", undefined]) await countUse(db, wrong);

    const { used_count, last_used_at } = await find(db, id);
    assert.equal(used_count, 2);
    assert.ok(last_used_at && last_used_at >= before);
    await assert.rejects(
      db.transaction(async (trx) => {
        await countUse(trx, id);
        throw new Error("not sent");
      }),
    );
    assert.equal((await find(db, id)).used_count, 2);
  });
});

suite("the list", () => {
  test("finds all words, wherever each stands, and takes signs of patterns as they are", async () => {
    const id = await write(
      db,
      nina,
      { name: "Discount 100%", tags: ["under_score"] },
      { de: "Rabatt überall" },
    );
    const found = async (words: string) =>
      (await listTemplates(db, { words, show: "used" })).map((each) => each.id);

    for (const words of ["100%", "discount ÜBERALL", "under_score rabatt", "hardware 100%"]) {
      assert.deepEqual(await found(words), [id], words);
    }
    for (const words of ["1%0", "under-score", "discount nothing", "100\\%"])
      assert.deepEqual(await found(words), [], words);
  });

  test("parts what is retired, and brings it back", async () => {
    const id = await write(db, nina, { name: "Old floppy" });
    const shown = async (show: "used" | "retired") =>
      (await listTemplates(db, { words: "floppy", show })).map((each) => each.id);

    assert.equal(await retireTemplate(db, id, nina), true);
    assert.equal(await retireTemplate(db, id, nina), false);
    assert.deepEqual([await shown("used"), await shown("retired")], [[], [id]]);

    assert.equal(await bringBack(db, id), true);
    assert.equal(await bringBack(db, id), false);
    assert.deepEqual([await shown("used"), await shown("retired")], [[id], []]);
  });
});
