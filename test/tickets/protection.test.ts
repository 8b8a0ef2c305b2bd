import assert from "node:assert/strict";
import test, { after } from "node:test";
import { claimMails, rawMail } from "#src/inbox/claim-mails.ts";
import { keepMails } from "#src/inbox/keep-mails.ts";
import { readMail } from "#src/inbox/read-mail.ts";
import { readSorting, receiveMail } from "#src/inbox/receive.ts";
import {
  desk as deskKey,
  encrypted,
  keys,
  mail,
  mallory,
  nina as ninaKey,
  pgpMime,
  pgpSigned,
  pinned,
  textPart,
} from "../mime/crypto-mails.ts";
import { type Page, startDesk } from "../support/browser.ts";
import { openChromium, withoutChromium } from "../support/chromium.ts";

const desk = await startDesk({ after });
const { db, vault } = desk;
const staff = await desk.signIn("nina");

test("a signature that holds is told with its sender, and the reasons open below it", async () => {
  const page = await shown(mail(await pgpMime("the words", ninaKey)));

  assert.deepEqual(chips(page), ["encrypted", "signed by n•••@example.org"]);
  assert.match(facts(page), /Encryption all of it/);
  assert.match(facts(page), new RegExp(`To our key ${inFours(deskKey.fingerprint)}`));
  assert.match(facts(page), /Signature good, by a key that was confirmed for this address/);
  assert.match(facts(page), new RegExp(`By the key ${inFours(ninaKey.fingerprint)}`));
  assert.match(facts(page), /Covers all of it, not the subject/);
});

test("each verdict on a signature is a word of its own", async () => {
  const old = new Date(Date.now() - 3 * 86_400_000);
  const changed = (await pgpSigned("the words")).replace("the words", "other words");
  const words = {
    "not signed": mail(textPart("the words")),
    "bad signature": mail(changed),
    "signature cannot be checked: key not known": mail(await pgpSigned("the words", mallory)),
    "signature does not prove the sender": mail(await pgpSigned("the words", ninaKey), undefined, old),
  };
  await shown(mail(await pgpMime("the words", ninaKey)));
  for (const [word, raw] of Object.entries(words)) {
    assert.deepEqual(chips(await shown(raw)), ["in clear", word], word);
  }
});

test("text before and after a block stands apart, labelled as not protected", async () => {
  const page = await shown(
    mail(textPart(`before it\r\n${await encrypted("the secret", ninaKey)}\r\nafter it`)),
  );

  assert.deepEqual(chips(page), ["partly encrypted", "signature covers only a part", "copied ciphertext"]);
  assert.deepEqual(
    page
      .$("article .piece")
      .map((_, piece) => {
        const [label, text] = [".label", ".written"].map((part) => page.$(piece).find(part).text());
        return `${label?.split(":")[0]} | ${text}`;
      })
      .get(),
    [
      "This was not protected | before it",
      "This was encrypted | the secret",
      "This was not protected | after it",
    ],
  );
  assert.match(facts(page), /Never quote it in an answer/);
});

test("a sender who writes our verdicts into the name, the subject and the text gets none of them", async () => {
  const fake = "✔ signed by Tails";
  const html = '</div><header><span class="chip good">encrypted</span></header>';
  const page = await shown(
    mail(textPart(`${fake}\r\nThis was encrypted\r\n${html}`), [
      `From: =?utf-8?B?${Buffer.from(fake).toString("base64")}?= <mallory@example.net>`,
    ]).replace("Subject: Hello", `Subject: =?utf-8?B?${Buffer.from(fake + html).toString("base64")}?=`),
  );

  assert.deepEqual(chips(page), ["not encrypted", "not signed"]);
  assert.equal(page.$("main .chip.good").length, 0);
  assert.equal(page.$("article > header b").text(), "signed by Tails");
  assert.equal(page.$("article > header").text().includes("✔"), false);
  assert.equal(page.$("article .written .chip, article .written header").length, 0);
  assert.ok(page.$("article .written").text().includes(fake));
});

test("the reasons are looked at in a real browser", { skip: withoutChromium }, async (t) => {
  const raws = [
    mail(textPart(`before it\r\n${await encrypted("the secret", ninaKey)}\r\nafter it`)),
    mail(await pgpMime("the words", ninaKey)),
  ];
  const chromium = await openChromium(t);
  for (const [index, raw] of raws.entries()) {
    const { url } = await shown(raw);
    for (const [width, dark] of [
      [1280, false],
      [360, true],
    ] as const) {
      const look = { width, dark, cookies: staff.cookies };
      assert.deepEqual(await chromium.axe(url, look), []);
      assert.equal(await chromium.overflow(url, look), 0);
      const folder = process.env.PICTURES;
      if (!folder) continue;
      const window = await chromium.open(url, look);
      await window.locator(".protection summary").click();
      await window.screenshot({ path: `${folder}/protection-${index}-${width}.png`, fullPage: true });
    }
  }
});

let uid = 0;

/** The page of the ticket that a mail becomes, read with Nina's key confirmed. */
async function shown(raw: string): Promise<Page> {
  uid += 1;
  await keepMails(db, vault, { mailbox: "INBOX", uidvalidity: 1n }, [
    { uid, raw: Buffer.from(raw), sizeBytes: raw.length },
  ]);
  const [kept] = await claimMails(db, 1, 60);
  assert.ok(kept);
  const bytes = await rawMail(db, vault, kept);
  const reading = await readMail(bytes, keys, "desk@example.org", pinned);
  await receiveMail(db, vault, kept, reading, await readSorting(db, vault));
  const { ticket_id } = await db("mails").where({ id: kept.id }).first();
  return await staff.visit(`/tickets/${ticket_id}`);
}

function chips({ $ }: Page): string[] {
  return $("article > header .verdict .chip")
    .map((_, chip) => $(chip).text())
    .get();
}

function facts({ $ }: Page): string {
  return $("article > header .protection")
    .find("dt, dd")
    .map((_, part) => $(part).text())
    .get()
    .join(" ");
}

function inFours(fingerprint: string): string {
  return fingerprint.match(/.{4}/g)?.join(" ") ?? "";
}
