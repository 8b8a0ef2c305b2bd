import assert from "node:assert/strict";
import { test } from "node:test";
import { readDate } from "#src/mime/read-date.ts";

const dates: [string, string][] = [
  ["Sat, 21 Nov 2026 10:00:00 +0100", "2026-11-21T09:00:00.000Z"],
  ["21 Nov 2026 10:00 GMT", "2026-11-21T10:00:00.000Z"],
  ["Sat, 21 Nov 26 10:00:00 EST", "2026-11-21T15:00:00.000Z"],
  ["Saturday, 21-Nov-2026 10:00:00 -0330 (NST)", "2026-11-21T13:30:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00 GMT+02:00", "2026-12-01T06:00:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00 GMT-0330", "2026-12-01T11:30:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00 UTC+2", "2026-12-01T06:00:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00 +02:00", "2026-12-01T06:00:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00 +02", "2026-12-01T06:00:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00 +0200 (Mitteleurop. (Sommer)zeit)", "2026-12-01T06:00:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00 +0200 CEST", "2026-12-01T06:00:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00 CEST", "2026-12-01T06:00:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00 XYZ", "2026-12-01T08:00:00.000Z"],
  ["Tue, 01 Dec 2026 08:00:00.123 +0000", "2026-12-01T08:00:00.000Z"],
  ["Tue,  1 Dec\t2026  8:00 +0000", "2026-12-01T08:00:00.000Z"],
  ["Tue,01 Dec 2026 08:00:00 +0000", "2026-12-01T08:00:00.000Z"],
  ["(x) Tue, 01 (first) Dec 126 08:00:00 +0000", "2026-12-01T08:00:00.000Z"],
  ["Di., 01 Dez. 2026 08:00:00 +0100", "2026-12-01T07:00:00.000Z"],
  ["mar., 01 déc. 2026 08:00:00 +0100", "2026-12-01T07:00:00.000Z"],
  ["вт, 01 дек. 2026 08:00:00 +0300", "2026-12-01T05:00:00.000Z"],
  ["01 grudnia 2026 08:00:00 +0100", "2026-12-01T07:00:00.000Z"],
  ["Tue Dec  1 08:00:00 2026", "2026-12-01T08:00:00.000Z"],
  ["Tue Dec  1 08:00:00 2026 +0200", "2026-12-01T06:00:00.000Z"],
  ["Dec 1, 2026 8:00:00 PM", "2026-12-01T20:00:00.000Z"],
  ["Tuesday, December 1, 2026 12:05 AM", "2026-12-01T00:05:00.000Z"],
  ["2026-12-01T08:00:00+02:00", "2026-12-01T06:00:00.000Z"],
  ["2026-12-01 08:00:00 Z", "2026-12-01T08:00:00.000Z"],
];
for (const [written, meant] of dates) {
  test(`reads ${written}`, () => {
    assert.equal(readDate(written)?.toISOString(), meant);
  });
}

for (const written of [
  "",
  "tomorrow",
  "2",
  "31 Feb 2026 10:00:00 +0000",
  "21 Foo 2026 10:00",
  "21 Nov 2026 25:00:00",
  "Tue, 01 Dec 2026 08:00:00 +0275",
  "Tue, 01 Dec 2026 08:00:00 +9900",
  "Tue, 01 Dec 2026 08:00:00 GMT+02:00:30",
  "Tue, 01 Dec 2026 08:00:00 +0200 +0300",
  "Tue, 01 Dec 2026 08:00:00 12",
  "Tue, 01 Dec 2026 13:00 PM",
  "01/12/2026 08:00:00 +0000",
  "2026-13-01T08:00:00Z",
]) {
  test(`takes “${written}” for no date`, () => {
    assert.equal(readDate(written), null);
  });
}

test("reads a hostile date in no time", () => {
  const begin = process.cpuUsage().user;

  for (const piece of ["a ", "1 ", "1:1:", "(", "Dec 1 ", "Tue, ", " -", "+1 "]) {
    for (let count = 0; count < 50; count += 1) assert.equal(readDate(piece.repeat(10_000)), null);
  }

  assert.ok(process.cpuUsage().user - begin < 1_000_000);
});
