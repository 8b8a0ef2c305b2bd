import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "iconv-lite";
import { readFilename } from "#src/mime/read-filename.ts";
import { readHeaders } from "#src/mime/read-headers.ts";

function nameOf(disposition: string | Buffer, near?: string, type = "application/pdf"): string {
  const lines = [
    `Content-Type: ${type}`,
    `Content-Disposition: ${Buffer.from(disposition).toString("latin1")}`,
  ];
  return readFilename(
    readHeaders(
      lines.map((line) => ({ key: "", line })),
      near,
    ),
    near,
  );
}

test("reads names in their plain form, with and without quotation marks", () => {
  assert.equal(nameOf('attachment; filename="my \\"log\\".txt"; size=3'), 'my "log".txt');
  assert.equal(nameOf("attachment; filename=my log.txt; size=3"), "my log.txt");
  assert.equal(nameOf("attachment;FILENAME = log.txt"), "log.txt");
  assert.equal(nameOf('attachment; filename="no end.txt'), "no end.txt");
});

test("reads names in the form of RFC 2231: charset, pieces in any order, mixed", () => {
  assert.equal(nameOf("attachment; filename*=UTF-8''%D1%8D%D0%BA%D1%80%D0%B0%D0%BD.png"), "экран.png");
  assert.equal(
    nameOf("attachment; filename*=koi8-r'ru'%DC%CB%D2%C1%CE.png; filename=screen.png"),
    "экран.png",
  );
  assert.equal(nameOf("attachment; filename*1*=%BD.png; filename*0*=utf-8''%D0"), "н.png");
  assert.equal(
    nameOf(`attachment; filename*0="a very "; filename*1="long name.txt"`),
    "a very long name.txt",
  );
  assert.equal(nameOf("attachment; filename=utf-8''%D0%BD.png"), "н.png");
});

test("reads encoded words in names, which are forbidden there and common", () => {
  assert.equal(nameOf('attachment; filename="=?koi8-r?B?3MvSwc4=?=.png"'), "экран.png");
  assert.equal(nameOf("attachment; filename==?utf-8?Q?=D0=BD?="), "н");
});

test("reads names that stand raw in a header, by the charset of the mail's texts", () => {
  const raw = (text: string, charset: string) =>
    Buffer.concat([Buffer.from('attachment; filename="'), encode(text, charset), Buffer.from('.png"')]);

  assert.equal(nameOf(raw("экран", "koi8-r"), "koi8-r"), "экран.png");
  assert.equal(nameOf(raw("屏幕", "gb18030"), "gb18030"), "屏幕.png");
  assert.equal(nameOf(raw("экран", "utf-8"), "koi8-r"), "экран.png");
  assert.equal(nameOf(raw("экран монитора", "windows-1251")), "экран монитора.png");
});

test("takes the name of Content-Type where the disposition has none", () => {
  assert.equal(nameOf("attachment", undefined, 'text/plain; name="log.txt"'), "log.txt");
  assert.equal(nameOf("attachment", undefined, "text/plain; name*=utf-8''%D0%BD"), "н");
  assert.equal(nameOf("attachment", undefined, "text/plain"), "");
});
