import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import {
  fillTemplate,
  findUnfilled,
  placeholdersIn,
  problemsOf,
} from "#src/reply-templates/fill-template.ts";
import { exampleValues, placeholders } from "#src/reply-templates/placeholders.ts";
import { assertLinear } from "#test/support/processor-time.ts";

const names = placeholders.map(({ name }) => name);
/** Text that looks like markup far more often than by chance. */
const trickyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "{",
        "}",
        "{{",
        "}}",
        "{{{",
        " ",
        "\n",
        "é",
        "😀",
        "{{person}}",
        "{{ ticket }}",
        "{{nobody}}",
      ),
      fc.constantFrom("{% include 'x' %}", "{# #}", "#{person}", "__proto__", "constructor", "{{__proto__}}"),
      fc.constantFrom(...names),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));
const values = fc.record(
  Object.fromEntries(names.map((name) => [name, fc.option(trickyText)])) as Record<
    string,
    fc.Arbitrary<string | null>
  >,
  { requiredKeys: [] },
);

suite("filling a template", () => {
  test("puts values where their names stand, with spaces inside the braces or without", () => {
    const filled = fillTemplate("Hello {{person}}, ticket {{ ticket }}.", {
      person: "Claire",
      ticket: "412",
    });

    assert.equal(filled.text, "Hello Claire, ticket 412.");
    assert.deepEqual(filled.missing, []);
    assert.deepEqual(
      filled.pieces.filter(({ kind }) => kind === "value").map(({ text }) => text),
      ["Claire", "412"],
    );
  });

  test("leaves open what has no value, and tells it once", () => {
    const filled = fillTemplate("{{issue_url}} {{me}} {{issue_url}} {{person}}", {
      me: "nina",
      person: "  ",
    });

    assert.equal(filled.text, "{{issue_url}} nina {{issue_url}} {{person}}");
    assert.deepEqual(filled.missing, ["issue_url", "person"]);
  });

  test("takes no value from the prototype of an object", () => {
    assert.deepEqual(fillTemplate("{{person}}", Object.create({ person: "nobody" })).missing, ["person"]);
  });

  test("every known placeholder has a description and an example that fills it", () => {
    for (const { name, description } of placeholders) {
      assert.ok(description.length > 5, name);
      assert.deepEqual(problemsOf(`{{${name}}}`), []);
      assert.equal(fillTemplate(`{{${name}}}`, exampleValues).text, exampleValues[name]);
    }
  });

  test("a value is never read again", () => {
    fc.assert(
      fc.property(trickyText, (value) => {
        fc.pre(value.trim() !== "");
        const filled = fillTemplate("A {{person}} B", { person: value, ticket: "secret 412" });

        assert.equal(filled.text, `A ${value.replace(/\{(?=\{)/g, "{ ")} B`);
        assert.doesNotMatch(filled.text, /secret 412/);
      }),
    );
  });

  test("no value becomes a placeholder, not even together with what stands beside it", () => {
    fc.assert(
      fc.property(trickyText, values, (template, given) => {
        fc.pre(problemsOf(template).length === 0);
        const filled = fillTemplate(template, given);

        assert.deepEqual(findUnfilled(filled.text).names.toSorted(), filled.missing.toSorted());
      }),
      { numRuns: 2000 },
    );
    assert.deepEqual(
      findUnfilled(fillTemplate("{{person}}{{model}}", { person: "x{", model: "{issue_url}}" }).text).names,
      [],
    );
    assert.deepEqual(
      findUnfilled(fillTemplate("{{person}}{{issue_url}}{{model}}", { person: "{", model: "}" }).text).names,
      ["issue_url"],
    );
  });

  test("never throws, loses no character of the template, and its pieces are its text", () => {
    fc.assert(
      fc.property(trickyText, values, (template, given) => {
        const filled = fillTemplate(template, given);
        problemsOf(template);

        assert.equal(filled.pieces.map(({ text }) => text).join(""), filled.text);
        const open = fillTemplate(template, {});
        assert.equal(squeezed(open.text), squeezed(template));
        assert.deepEqual(placeholdersIn(template), open.missing);
      }),
      { numRuns: 2000 },
    );
  });

  test("needs no longer than the text is long", async () => {
    for (const hostile of ["{{", "}}", "{{ ", "{{a}}", "{{person", "{{person}}", "{\n", "{{\n"]) {
      const work = (times: number) => {
        const template = hostile.repeat(times);
        problemsOf(template);
        fillTemplate(template, { person: "x" });
        findUnfilled(template);
      };
      await assertLinear(50_000, work, hostile);
    }
  });
});

suite("what is wrong in a template", () => {
  const cases: [template: string, line: number, column: number, words: RegExp][] = [
    ["Hello {{nobody}}", 1, 7, /There is no placeholder \{\{nobody\}\}/],
    ["a\nb\n😀é {{Person}}", 3, 4, /one name of small letters/],
    ["Hello {{person", 1, 7, /not closed on its line/],
    ["Hello {{person\n}}", 1, 7, /not closed on its line/],
    ["Hello {{person {{me}}", 1, 7, /not closed on its line/],
    ["Hello person}}", 1, 13, /closes nothing/],
    ["Hello {{{person}}}", 1, 7, /two braces on each side/],
    ["Hello {{}}", 1, 7, /one name/],
    ["{{person.name}}", 1, 1, /one name/],
    ["{{ constructor }}", 1, 1, /There is no placeholder/],
    ["{{__proto__}}", 1, 1, /one name/],
  ];
  for (const [template, line, column, words] of cases) {
    test(`is told with its place: ${JSON.stringify(template)}`, () => {
      const [problem] = problemsOf(template);

      assert.ok(problem);
      assert.deepEqual([problem.line, problem.column], [line, column]);
      assert.match(problem.message, words);
    });
  }

  test("is told for each place, in the order of the text", () => {
    assert.deepEqual(
      problemsOf("{{a}}\n}} {{b}}\n{{").map(({ line, column }) => [line, column]),
      [
        [1, 1],
        [2, 1],
        [2, 4],
        [3, 1],
      ],
    );
  });

  test("is nothing for single braces and other languages' markup: they are text", () => {
    const text = '{ "a": 1 } {% if %} {# c #} <b>#{x}</b> } {';
    assert.deepEqual(problemsOf(text), []);
    assert.equal(fillTemplate(text, exampleValues).text, text);
  });
});

suite("an answer that is about to leave", () => {
  test("shows every place that is still open, as typed", () => {
    const { names: open, pieces } = findUnfilled("See {{ issue_url }} or {{{question}}} or {{unknown}}.");

    assert.deepEqual(open, ["issue_url", "question"]);
    assert.deepEqual(
      pieces.filter(({ kind }) => kind === "missing").map(({ text }) => text),
      ["{{ issue_url }}", "{{question}}"],
    );
    assert.equal(
      pieces.map(({ text }) => text).join(""),
      "See {{ issue_url }} or {{{question}}} or {{unknown}}.",
    );
  });
});

/** Without the spaces that keep braces apart, inside a placeholder or between two. */
const squeezed = (text: string) => text.replace(/[^\S\n]/g, "");
