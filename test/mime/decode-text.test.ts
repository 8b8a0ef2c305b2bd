import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { encode } from "iconv-lite";
import { charsetOfLabel, decoderName } from "#src/mime/charset-name.ts";
import { decodeText } from "#src/mime/decode-text.ts";

const bytes = (text: string, charset: string) => encode(text, decoderName(charset), { addBOM: false });
const binary = (text: string) => Buffer.from(text, "latin1");

const sentences = readFileSync(join(import.meta.dirname, "../fixtures/charsets/sentences.txt"), "utf8")
  .trim()
  .split("\n")
  .map((line) => ({ charset: line.slice(0, line.indexOf(":")), text: line.slice(line.indexOf(":") + 2) }));

for (const { charset, text } of sentences) {
  test(`reads a sentence in ${charset} that names no charset: ${text.slice(0, 20)}`, () => {
    const decoded = decodeText(bytes(text, charset), undefined);

    assert.deepEqual({ ...decoded, charset: "" }, { text, charset: "", guessed: true });
  });
}

test("reads a sentence by the charset that it names, and says that nothing was guessed", () => {
  for (const { charset, text } of sentences) {
    const decoded = decodeText(bytes(text, charset), charset);

    assert.deepEqual(decoded, { text, charset, guessed: false });
  }
});

test("a charset that names nothing is as none", () => {
  for (const label of [
    "ansi",
    "unknown-8bit",
    "x-unknown",
    "default",
    "x-user-defined",
    "8bit",
    "utf-9",
    "",
  ]) {
    const decoded = decodeText(bytes("После обновления не работает", "koi8-r"), label);

    assert.equal(decoded.text, "После обновления не работает", label);
    assert.equal(decoded.guessed, true, label);
  }
});

test("letters of another alphabet under a Western charset, and 8 bits under ASCII, are guessed", () => {
  for (const label of ["iso-8859-1", "windows-1252", "us-ascii", "utf-8"]) {
    for (const [text, charset] of [
      ["После обновления не работает", "windows-1251"],
      ["我的电脑启动以后屏幕是黑的。", "gb18030"],
    ] as const) {
      const decoded = decodeText(bytes(text, charset), label);

      assert.deepEqual(decoded, { text, charset, guessed: true }, label);
    }
  }
});

test("Western words under a Western charset stay as they are named, dashes, dots and wide spaces too", () => {
  for (const text of ["ÀÉÈ – «è» — — ……… \u00a0\u00a0\u00a0\u00a0é", "Çà, là!", "Ÿ€uro", "déjà«»dit"]) {
    const decoded = decodeText(bytes(text, "windows-1252"), "iso-8859-1");

    assert.deepEqual(decoded, { text, charset: "windows-1252", guessed: false });
  }
});

test("UTF-8 is read as UTF-8 whatever is named", () => {
  for (const label of ["iso-8859-1", "windows-1251", "koi8-r", "us-ascii", "gb2312", "shift_jis", "ansi"]) {
    const text = "我的电脑启动以后屏幕是黑的。";

    assert.deepEqual(decodeText(Buffer.from(text), label), { text, charset: "utf-8", guessed: false }, label);
  }
  assert.equal(decodeText(Buffer.from("é"), "iso-8859-1").text, "é");
});

test("a short Chinese word that is valid UTF-8 by chance is read in the charset that it names", () => {
  const chance = "鹿茅";
  assert.ok(!Buffer.from(bytes(chance, "gb18030")).toString().includes("\ufffd"));

  assert.equal(decodeText(bytes(chance, "gb18030"), "gb2312").text, chance);
});

test("UTF-8 with a letter that was cut stays UTF-8", () => {
  const cut = Buffer.from("После обновления не работает").subarray(0, -1);

  assert.equal(decodeText(cut, "utf-8").text, "После обновления не работае\ufffd");
  assert.equal(decodeText(cut, undefined).charset, "utf-8");
});

test("a footer in Latin-1 under a text in UTF-8 is readable, and so is the text", () => {
  const mixed = Buffer.concat([
    Buffer.from("Привет, это работает.\n"),
    binary("Liste des d\xe9veloppeurs\n"),
  ]);

  assert.equal(decodeText(mixed, "utf-8").text, "Привет, это работает.\nListe des développeurs\n");
});

test("a byte order mark tells the charset, against what is named", () => {
  const text = "Экран 屏幕";
  assert.equal(decodeText(Buffer.from(`\ufeff${text}`), "iso-8859-1").text, text);
  assert.equal(decodeText(Buffer.from(`\ufeff${text}`, "utf16le"), "utf-8").text, text);
  assert.equal(decodeText(Buffer.from(`\ufeff${text}`, "utf16le").swap16(), undefined).text, text);
  assert.equal(decodeText(encode(text, "utf-32le", { addBOM: true }), undefined).text, text);
});

test("UTF-16 that turns out to be ASCII is ASCII", () => {
  assert.equal(decodeText(Buffer.from("It does not start."), "utf-16").text, "It does not start.");
});

test("reads UTF-7 only where it is named", () => {
  assert.equal(decodeText(binary("d+AOk-j+AOA- vu"), "utf-7").text, "déjà vu");
  assert.equal(decodeText(binary("a+AOk-b"), undefined).text, "a+AOk-b");
});

const escapes: [label: string, encoded: string, text: string][] = [
  ["iso-2022-jp", "\x1b$B2hLL$,9u$$\x1b(B!", "画面が黒い!"],
  ["cp50220", "\x1b$B2hLL\x1b(B and \x1b(I1\x1b(B", "画面 and ｱ"],
  ["iso-2022-jp-2", "\x1b$ANR\x1b(B \x1b$(C>H\x1b(B", "我 안"],
  ["iso-2022-kr", "\x1b$)C\n\x0e>H3g\x0f!", "\n안녕!"],
  ["iso-2022-cn", "\x1b$)A\x0eNR5D\x0f.", "我的."],
  ["hz-gb-2312", "~{NR5D~} ~~ok", "我的 ~ok"],
];
for (const [label, encoded, text] of escapes) {
  test(`reads ${label}, named, misnamed or not`, () => {
    for (const named of [label, undefined, "us-ascii", "utf-8", "iso-8859-1", "ansi"]) {
      assert.equal(decodeText(binary(encoded), named).text, text, named);
    }
  });
}

test("an escape of a terminal and a tilde in a path are no other alphabet", () => {
  const log = "\x1b[31merror\x1b[0m in ~/{a,b} and ~{x}";

  assert.deepEqual(decodeText(binary(log), undefined), { text: log, charset: "us-ascii", guessed: false });
});

test("a page tells its charset in <meta>, where the mail does not", () => {
  const page = (meta: string, text: string, charset: string) =>
    Buffer.concat([
      binary(`<html><head>${meta}</head><body>`),
      bytes(text, charset),
      binary("</body></html>"),
    ]);
  const html = { html: true };
  const old = '<META content="text/html; charset=koi8-r" http-equiv=Content-Type>';

  for (const label of [undefined, "us-ascii", "ansi"]) {
    assert.match(decodeText(page(old, "чёрный", "koi8-r"), label, html).text, /чёрный/);
    assert.match(decodeText(page("<meta charset='gb18030'>", "黑的", "gb18030"), label, html).text, /黑的/);
  }
  assert.match(decodeText(page(old, "чёрный", "koi8-r"), "koi8-r", html).text, /чёрный/);
  assert.match(
    decodeText(page("<meta charset=utf-8>", "чёрный экран", "koi8-r"), undefined, html).text,
    /чёрный/,
  );
});

test("a text takes the charset of the mail's other texts before a guess", () => {
  assert.equal(decodeText(bytes("屏", "gb18030"), undefined, { near: "gbk" }).text, "屏");
});

test("a charset that a person chose is used whatever stands there", () => {
  const chosen = decodeText(bytes("чёрный", "koi8-r"), "utf-8", { chosen: "windows-1251" });

  assert.deepEqual(chosen, { text: "ЮЈТОЩК", charset: "windows-1251", guessed: false });
});

test("quotation marks of Windows that were taken for control characters are quotation marks", () => {
  assert.equal(decodeText(Buffer.from("it\u0092s \u0093so\u0094"), "utf-8").text, "it’s “so”");
});

test("names of charsets that programs write are known, and hostile ones are none", () => {
  const known: [string, string][] = [
    ["CP-850", "cp850"],
    ["iso-8859-8-i", "iso-8859-8"],
    ['"utf-8"', "utf-8"],
    ["UTF8", "utf-8"],
    ["ks_c_5601-1987", "euc-kr"],
    ["x-sjis", "shift_jis"],
    ["ISO 8859-2", "iso-8859-2"],
    ["win-1251", "windows-1251"],
    ["utf-8;format=flowed", "utf-8"],
    ["utf-8 format=flowed", "utf-8"],
  ];
  for (const [label, name] of known) assert.equal(charsetOfLabel(label), name, label);
  for (const label of ["__proto__", "constructor", "toString", "base64", "hex", "binary", "x".repeat(9999)])
    assert.equal(charsetOfLabel(label), null, label);
});

test("what is encoded in a charset is read again from it", () => {
  const letters: Record<string, string> = {
    "windows-1251": "абвгдежзиклмнопрстуфхцчшщъыьэюя",
    "koi8-r": "абвгдежзиклмнопрстуфхцчшщъыьэюя",
    "iso-8859-7": "αβγδεζηθικλμνξοπρστυφχψω",
    "windows-1256": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "windows-1255": "אבגדהוזחטיכלמנסעפצקרשת",
    shift_jis: "日本語画面黒起動後無線接続",
    "euc-jp": "日本語画面黒起動後無線接続",
    gb18030: "我的电脑启动以后屏幕是黑的",
    big5: "我的電腦啟動以後螢幕是黑的",
    "euc-kr": "업데이트후에화면이검게나옵니다",
  };
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.entries(letters)).chain(([charset, alphabet]) =>
        fc.record({
          charset: fc.constant(charset),
          text: fc
            .array(fc.constantFrom(...Array.from(alphabet), " ", "a", "\n"), { minLength: 4, maxLength: 60 })
            .map((parts) => `${alphabet.slice(0, 4)} ${parts.join("")}`),
        }),
      ),
      ({ charset, text }) => assert.equal(decodeText(bytes(text, charset), charset).text, text),
    ),
  );
});

test("any bytes become well-formed text without NUL, by any label", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.option(fc.string(), { nil: undefined }),
      (raw, label) => {
        const { text } = decodeText(raw, label, { html: true });

        assert.ok(text.isWellFormed() && !text.includes("\0"));
      },
    ),
  );
});
