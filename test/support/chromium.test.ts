import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { assertSound, openChromium, withoutChromium } from "./chromium.ts";
import { joinChromium, launchable, offerChromium } from "./chromium-server.ts";
import type { Ending } from "./postgres.ts";

test("a chromium that is too old, or that tells no version, is named in one sentence", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "whisperdesk-chromium-"));
  t.after(() => rm(folder, { recursive: true }));
  const program = join(folder, "chromium");
  for (const [told, version] of [
    ["Chromium 99.0.4844.84 built on Debian 11.3", "99.0.4844.84"],
    ["who knows", "unknown"],
  ] as const) {
    await writeFile(program, `#!/bin/sh\necho "${told}"\n`);
    await chmod(program, 0o755);

    await assert.rejects(launchable(program), {
      message: `${program} is version ${version}, and the tests need 123 or later. Upgrade it, or remove it: the tests that need a browser are skipped then.`,
    });
  }
});

test("all files share one browser, in which none sees what another one opened", {
  skip: withoutChromium,
}, async (t) => {
  const { address, stop } = await offerChromium();
  t.after(stop);
  const endpoint = async () => await (await fetch(address)).text();
  const [one, other] = await Promise.all([joinChromium(address), joinChromium(address)]);

  await one.newContext();
  assert.equal(one.contexts().length, 1);
  assert.equal(other.contexts().length, 0);

  await one.close();
  const page = await (await other.newContext()).newPage();
  await page.setContent("<h1>Still here</h1>");
  assert.equal(await page.locator("h1").innerText(), "Still here");
  assert.equal(await endpoint(), await endpoint());
});

test("the window for axe has the look and the session of each page, not those of the page before", {
  skip: withoutChromium,
}, async (t) => {
  const chromium = await openChromium(t);
  const { origin, visits } = await startCounter(t);

  await chromium.axe(origin, { cookies: new Map([["seat", "1"]]), width: 360, dark: true });
  const page = await chromium.read(origin, { cookies: new Map([["row", "2"]]) });
  await chromium.read(origin);

  assert.deepEqual(visits, ["seat=1", "row=2", ""]);
  assert.deepEqual(await page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]"), [
    1280,
    false,
  ]);
});

test("a page that is sound in one look only is found", { skip: withoutChromium }, async (t) => {
  const chromium = await openChromium(t);
  const counter = await startCounter(t);
  const check = () => assertSound(chromium, counter.origin, [""], undefined);

  await check();
  counter.show("<style>@media (prefers-color-scheme: dark) { h1 { color: #eee; background: #fff } }</style>");
  await assert.rejects(check, /color-contrast/);
  counter.show("<style>@media (max-width: 360px) { h1 { color: #eee; background: #fff } }</style>");
  await assert.rejects(check, /color-contrast/);
  counter.show("<div style='width: 330px'>wide</div>");
  await assert.rejects(check, { actual: 10 });
});

/** A page that notes the cookies that each visitor brings, and shows what a test puts into it. */
async function startCounter(t: Ending) {
  const visits: string[] = [];
  let shown = "";
  const server = createServer((request, response) => {
    if (request.url === "/") visits.push(request.headers.cookie ?? "");
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><html lang=en><title>A</title><body style="margin: 0">
      <main><h1>A page of words</h1>${shown}</main>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    visits,
    show(html: string) {
      shown = html;
    },
  };
}
