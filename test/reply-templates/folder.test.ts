import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import fc from "fast-check";
import type { Database } from "#src/database.ts";
import { installStandardAnswers } from "#src/demo/install-standard-answers.ts";
import { readAnswerFile, writeAnswerFile } from "#src/reply-templates/answer-file.ts";
import { cleanBody } from "#src/reply-templates/clean-body.ts";
import { exportFolder } from "#src/reply-templates/export-folder.ts";
import { categoryField, nameField, tagsField } from "#src/reply-templates/fields.ts";
import { problemsOf } from "#src/reply-templates/fill-template.ts";
import { importFolder } from "#src/reply-templates/import-folder.ts";
import { listTemplates } from "#src/reply-templates/list.ts";
import { retireTemplate } from "#src/reply-templates/retire.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { changeSource, find, translate, write } from "./cast.ts";

const scratch = mkdtempSync(join(tmpdir(), "answers-"));
after(() => rmSync(scratch, { recursive: true }));
const newFolder = () => mkdtempSync(join(scratch, "folder-"));
const filesOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
const put = (folder: string, files: Record<string, string | Buffer>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
};

const { db } = await createTestDatabase({ after });
const { db: fresh } = await createTestDatabase({ after });
const nina = await member(db);
await member(fresh);
const english = "---\nname: Wi-Fi\ncategory: Hardware\ntags: [wifi]\n---\n\nHello {{person}}\n";
const french = "---\ntranslation_of: en\n---\n\nBonjour {{person}}\n";

suite("a folder of answers", () => {
  test("that was exported changes nothing when it is imported, and makes the same desk elsewhere", async () => {
    const line = fc.string({ unit: "binary", maxLength: 40 });
    const body = fc
      .array(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 30 }),
          fc.constantFrom("\n", "---\n", "{{person}}", "# a", "\r\n"),
        ),
      )
      .map((parts) => cleanBody(parts.join("")))
      .filter((text) => text !== "" && problemsOf(text).length === 0);
    const template = fc.record({
      name: line.map((text) => nameField.safeParse(text).data).filter((name) => name !== undefined),
      category: line.map((text) => categoryField.safeParse(text).data).filter((name) => name !== undefined),
      tags: fc.array(fc.string({ maxLength: 10 })).map((tags) => tagsField.safeParse(tags).data ?? []),
      body,
      translations: fc.dictionary(fc.constantFrom("fr", "de", "zh-TW"), body, { noNullPrototype: true }),
      changed: fc.option(body),
      retired: fc.boolean(),
    });

    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(template, { maxLength: 4, selector: ({ name }) => name.toLowerCase() }),
        async (all) => {
          await empty(db);
          await empty(fresh);
          for (const { translations, changed, retired, ...each } of all) {
            const id = await write(db, nina, each, translations);
            if (changed) await changeSource(db, nina, id, changed);
            if (retired) await retireTemplate(db, id, nina);
          }
          const folder = newFolder();
          const { total } = await exportFolder(db, folder);

          assert.deepEqual(await importFolder(db, folder), {
            ok: true,
            files: total,
            created: [],
            changed: [],
          });
          assert.deepEqual((await exportFolder(db, folder)).written, []);

          const elsewhere = newFolder();
          const imported = await importFolder(fresh, folder);
          assert.ok(imported.ok);
          assert.equal(imported.created.length, total);
          await exportFolder(fresh, elsewhere);
          assert.deepEqual(filesOf(elsewhere), filesOf(folder));
        },
      ),
      { numRuns: 25 },
    );
  });

  test("takes over what people changed in git, and keeps the history", async () => {
    await empty(db);
    const id = await write(db, nina, { name: "Wi-Fi", body: "Hello" }, { fr: "Bonjour", de: "Hallo" });
    const folder = newFolder();
    await exportFolder(db, folder);
    const source = readFileSync(join(folder, "wi-fi.en.md"), "utf8");
    put(folder, {
      "wi-fi.en.md": source.replace("Hello", "Hello again").replace("name: Wi-Fi", "name: Wireless"),
      "wi-fi.fr.md": "---\ntranslation_of: en\n---\n\nBonjour encore\n",
      "README.md": "How to translate",
      "notes.txt": "not an answer",
    });

    const imported = await importFolder(db, folder);

    assert.deepEqual(imported, { ok: true, files: 3, created: [], changed: ["wi-fi.en.md", "wi-fi.fr.md"] });
    const template = await find(db, id);
    assert.equal(template.name, "Wireless");
    assert.equal(template.source.writer_name, null);
    assert.deepEqual(
      template.texts.map(({ language, body, out_of_date_since }) => [
        language,
        body,
        out_of_date_since !== null,
      ]),
      [
        ["en", "Hello again", false],
        ["de", "Hallo", true],
        ["fr", "Bonjour encore", false],
      ],
    );
  });

  test("with a translation that says nothing new leaves it out of date", async () => {
    await empty(db);
    const id = await write(db, nina, { name: "Wi-Fi", body: "Hello" }, { fr: "Bonjour" });
    await changeSource(db, nina, id, "Hello again");
    const folder = newFolder();
    put(folder, { "wi-fi.fr.md": "---\ntranslation_of: en\n---\n\nBonjour\n" });

    assert.deepEqual(await importFolder(db, folder), { ok: true, files: 1, created: [], changed: [] });
    assert.ok((await find(db, id)).texts[1]?.out_of_date_since);
  });

  test("may exchange the names of two answers, and retire one", async () => {
    await empty(db);
    await write(db, nina, { name: "One" });
    await write(db, nina, { name: "Two" });
    const folder = newFolder();
    await exportFolder(db, folder);
    const { "one.en.md": one = "", "two.en.md": two = "" } = filesOf(folder);
    put(folder, {
      "one.en.md": one.replace("name: One", "name: Two"),
      "two.en.md": two.replace("name: Two", "name: One\nretired: true"),
    });

    const imported = await importFolder(db, folder);

    assert.deepEqual(imported, { ok: true, files: 2, created: [], changed: ["one.en.md", "two.en.md"] });
    assert.deepEqual(
      (await listTemplates(db, { words: "", show: "used" })).map(({ name }) => name),
      ["Two"],
    );
    assert.deepEqual(
      (await listTemplates(db, { words: "", show: "retired" })).map(({ name }) => name),
      ["One"],
    );
  });

  const wrong: [
    why: string,
    files: Record<string, string | Buffer>,
    file: string,
    line: number,
    words: RegExp,
  ][] = [
    [
      "an unknown placeholder",
      { "b.fr.md": french.replace("person", "nobody") },
      "b.fr.md",
      5,
      /Column 9: There is no placeholder/,
    ],
    [
      "markup that is not closed",
      { "c.en.md": `${english}\nand {{me` },
      "c.en.md",
      9,
      /Column 5: “{{” is not closed/,
    ],
    ["no front matter", { "c.en.md": "Hello\n" }, "c.en.md", 1, /does not begin with its front matter/],
    ["front matter without an end", { "c.en.md": "---\nname: X\n" }, "c.en.md", 1, /front matter/],
    ["broken YAML", { "c.en.md": english.replace("[wifi]", "[wifi") }, "c.en.md", 4, /no YAML/],
    ["a key twice", { "c.en.md": english.replace("tags: [wifi]", "name: Y") }, "c.en.md", 4, /no YAML/],
    [
      "a key that nobody knows",
      { "c.en.md": english.replace("tags: [wifi]", "colour: red") },
      "c.en.md",
      4,
      /colour/,
    ],
    ["a tag of two words", { "c.en.md": english.replace("[wifi]", "[wi fi]") }, "c.en.md", 4, /one word/],
    ["an alias", { "c.en.md": english.replace("[wifi]", "&a [*a]") }, "c.en.md", 2, /Write values out/],
    ["no name", { "c.en.md": english.replace("name: Wi-Fi\n", "") }, "c.en.md", 2, /“name” is missing/],
    ["no text", { "c.en.md": english.replace("Hello {{person}}\n", "  \n") }, "c.en.md", 6, /no text/],
    [
      "a text that is too long",
      { "c.en.md": english + "x".repeat(20_001) },
      "c.en.md",
      6,
      /20,000 characters/,
    ],
    ["a file name without language", { "c.md": english }, "c.md", 1, /name of the file/],
    ["a language that does not exist", { "c.xx.md": english }, "c.xx.md", 1, /name of the file/],
    ["a translation without source", { "c.fr.md": french }, "c.fr.md", 2, /no source of this answer/],
    [
      "a translation of itself",
      { "b.fr.md": french.replace("of: en", "of: fr") },
      "b.fr.md",
      2,
      /own language/,
    ],
    [
      "a translation of another source",
      { "b.fr.md": french.replace("of: en", "of: de") },
      "b.fr.md",
      2,
      /source is in “en”/,
    ],
    [
      "two sources",
      { "b.fr.md": english.replace("Wi-Fi", "W") },
      "b.fr.md",
      1,
      /is the source of this answer already/,
    ],
    [
      "the name of another answer",
      { "c.en.md": english.replace("Wi-Fi", "PRINTER") },
      "c.en.md",
      2,
      /“printer” has this name/,
    ],
    ["one name twice", { "c.en.md": english.replace("Wi-Fi", "Good") }, "c.en.md", 2, /“b” has this name/],
    ["bytes that are no UTF-8", { "c.en.md": Buffer.from([0xff, 0xfe, 0x00]) }, "c.en.md", 1, /not UTF-8/],
    ["a file of a megabyte", { "c.en.md": "x".repeat(1_000_000) }, "c.en.md", 1, /larger than 200 kB/],
    [
      "another source language than here",
      { "printer.fr.md": english.replace("Wi-Fi", "P") },
      "printer.fr.md",
      1,
      /in “en” on this desk/,
    ],
    [
      "a made_from that is none",
      { "b.fr.md": french.replace("en\n", "en\nmade_from: yesterday\n") },
      "b.fr.md",
      3,
      /fingerprint/,
    ],
  ];
  for (const [why, files, file, at, words] of wrong) {
    test(`with ${why} changes nothing and tells the file and the line`, async () => {
      await empty(db);
      await write(db, nina, { name: "Printer" });
      const folder = newFolder();
      put(folder, { "b.en.md": english.replace("Wi-Fi", "Good"), ...files });

      const imported = await importFolder(db, folder);

      assert.ok(!imported.ok);
      const found = imported.problems.find((problem) => problem.file === file);
      assert.ok(found, JSON.stringify(imported.problems));
      assert.match(found.message, words);
      assert.equal(found.line, at, found.message);
      assert.deepEqual(
        (await listTemplates(db, { words: "", show: "used" })).map(({ name }) => name),
        ["Printer"],
      );
    });
  }

  test("with a link to nowhere or a folder with the name of a file is refused", async () => {
    const folder = newFolder();
    symlinkSync("/nowhere", join(folder, "c.en.md"));

    const imported = await importFolder(db, folder);

    assert.ok(!imported.ok);
    assert.deepEqual(imported.problems, [{ file: "c.en.md", line: 1, message: "This is no file" }]);
  });

  test("tells all problems at once", async () => {
    const folder = newFolder();
    put(folder, {
      "a.en.md": "no",
      "b.en.md": english.replace("person", "x").replace("Hello", "}}"),
      "c.md": "no",
    });

    const imported = await importFolder(db, folder);

    assert.ok(!imported.ok);
    assert.deepEqual(
      imported.problems.map(({ file }) => file),
      ["a.en.md", "b.en.md", "b.en.md", "c.md"],
    );
  });
});

suite("one file", () => {
  test("is never a reason to throw, whatever it holds", () => {
    const piece = fc.constantFrom(
      "---\n",
      "name: a\n",
      "category: b\n",
      "tags: [c]\n",
      "{{",
      "}}",
      "&a ",
      "*a",
      "!!js ",
      ": ",
      "- ",
      "\t",
      "\ufeff",
    );
    const text = fc
      .array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 10 })), { maxLength: 20 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, (file) => void readAnswerFile("a.en.md", file)),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(text, (file) => void readAnswerFile("a.fr.md", `---\n${file}\n---\nx`)),
      { numRuns: 2000 },
    );
  });

  test("begins with a byte order mark and has lines of Windows, and is read all the same", () => {
    const read = readAnswerFile("a.en.md", `\ufeff${english.replaceAll("\n", "\r\n")}`);

    assert.ok(read.ok);
    assert.equal(read.answer.body, "Hello {{person}}");
    assert.equal(writeAnswerFile(read.answer, "en"), english.replace("tags: [wifi]", "tags:\n  - wifi"));
  });
});

suite("the standard answers", () => {
  test("are all there, in English, four of them in six languages, and come once", async () => {
    await empty(db);

    await installStandardAnswers(db);

    const answers = await listTemplates(db, { words: "", show: "used" });
    assert.equal(answers.length, 10);
    assert.ok(answers.every(({ texts }) => texts.some(({ language }) => language === "en")));
    assert.equal(answers.filter(({ texts }) => texts.length === 6).length, 4);
    assert.ok(
      answers.every(({ texts }) => texts.every(({ out_of_date_since }) => out_of_date_since === null)),
    );

    const [first] = answers;
    assert.ok(first);
    await translate(db, nina, first.id, "nl", "Onze eigen tekst");
    await installStandardAnswers(db);
    assert.equal(
      (await find(db, first.id)).texts.find(({ language }) => language === "nl")?.body,
      "Onze eigen tekst",
    );
  });

  test("ask the two questions wherever they are about hardware", async () => {
    await empty(db);
    await installStandardAnswers(db);

    const texts = await db("reply_template_texts as text")
      .join("reply_templates as template", "template.id", "text.template_id")
      .where({ category: "Hardware", "text.language": "en" })
      .pluck<string[]>("body");

    assert.equal(texts.length, 2);
    for (const body of texts) {
      assert.match(body, /Did an older version of Tails work better on this computer\?/);
      assert.match(body, /Have you found a way around the problem/);
    }
  });
});

async function member(of: Database): Promise<string> {
  const created = await createStaff(of, {
    name: "nina",
    role: "help_desk",
    password: "correct horse battery",
  });
  assert.ok(created.ok);
  return created.staff.id;
}

async function empty(of: Database): Promise<void> {
  await of.raw("truncate reply_templates, reply_template_versions cascade");
}
