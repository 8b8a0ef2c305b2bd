import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encode } from "iconv-lite";
import { decodeWords } from "#src/mime/decode-words.ts";

const b = (charset: string, bytes: Buffer) => `=?${charset}?B?${bytes.toString("base64")}?=`;

test("decodes words in any charset and both encodings", () => {
  assert.equal(decodeWords("=?utf-8?Q?Caf=C3=A9_=26?= ok"), "Café & ok");
  assert.equal(decodeWords("Re: =?ISO-8859-1*fr?q?=E9t=E9?="), "Re: été");
  assert.equal(decodeWords(b("koi8-r", encode("Привет", "koi8-r"))), "Привет");
  assert.equal(decodeWords(b("iso-2022-kr", Buffer.from("\x1b$)C\x0e>H3g\x0f", "latin1"))), "안녕");
  assert.equal(decodeWords("=?utf-7?Q?+AOk-?="), "é");
});

test("a letter that was cut between two words is one letter", () => {
  const [first, second] = [Buffer.from("Ж").subarray(0, 1), Buffer.from("Ж").subarray(1)];

  assert.equal(decodeWords(`${b("utf-8", first)} ${b("UTF8", second)}`), "Ж");
  assert.equal(decodeWords(`=?utf-8?Q?=D0?=\t=?utf-8?B?lg==?=`), "Ж");
  assert.equal(decodeWords("=?utf-8?B?0JY0?==?utf-8?B?Jg?="), "Ж4&");
  const split = Buffer.from("屏幕是黑的").toString("base64");
  assert.equal(decodeWords(`=?utf-8?B?${split.slice(0, 7)}?= =?utf-8?B?${split.slice(7)}?=`), "屏幕是黑的");
});

test("spaces between words go, spaces between a word and text stay", () => {
  assert.equal(decodeWords("a =?utf-8?Q?b?=  =?koi8-r?Q?c?= d"), "a bc d");
});

test("a word with a wrong charset, or one that says nothing, is read by its bytes", () => {
  assert.equal(decodeWords(b("iso-8859-1", Buffer.from("Привет всем"))), "Привет всем");
  assert.equal(decodeWords(b("unknown-8bit", encode("экран чёрный", "koi8-r"))), "экран чёрный");
  assert.equal(decodeWords(b("x-unknown", encode("屏", "gb18030")), "gb18030"), "屏");
});

test("what is no word stays as it is", () => {
  for (const text of ["=?utf-8?X?abc?=", "=?utf-8?Q?abc", "=??Q?abc?=", "100 =? 2", ""])
    assert.equal(decodeWords(text), text);
});

test("any text is decoded without NUL, in linear time", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("=?", "?=", "?", "utf-8", "B", "q", "AA==", "=00", " ", "x"), {
        maxLength: 60,
      }),
      (pieces) => {
        assert.ok(!decodeWords(pieces.join("")).includes("\0"));
      },
    ),
  );
  const time = (count: number) => {
    const begin = process.cpuUsage().user;
    decodeWords("=?utf-8?q?=D0?= ".repeat(count));
    return process.cpuUsage().user - begin;
  };
  time(1000);
  const [once, eightTimes] = [time(10_000), time(80_000)];
  assert.ok(eightTimes < once * 30 + 100_000, `${once} and ${eightTimes} µs`);
});
