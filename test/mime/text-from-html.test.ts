import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { textFromHtml } from "#src/mime/text-from-html.ts";
import { limit } from "#test/support/limits.ts";

const textOf = (html: string) => textFromHtml(html).text;
const hidden = (words: string) => `[hidden in the mail: ${words}]`;

test("cells stand apart, and rows on lines of their own", () => {
  const table =
    "<table border=1><tr><th>Device</th><th>Driver</th><th>State</th></tr><tr><td>wlan0</td><td><p>rtw88</p></td><td><div>failed</div></td></tr></table>Model:";

  assert.equal(textOf(table), "Device\tDriver\tState\nwlan0\trtw88\tfailed\nModel:");
  assert.equal(textOf("<table><tr><td>a<td>b<tr><td>c<td><td>d</table>"), "a\tb\nc\t\td");
});

test("terms, forms and details do not grow together", () => {
  assert.equal(textOf("<dl><dt>Tails</dt><dd>6.10</dd></dl>"), "Tails\n6.10");
  assert.equal(
    textOf(
      "<textarea>typed &amp; sent</textarea><details><summary>more</summary>inside</details><select><option>A<option>B</select><button>Go</button>",
    ),
    "typed & sent\nmore\ninside\nA\nB\nGo",
  );
});

test("shows what a person typed or ticked, and no fields that nobody saw", () => {
  assert.equal(
    textOf(
      "<input value='my name'><input type=checkbox checked>yes<input type=checkbox>no<input type=hidden value=token>",
    ),
    "my name [x] yes [ ] no",
  );
});

test("lists are numbered and indented as they are shown", () => {
  assert.equal(textOf("<ol start=3><li>third</li><li>fourth</ol>"), "3. third\n4. fourth");
  assert.equal(textOf("<ul><li>a<ul><li>b</ul></li><li>c</ul>"), "* a\n  * b\n* c");
});

test("quotes have marks, one for each level", () => {
  const quoted = "<p>new</p><blockquote>old<br>line<blockquote>older</blockquote></blockquote>end";

  assert.equal(textOf(quoted), "new\n\n> old\n> line\n>\n> > older\n\nend");
});

test("line breaks are kept: empty lines, paragraphs, preformatted text", () => {
  assert.equal(textOf("a<br><br>b"), "a\n\nb");
  assert.equal(textOf("<div>a</div><div><br></div><div>b</div>"), "a\n\nb");
  assert.equal(textOf("<pre>line  one\r\n  line two</pre><p>after"), "line  one\n  line two\n\nafter");
  assert.equal(textOf("<p style='margin:0cm'>a</p><p style='margin:0cm'>b</p>"), "a\nb");
});

test("says where a link leads when its words say something else", () => {
  assert.equal(textOf("<a href='https://example.org/'>example.org</a>"), "example.org");
  assert.equal(textOf("<a href='mailto:a@example.org'>a@example.org</a>"), "a@example.org");
  assert.equal(
    textOf("<a href='https://evil.example/?a=1&amp;b'>bank.example</a>."),
    "bank.example [https://evil.example/?a=1&b].",
  );
  assert.equal(textOf("<a href='#top'>top</a><a href='javascript:alert(1)'>x</a>"), "topx");
  assert.equal(
    textOf("<a href=https://example.org/a><b>in<a href=https://example.org/b>out</a>"),
    "in [https://example.org/a]out [https://example.org/b]",
  );
});

test("names pictures by their words, and keeps those that stand in the page as files", () => {
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGJgAQAAAAUAAQ0KLbQAAAAASUVORK5CYII=";
  const page = textFromHtml(
    `<p>here:</p><img alt="screenshot" src="data:image/png;base64,${png}"><img src="cid:1" alt=logo>`,
  );

  assert.equal(page.text, "here:\n\n[file: screenshot.png] [picture: logo]");
  assert.deepEqual(page.files, [
    { filename: "screenshot.png", contentType: "image/png", bytes: Buffer.from(png, "base64") },
  ]);
  assert.equal(textOf("<img alt='😀' src=x>hi<img src=https://example.org/pixel>"), "😀hi");
});

test("files that stand in a page are read in any form, and hostile names are made safe", () => {
  const files = (html: string) =>
    textFromHtml(html).files.map(({ filename, contentType, bytes }) => [
      filename,
      contentType,
      Buffer.from(bytes).toString(),
    ]);

  assert.deepEqual(files("<img src='data:image/svg+xml;utf8,%3Csvg/%3E'>"), [
    ["picture-1.svg", "image/svg+xml", "<svg/>"],
  ]);
  assert.deepEqual(files("<a href='data:,hello%20you'>x</a>"), [["file.txt", "text/plain", "hello you"]]);
  assert.deepEqual(files("<img alt='../../etc/x' src='DATA:image/PNG;charset=x;base64,aGk='>"), [
    ["x.png", "image/png", "hi"],
  ]);
  assert.deepEqual(files("<img src='data:image/png;base64'><img src='data:'>"), []);
  assert.equal(textFromHtml("<img src='data:,x'>".repeat(300)).files.length, 200);
});

test("words that nobody would see are told at the end", () => {
  const cases = [
    "<p style='display:none'>ghost</p>seen",
    "<p style='DISPLAY : none !important; color:red'>ghost</p>seen",
    "<p hidden>ghost</p>seen",
    "<p style='visibility:hidden'>ghost</p>seen",
    "<p style='font-size:0px'>ghost</p>seen",
    "<p style='mso-hide:all'>ghost</p>seen",
    "<p style='opacity:0'>ghost</p>seen",
    "<p style='max-height:0;overflow:hidden'>ghost</p>seen",
    "<p style='color:#fff'>ghost</p>seen",
    "<p><font color=white>ghost</font></p>seen",
    "<p style='position:absolute;left:-9999px'>ghost</p>seen",
    "<style>.pre, p.x {display:none}</style><p class='a pre'>ghost</p>seen",
    "<div style='display:none'><b>gh<i>ost</b></i></div>seen",
    "<template>ghost</template>seen",
  ];
  for (const html of cases) {
    const { text, hasHidden } = textFromHtml(html);

    assert.equal(text, `seen\n\n${hidden("ghost")}`, html);
    assert.equal(hasHidden, true, html);
  }
});

test("what only looks like hiding is shown", () => {
  const cases = [
    "<td style='font-size:0'><span style='font-size:14px'>seen</span></td>",
    "<div style='background:#000'><font color=white>seen</font></div>",
    "<div bgcolor=black><span style='color:#FFFFFF'>seen</span></div>",
    "<div style='background:url(x.png)'><font color=white>seen</font></div>",
    "<style>.dark{background-color:#123456}</style><div class=dark><font color=white>seen</font></div>",
    "<style>@media (max-width:600px){.m{display:none}}</style><p class=m>seen</p>",
    "<p style='font-size:0.9em;line-height:0'>seen</p>",
    "<p style='opacity:0.5;max-height:0'>seen</p>",
    "<div style='color:white'><span style='color:navy'>seen</span></div>",
  ];
  for (const html of cases)
    assert.deepEqual(textFromHtml(html), { text: "seen", files: [], hasHidden: false }, html);
});

test("filling in front of a newsletter's first words is not told", () => {
  assert.equal(textOf("<div style='display:none'>&zwnj;&nbsp;&#8203;&#847; &shy;</div>seen"), "seen");
});

test("shows no scripts, styles, comments and titles", () => {
  const page =
    "<html><head><title>Newsletter</title><style>.a{color:red}</style></head><!--[if mso]><p>only outlook</p><![endif]--><script>if (a<b) alert(1)</script><![if !mso]>words<![endif]></html>";

  assert.equal(textOf(page), "words");
  assert.equal(textOf("<title>Nothing but a title</title>"), "Nothing but a title");
});

test("addresses and links that stand in the page as tags are words", () => {
  assert.equal(
    textOf("From: Lea <lea@example.org> <https://example.org/x> a < b"),
    "From: Lea <lea@example.org> <https://example.org/x> a < b",
  );
});

test("what is not closed does not disappear", () => {
  assert.equal(textOf("text<!-- no end <b>words</b>"), `text\n\n${hidden("no end <b>words</b>")}`);
  assert.equal(textOf("text <img alt='no end>words"), `text\n\n${hidden("<img alt='no end>words")}`);
});

test("entities are decoded, unknown ones stay", () => {
  assert.equal(textOf("&eacute;&#x2019;&#146;&amp;lt; &unknown; &nbsp;x"), "é’’&lt; &unknown;  x");
});

test("the words of a page of 100,000 levels are read, on lines of their own", () => {
  const deep = `<p>first</p>${"<div><blockquote>".repeat(50_000)}deep &amp; down`;

  assert.match(textOf(deep), /^first\n\n[> ]+deep & down$/);
});

const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 4 });
const tags = [
  "div",
  "p",
  "span",
  "td",
  "tr",
  "table",
  "li",
  "ul",
  "ol",
  "b",
  "a",
  "pre",
  "blockquote",
  "dl",
  "dt",
  "h1",
  "center",
  "font",
  "o:p",
];
const tree = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    words.map((all) => all.map((word) => ` w${word} `).join("")),
    fc
      .tuple(fc.constantFrom(...tags), fc.array(tie("node"), { maxLength: 4 }), fc.boolean())
      .map(([tag, inside, isClosed]) => `<${tag}>${inside.join("")}${isClosed ? `</${tag}>` : ""}`),
    fc.constantFrom("<br>", "<hr>", "</div>", "</p>", "</table>", "&nbsp;", "<img src=x>"),
  ),
}));

test("every visible word of any page is in its text, whole and in its order", () => {
  fc.assert(
    fc.property(fc.array(tree.node, { maxLength: 6 }), (nodes) => {
      const html = nodes.join("");
      const written = html.match(/(?<= )w[a-z]+(?= )/g) ?? [];

      assert.deepEqual(textOf(html).match(/(?<![a-z])w[a-z]+(?![a-z])/g) ?? [], written);
    }),
  );
});

test("any text is read without an error", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    "</",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&",
    ";",
    '"',
    "'",
    "=",
    "<a href=",
    "<td",
    "<style>",
    "{",
    "}",
    "x",
    "&#",
    "<?",
    "<p style=",
    ":",
    "\n",
    " ",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => {
      assert.equal(typeof textOf(pieces.join("")), "string");
    }),
  );
});

const hostile = [
  "<div>",
  "<b></i>",
  "<a href=//x>y<b>",
  "<td>",
  "<br>",
  "<blockquote>x",
  "<ul><li>x",
  "<style>.a{color:red}</style>",
  "<p class='a b'>x",
  "<!--",
  "&",
  "<table><tr><td>",
  "</x>",
  "<p hidden>x",
  "<pre>\n",
  "<img src=data:,x alt=y>",
];
for (const piece of hostile) {
  test(`time grows with the length of ${piece} in a row, not with its square`, () => {
    const time = (count: number) => {
      const html = piece.repeat(count);
      const begin = process.cpuUsage().user;
      textFromHtml(html);
      return process.cpuUsage().user - begin;
    };
    time(2000);

    const [once, eightTimes] = [time(10_000), time(80_000)];

    // Squared it would be 64 times as long; the milliseconds are for what else the machine does.
    assert.ok(eightTimes < once * 30 + 100_000, `${once} and ${eightTimes} µs`);
  });
}

const unseenStyles = [
  "font-size:1px",
  "font:0/0 a",
  "color:rgba(0,0,0,0)",
  "color:rgb(0 0 0 / 0%)",
  "color:#00000000",
  "color:#0000",
  "color:hsl(0,0%,100%)",
  "color:#fefefe",
  "color:rgb(250,250,250)",
  "position:absolute;clip:rect(0,0,0,0)",
  "position:absolute;clip:rect(1px, 1px, 1px, 1px)",
  "clip-path:inset(50%)",
  "transform:scale(0)",
  "filter:opacity(0)",
  "position:absolute;left:-999em",
  "position:absolute;left:-100vw",
  "margin-left:-9999px",
];
for (const style of unseenStyles) {
  test(`words that nobody sees are told as hidden: ${style}`, () => {
    assert.equal(textOf(`<p>seen</p><div style="${style}">HIDDEN</div>`), `seen\n\n${hidden("HIDDEN")}`);
  });
}

const seenStyles = [
  "font-size:10px",
  "font-size:1.2em",
  "font:12px/1.5 Arial, sans-serif",
  "font:bold 10pt Arial",
  "color:rgba(0,0,0,0.9)",
  "color:rgb(10,20,0)",
  "color:#000f",
  "color:hsl(200,50%,40%)",
  "color:#777777",
  "transform:scale(0.9)",
  "filter:opacity(0.8)",
  "position:absolute;left:-20px",
  "margin-left:-18pt",
  "text-indent:-36pt",
];
for (const style of seenStyles) {
  test(`words that people see are not told as hidden: ${style}`, () => {
    assert.equal(textOf(`<div style="${style}">SEEN</div>`), "SEEN");
  });
}

test("what follows the first million of tags and texts is told as it stands", { timeout: limit(30) }, () => {
  const { text } = textFromHtml(`<p>before</p>${"<i>a</i>".repeat(600_000)}<p>planted</p>`);

  assert.match(text, /^before/);
  assert.match(text, /hidden in the mail: .*planted/s);
});

test("a page is the same however its tags lie in the pieces in which it is read", () => {
  const piece = 64 * 1024;
  for (let back = 0; back < 60; back += 1) {
    const front = "x".repeat(piece - back);
    const page = `${front}<a href="https://example.org/?a=1&amp;b=2">a &lt; b</a><!-- no --><br/>end`;

    const { text } = textFromHtml(page);

    assert.equal(text, `${front}a < b [https://example.org/?a=1&b=2]\nend`);
  }
});
