import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import type { Place } from "#src/search/page-place.ts";
import { readQuery } from "#src/search/read-query.ts";
import { type Found, searchTickets } from "#src/search/search-tickets.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { setWorkaround } from "#src/tickets/set-facts.ts";
import { createVault } from "#src/vault/vault.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { storeTicket } from "#test/support/search-archive.ts";

const vault = createVault(randomBytes(32));
const now = new Date("2026-11-20T12:00:00Z");
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
const named = new Map<string, string>();

const { db } = await createTestDatabase({ after });
const account = await createStaff(db, {
  name: "nina",
  role: "help_desk",
  password: "correct horse battery",
});
assert.ok(account.ok);
const staffId = account.staff.id;
const store = async (name: string, told: Parameters<typeof storeTicket>[1]) =>
  void named.set(await storeTicket({ db, vault, staffId }, told), name);

await store("wifi", {
  subject: "Wi-Fi is gone",
  language: "en",
  tails: "6.10",
  first: "5.12",
  model: "ThinkPad X220",
  ramMb: 3900,
  stick: "one",
  whisperbackId: "72e11d0000000000000000000000abcd",
  openedAt: ago(10),
  messages: [
    {
      kind: "from_user",
      text: "The adapters stopped working.\nSee example.org/help, error 0x80070057.",
      createdAt: ago(10),
      encrypted: true,
      sections: [
        {
          key: "/usr/bin/journalctl",
          kind: "journal",
          text: "kernel: i915 0000:00:02.0: *ERROR* GPU hang\nkernel: iwlwifi: firmware failed to load",
        },
        { key: "/usr/bin/lspci", kind: "pci", text: "00:02.0 VGA [0300]: Intel [8086:9a49]" },
      ] as never,
    },
    { kind: "answer", text: "Please try the adapter in another port.", createdAt: ago(9.9) },
  ],
});
await store("printer", {
  subject: "Printer",
  language: "en",
  address: "paul@example.org",
  name: "Paul Zapotek",
  tails: "6.9",
  stick: "one",
  openedAt: ago(5),
  messages: [
    {
      kind: "from_user",
      text: "printing is broken. black screen, then nothing",
      createdAt: ago(5),
      file: { filename: "cups.log", text: "cupsd: Unable to open listen socket quuxling" },
    },
    { kind: "note", text: "The same as last week, see tummeltott", createdAt: ago(4) },
  ],
});
await store("écran", {
  subject: "Écran noir",
  language: "fr",
  tails: "7.0~rc1",
  openedAt: ago(40),
  messages: [
    { kind: "from_user", text: "Les imprimantes démarrent, l'écran reste noir", createdAt: ago(40) },
  ],
});
await store("silent", {
  messages: [{ kind: "from_user", text: "help", createdAt: ago(1) }],
  openedAt: ago(1),
});
await db.raw("vacuum analyze");

const expected: [query: string, names: string[]][] = [
  ["", ["silent", "printer", "wifi", "écran"]],
  ["adapter", ["wifi"]],
  ["printers", ["printer"]],
  ["printed", ["printer"]],
  ["imprimante", ["écran"]],
  ["wi-fi", ["wifi"]],
  ["0x80070057", ["wifi"]],
  ["example.org", ["wifi"]],
  ["working port", ["wifi"]],
  ["adapters -port", []],
  ['"stopped working"', ["wifi"]],
  ['"working stopped"', []],
  ['"gone the"', []],
  ['"black screen"', ["printer"]],
  ["imprimante or printing", ["printer", "écran"]],
  ["-printing -help", ["wifi", "écran"]],
  ["(printing or adapter) -(port or help)", ["printer"]],
  ["zapotek", ["printer"]],
  ["quuxling", ["printer"]],
  ["tummeltott", ["printer"]],
  ["tails:6.10", ["wifi"]],
  ["tails:>6.9", ["wifi", "écran"]],
  ["tails:<7", ["printer", "wifi", "écran"]],
  ["tails:6.9..6.10", ["printer", "wifi"]],
  ["tails:7", []],
  ["tails:none", ["silent"]],
  ["-tails:6.10", ["silent", "printer", "écran"]],
  ["first:5.12", ["wifi"]],
  ["is:our-turn", ["silent", "printer", "wifi", "écran"]],
  ["is:resolved|spam", []],
  ["is:encrypted", ["wifi"]],
  ["owner:none", ["silent", "printer", "wifi", "écran"]],
  ["owner:me", []],
  ["lang:fr", ["écran"]],
  ["lang:none", ["silent"]],
  ["from:PAUL@example.org", ["printer"]],
  ["from:nobody@example.org", []],
  ["has:logs", ["wifi"]],
  ["has:attachment", ["printer"]],
  ["has:email", ["printer"]],
  ["has:key", []],
  ["has:answer", ["wifi"]],
  ["wb:72e11d", ["wifi"]],
  ["device:8086:9a49", ["wifi"]],
  ['model:"thinkpad x"', ["wifi"]],
  ["model:X220", []],
  ["ram:<4G", ["wifi"]],
  ["ram:4G", ["wifi"]],
  ["ram:>4G", []],
  ["opened:2026-11", ["silent", "printer", "wifi"]],
  ["opened:2026-11-15..", ["silent", "printer"]],
  ["opened:<2026-11", ["écran"]],
  ["age:>7d", ["wifi", "écran"]],
  ["age:7d", ["silent", "printer"]],
  ["answered:<3h", ["wifi"]],
  ["answered:<2h", []],
  ["answered:none", ["silent", "printer", "écran"]],
  ["log:iwlwifi", ["wifi"]],
  ["log:adapters", []],
  ['log:"i915 0000:00:02.0: *ERROR*"', ["wifi"]],
  ['log:"i915 *ERROR*"', []],
  ['log:"open LISTEN socket"', ["printer"]],
  ['log:"open LISTEN socket" or log:"i915 0000:00:02.0: *ERROR*"', ["printer", "wifi"]],
  ['log:"open  listen","i915 0000:00:02.0:","i915 *ERROR*"', ["printer", "wifi"]],
  ['log:"open LISTEN socket",-"i915 *ERROR*"', ["printer"]],
  ['-log:"open LISTEN socket"', ["silent", "wifi", "écran"]],
  ['-log:"i915 *ERROR*"', ["silent", "printer", "wifi", "écran"]],
  ['-(log:"open LISTEN socket" or adapter)', ["silent", "écran"]],
  ['lang:fr or (adapter log:"i915 0000:00:02.0: *ERROR*")', ["wifi", "écran"]],
  ['-(adapter -log:"i915 *ERROR*")', ["silent", "printer", "écran"]],
  ["queue:English", ["printer", "wifi"]],
  ["sort:oldest tails:known", ["écran", "wifi", "printer"]],
];

for (const [query, names] of expected) {
  test(`“${query}” finds ${names.length === 0 ? "nothing" : names.join(", ")}`, async () => {
    const found = await search(query);

    assert.ok(found.ok, found.ok ? "" : found.mistake.message);
    assert.deepEqual(
      found.ids.map((id) => named.get(id)),
      names,
    );
    assert.deepEqual([found.hits, found.isAtMost], [names.length, false]);
  });
}

test("stick:same-as: finds all tickets from one stick", async () => {
  const [wifi = ""] = [...named].find(([, name]) => name === "wifi") ?? [];

  const found = await search(`stick:same-as:${wifi}`);

  assert.ok(found.ok);
  assert.deepEqual(
    found.ids.map((id) => named.get(id)),
    ["printer", "wifi"],
  );
});

test("a merged ticket is found as the one that it was merged into", async () => {
  const store = (text: string) =>
    storeTicket({ db, vault, staffId }, { messages: [{ kind: "from_user", text }] });
  const [sourceId, targetId] = [await store("mergeone"), await store("mergetwo")];
  await setWorkaround(db, vault, sourceId, staffId, "mergethree");
  assert.ok((await mergeTickets(db, { sourceId, targetId, staffId })).ok);

  for (const [typed, ids] of [
    ["mergeone mergetwo", [targetId]],
    ["mergethree", []],
    ["mergethree lang:none", []],
    ["-mergetwo lang:none age:<1d opened:today", []],
  ] as const) {
    const found = await search(typed);
    assert.ok(found.ok);
    assert.deepEqual(found.ids, ids, typed);
  }
});

test("relevance puts the subject before the text", async () => {
  const found = await search("printer or help sort:relevance");

  assert.ok(found.ok);
  assert.equal(named.get(found.ids[0] ?? ""), "printer");
});

test("names that are not there are told, with one that may be meant", async () => {
  for (const [query, message] of [
    ["queue:Englsh", /No queue “Englsh” — did you mean “english”\?/],
    ["owner:ninna", /No colleague “ninna” — did you mean “nina”\?/],
    ["tag:zzz", /No tag “zzz”/],
    ["...", /There is no word in “...”/],
    ['wifi or -log:"..."', /There is no word in “...”/],
  ] as const) {
    const found = await search(query);
    assert.ok(!found.ok, query);
    assert.match(found.mistake.message, message);
  }
});

test("facets count what the tickets have in common", async () => {
  const found = await search("-mergetwo");

  assert.ok(found.ok);
  assert.deepEqual(found.facets.status, [{ value: "new", tickets: 4 }]);
  assert.deepEqual(found.facets.tails.map(({ value }) => value).toSorted(), ["6.10", "6.9", "7.0~rc1"]);
});

test("pages follow each other in every order, without a gap and without the same ticket twice", async () => {
  const all = ["screen or noir or help or adapter", "-mergetwo", "channel:mail,whisperback -mergetwo"];
  for (const [typed, sort] of all.flatMap((each) =>
    ["newest", "oldest", "relevance"].map((sort) => [each, sort]),
  )) {
    const seen: string[] = [];
    let after: Parameters<typeof searchTickets>[3]["after"] = null;
    do {
      const found: Found = await search(`${typed} sort:${sort}`, {
        after,
        perPage: 1,
      });
      assert.ok(found.ok);
      seen.push(...found.ids.map((id) => named.get(id) ?? ""));
      after = found.next;
    } while (after);

    assert.deepEqual(seen.toSorted(), ["printer", "silent", "wifi", "écran"], sort);
  }
});

async function search(typed: string, more: { after?: Place | null; perPage?: number } = {}): Promise<Found> {
  const read = readQuery(typed);
  assert.ok(read.ok, read.ok ? "" : read.mistake.message);
  return await searchTickets(db, vault, read.query, { asker: { staffId, now }, ...more });
}
