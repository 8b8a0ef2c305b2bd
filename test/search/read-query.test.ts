import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { printQuery } from "#src/search/print-query.ts";
import { fieldNames, type QueryNode, type Term, type Value } from "#src/search/query.ts";
import { fields } from "#src/search/query-fields.ts";
import { readQuery } from "#src/search/read-query.ts";
import { assertLinear } from "#test/support/processor-time.ts";

test("words, phrases, brackets, or and minus are read as they are meant", () => {
  assert.deepEqual(shape("wifi printer"), ["all", "wifi", "printer"]);
  assert.deepEqual(shape('"black screen" or wifi -printer'), [
    "any",
    '"black screen"',
    ["all", "wifi", ["not", "printer"]],
  ]);
  assert.deepEqual(shape("wifi (broadcom OR intel)"), ["all", "wifi", ["any", "broadcom", "intel"]]);
  assert.deepEqual(shape("-(wifi or tor)"), ["not", ["any", "wifi", "tor"]]);
  assert.deepEqual(shape("order orbit"), ["all", "order", "orbit"]);
  assert.equal(shape("“black screen”"), '"black screen"');
  assert.equal(shape("   "), null);
});

test("fields take lists, ranges, comparisons, quotes and none", () => {
  assert.deepEqual(valuesOf("tails:6.1..7.2"), [range("6.1", "7.2")]);
  assert.deepEqual(valuesOf("tails:<6"), [{ how: "range", from: null, to: { text: "6", included: false } }]);
  assert.deepEqual(valuesOf("ram:>=4G"), [{ how: "range", from: { text: "4G", included: true }, to: null }]);
  assert.deepEqual(valuesOf("opened:2026-10.."), [range("2026-10", null)]);
  assert.deepEqual(valuesOf("is:open|our-turn"), [is("open"), is("our-turn")]);
  assert.deepEqual(valuesOf('model:"ThinkPad X220"'), [is("ThinkPad X220")]);
  assert.deepEqual(valuesOf("owner:none"), [{ how: "none" }]);
  assert.deepEqual(valuesOf('owner:"none"'), [is("none")]);
  assert.deepEqual(valuesOf("stick:same-as:1234"), [is("same-as:1234")]);
  assert.deepEqual(valuesOf("device:8086:9a49"), [is("8086:9a49")]);
  const tags = readQuery("tag:wifi,-printing");
  assert.ok(tags.ok && tags.query.node?.kind === "field");
  assert.deepEqual(
    tags.query.node.terms.map(({ without }) => without),
    [false, true],
  );
});

test("each field of the reference is read", () => {
  for (const text of [
    "tails:6.1..7.2 tails:<6 first:5.12 is:open|our-turn|waiting|snoozed|resolved|spam|unassigned|encrypted",
    "owner:me lang:fr queue:French tag:wifi,-printing from:me@example.org stick:same-as:1234 device:8086:9a49",
    'model:"ThinkPad X220" ram:<4G has:logs|attachment|key|email wb:72e11d opened:2026-10.. age:>7d answered:<2h',
    'log:"i915 *ERROR*" sort:oldest',
    "is:unread issue:12 issue:#12 issue:tails/tails#12,-7 issue:none issue:known",
    'issue:"https://gitlab.tails.boum.org/tails/tails/-/issues/12" issue:https://redmine.example.org/issues/12',
  ]) {
    const read = readQuery(text);
    assert.ok(read.ok, read.ok ? "" : read.mistake.message);
  }
});

const mistakes: [typed: string, at: number, message: RegExp, suggestion?: string][] = [
  ["wifi tail:6", 5, /^No field `tail:` — did you mean `tails:`\?$/, "wifi tails:6"],
  ["kernel: foo", 0, /^No field `kernel:`. To search for these words put them in quotation marks$/],
  ["tails:banana", 6, /takes a version such as 6.10/],
  ["tails:6..banana", 9, /takes a version/],
  ["is:opne", 3, /did you mean `is:open`\?/, "is:open"],
  ["issue:wifi", 6, /takes the number of a known issue such as 12 or tails\/tails#12, or its whole address/],
  ["issue:1234567890123456", 6, /takes the number of a known issue/],
  ["issue:<12", 6, /no order/],
  ["opened:2026-13", 7, /takes a date/],
  ["opened:2026-02-30", 7, /takes a date/],
  ["age:>7", 5, /takes a time/],
  ["wb:xyz", 3, /WhisperBack/],
  ["device:intel", 7, /takes the two numbers/],
  ["from:paul", 5, /a whole address/],
  ["lang:>fr", 5, /no order/],
  ["tag:", 4, /Nothing stands after `tag:`/],
  ['wifi "black screen', 5, /never closed/, 'wifi "black screen"'],
  ['""', 0, /nothing between these quotation marks/],
  ["(wifi", 0, /never closed/],
  ["wifi)", 4, /closes nothing/],
  ["()", 0, /nothing between these brackets/],
  ["wifi or", 5, /stands between/],
  ["or wifi", 0, /stands between/],
  ["wifi -", 5, /minus sign stands right before/],
  ["--wifi", 1, /One minus/],
  ["(sort:newest wifi)", 1, /outside of brackets/],
  ["sort:newset", 0, /newest, oldest or relevance/, "sort:newest"],
  ["wi\0fi", 2, /U\+0000/, "wi fi"],
  ["\u202Ewifi", 0, /U\+202E/, "wifi"],
  ["wi\u200Ffi", 2, /U\+200F/],
];

for (const [typed, at, message, suggestion] of mistakes) {
  test(`${JSON.stringify(typed)} is told where it is wrong`, () => {
    const read = readQuery(typed);

    assert.ok(!read.ok);
    assert.match(read.mistake.message, message);
    assert.equal(read.mistake.at, Math.max(at, 0));
    if (suggestion) assert.equal(read.mistake.suggestion, suggestion);
  });
}

test("what nobody types is read or refused in no more time than it is long", async () => {
  const hostile = [
    "a".repeat(100_000),
    "wifi ".repeat(20_000),
    "(".repeat(1000) + ")".repeat(1000),
    "-".repeat(2000),
    "(a or ".repeat(330),
    '"'.repeat(1999),
    "tails:".repeat(300),
    `tag:${",".repeat(1900)}`,
    "^(a+)+$ .*.*.*.*x [[[",
    "'; drop table tickets; --",
    "' or 1=1) union select * from staff where ('a'='a",
    "\0".repeat(2000),
    "\u202e".repeat(2000),
    "\ud800",
    "tails:9999999999999999999999",
    `opened:${"2026-".repeat(300)}`,
  ];
  for (const typed of hostile) {
    const read = readQuery(typed);
    const start = typed.slice(0, 20);

    await assertLinear(typed.length, (length) => readQuery(typed.slice(0, length)), start);
    if (!read.ok) assert.ok(read.mistake.message.length < 200);
  }
});

test("joiners in Persian words and right-to-left words are searched for", () => {
  assert.equal(shape("می\u200cخواهم"), "می\u200cخواهم");
  assert.equal(shape("العربية"), "العربية");
});

test("it never throws, and says a place inside of what was typed", () => {
  const pieces = fc.array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 6 }),
      fc.constantFrom(
        "(",
        ")",
        '"',
        "-",
        " ",
        " or ",
        ":",
        ",",
        "..",
        "<",
        ...fieldNames.map((name) => `${name}:`),
      ),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const typed = parts.join("");
      const read = readQuery(typed);
      if (!read.ok) assert.ok(read.mistake.at >= 0 && read.mistake.at <= typed.length);
    }),
    { numRuns: 3000 },
  );
});

test("a tag that begins like an address on the web is written in quotation marks", () => {
  const read = readQuery('-tag:"//a"');
  assert.ok(read.ok);
  assert.equal(printQuery(read.query), '-tag:"//a"');
});

test("a search that is written down and read again is the same", () => {
  fc.assert(
    fc.property(queries, fc.constantFrom("newest", "oldest", "relevance" as const), (node, sort) => {
      const printed = printQuery({ node, sort });
      const read = readQuery(printed);

      assert.ok(read.ok, `${printed}: ${read.ok ? "" : read.mistake.message}`);
      assert.deepEqual(read.query, { node: read.query.node, sort });
      assert.deepEqual(withoutPlaces(read.query.node), withoutPlaces(node), printed);
    }),
    { numRuns: 1500 },
  );
});

function is(text: string): Value {
  return { how: "is", text };
}

function range(from: string | null, to: string | null): Value {
  const end = (text: string | null) => (text === null ? null : { text, included: true });
  return { how: "range", from: end(from), to: end(to) };
}

function valuesOf(typed: string): Value[] {
  const read = readQuery(typed);
  assert.ok(read.ok && read.query.node?.kind === "field", typed);
  return read.query.node.terms.map(({ value }) => value);
}

type Shape = string | null | Shape[];

function shape(typed: string): Shape {
  const read = readQuery(typed);
  assert.ok(read.ok, typed);
  return shapeOf(read.query.node);
}

function shapeOf(node: QueryNode | null): Shape {
  if (!node) return null;
  if (node.kind === "word") return node.text;
  if (node.kind === "phrase") return `"${node.text}"`;
  if (node.kind === "not") return ["not", shapeOf(node.part)];
  if (node.kind === "field") return node.field;
  return node.kind === "all" || node.kind === "any" ? [node.kind, ...node.parts.map(shapeOf)] : null;
}

function withoutPlaces(node: QueryNode | null): unknown {
  return JSON.parse(JSON.stringify(node, (key, value) => (key === "at" ? undefined : value)));
}

const letters = fc.string({
  unit: fc.constantFrom(...Array.from("abcdeéшش漢09.-_/*")),
  minLength: 1,
  maxLength: 8,
});
const words = letters
  .filter((text) => !/^-|^or$/i.test(text))
  .map((text) => ({ kind: "word" as const, text, at: 0 }));
const phrases = fc
  .array(letters, { minLength: 1, maxLength: 4 })
  .map((parts) => ({ kind: "phrase" as const, text: parts.join(" "), at: 0 }));

const texts: Record<string, string[]> = {
  tails: ["6.10", "7.0~rc1", "6"],
  first: ["5.12"],
  lang: ["fr", "pt-br"],
  from: ["me@example.org"],
  stick: ["same-as:12"],
  device: ["8086:9a49"],
  ram: ["4G", "512M"],
  issue: [
    "12",
    "#12",
    "tails/tails#12",
    "https://tracker.example.org/issues/12",
    "https://example.org/a,b..(12)",
  ],
  wb: ["72e11d"],
  opened: ["2026-10", "2026", "today"],
  last: ["2026-10-05"],
  age: ["7d"],
  answered: ["2h", "30min"],
};
const fieldNodes = fc.constantFrom(...fieldNames).chain((field) => {
  const { choices, ordered, mayLack } = fields[field];
  const text: fc.Arbitrary<string> = choices
    ? fc.constantFrom(...choices)
    : texts[field]
      ? fc.constantFrom(...(texts[field] ?? []))
      : fc.oneof(letters, fc.constant("a b"), fc.constant("none"), fc.constant("a,b"), fc.constant("a..b"));
  const end = text.map((each) => ({ text: each, included: true }));
  const values: fc.Arbitrary<Value>[] = [text.map(is)];
  if (mayLack) values.push(fc.constant({ how: "none" }), fc.constant({ how: "known" }));
  if (ordered) {
    values.push(
      fc.tuple(end, end).map(([from, to]) => ({ how: "range", from, to })),
      end.map((from) => ({ how: "range", from, to: null })),
      end.map((to) => ({ how: "range", from: null, to: { ...to, included: false } })),
      end.map((from) => ({ how: "range", from: { ...from, included: false }, to: null })),
    );
  }
  const term: fc.Arbitrary<Term> = fc.record({
    without: fc.boolean(),
    value: fc.oneof(...values),
    at: fc.constant(0),
  });
  return fc
    .array(term, { minLength: 1, maxLength: 3 })
    .map((terms) => ({ kind: "field" as const, field, terms, at: 0 }));
});

const { queries } = fc.letrec<{ queries: QueryNode; lists: QueryNode }>((tie) => ({
  queries: fc.oneof(
    { maxDepth: 3, depthIdentifier: "query" },
    words,
    phrases,
    fieldNodes,
    tie("queries").map((part) => ({ kind: "not" as const, part })),
    tie("lists"),
  ),
  lists: fc.record({
    kind: fc.constantFrom("all" as const, "any" as const),
    parts: fc.array(tie("queries"), { minLength: 2, maxLength: 3, depthIdentifier: "query" }),
  }),
}));

test("an address whose local part stands in quotation marks is one value, written again as it was", () => {
  for (const typed of ['from:"lea example"@example.org', '-from:"lea example"@example.org,me@example.org']) {
    const read = readQuery(typed);

    assert.ok(read.ok, JSON.stringify(read));
    assert.equal(printQuery(read.query), typed);
  }
  assert.equal(readQuery('from:"lea example"').ok, false);
});
