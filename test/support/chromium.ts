import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after } from "node:test";
import { type BrowserContext, type Browser as Chromium, chromium, type Page } from "playwright-core";
import type { Browser } from "./browser.ts";
import { howToLaunch, joinChromium, launchable } from "./chromium-server.ts";
import { limit } from "./limits.ts";
import type { Ending } from "./postgres.ts";

/** For `test(name, { skip: withoutChromium }, …)`: the reason, when no chromium is installed. */
export const withoutChromium: string | false = howToLaunch.executablePath
  ? false
  : "chromium is not installed";

// The other file of the package takes twice the time to be read.
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export type Finding = { rule: string; where: string[] };
export type Look = { width?: number; height?: number; dark?: boolean; cookies?: Browser["cookies"] };

export type RealBrowser = {
  /** A window without JavaScript, as our users have it; `cookies` of a test browser bring its session. */
  open(address: string, look?: Look): Promise<Page>;
  /** The one window with JavaScript and past our CSP that axe needs, at another page. */
  read(address: string, look?: Look): Promise<Page>;
  /** Takes a picture of the whole page. */
  picture(address: string, file: string, look?: Look): Promise<void>;
  /** What axe-core (WCAG 2.2 AA and best practice) finds on a page. */
  axe(address: string, look?: Look): Promise<Finding[]>;
  /** How many pixels the page is wider than its window: 0 when nobody must scroll sideways. */
  overflow(address: string, look?: Look): Promise<number>;
};

/** Of each page axe finds nothing, in light, and in dark at 360 pixels, and nobody scrolls sideways at 320. */
export async function assertSound(
  chromium: RealBrowser,
  origin: string,
  paths: string[],
  cookies: Browser["cookies"] | undefined,
  looks: Look[] = [{}, { dark: true, width: 360 }],
): Promise<void> {
  for (const path of paths) {
    const page = await chromium.read(origin + path, { ...looks[0], cookies });
    for (const look of looks) {
      await wear(page, look);
      assert.deepEqual(await findings(page), [], `${path} ${JSON.stringify(look)}`);
    }
    await wear(page, { width: 320 });
    assert.equal(await overflow(page), 0, path);
  }
}

/** Debian's chromium; what was opened in it is closed at the end of the test. */
export async function openChromium(t: Ending): Promise<RealBrowser> {
  const browser = await findBrowser();
  const opened: BrowserContext[] = [];
  t.after(async () => {
    await Promise.all(opened.map((context) => context.close()));
  });

  const newPage = async (scripts: boolean) => {
    const context = await browser.newContext({ javaScriptEnabled: scripts, bypassCSP: scripts });
    opened.push(context);
    context.setDefaultTimeout(limit(30));
    return await context.newPage();
  };
  const go = async (page: Page, address: string, look: Look) => {
    await wear(page, look);
    await giveCookies(page, address, look.cookies);
    await page.goto(address);
    return page;
  };
  // A window costs five times what a page in it does.
  let reading: Promise<Page> | undefined;
  const read = async (address: string, look: Look = {}) => {
    reading ??= newPage(true);
    return await go(await reading, address, look);
  };

  return {
    read,
    open: async (address, look = {}) => await go(await newPage(false), address, look),
    async picture(address, file, look = {}) {
      const page = await go(await newPage(false), address, look);
      await page.screenshot({ path: file, fullPage: true });
      await page.context().close();
    },
    axe: async (address, look) => await findings(await read(address, look)),
    overflow: async (address, look) => await overflow(await read(address, look)),
  };
}

let own: Promise<Chromium> | undefined;

// `npm test` starts one for all files; a file that runs alone starts its own.
function findBrowser(): Promise<Chromium> {
  const offered = process.env.WHISPERDESK_TEST_CHROMIUM;
  own ??= offered ? joinChromium(offered) : launchable().then((options) => chromium.launch(options));
  return own;
}

after(async () => {
  await (await own)?.close();
});

async function wear(page: Page, { width = 1280, height = 900, dark = false }: Look): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
}

async function giveCookies(page: Page, address: string, cookies: Look["cookies"]): Promise<void> {
  const url = new URL("/", address).href;
  await page.context().clearCookies();
  await page.context().addCookies([...(cookies ?? [])].map(([name, value]) => ({ name, value, url })));
}

/** What axe-core finds on a page that is open already, in a context with JavaScript. */
async function findings(page: Page): Promise<Finding[]> {
  await page.evaluate(axe);
  const result = await page.evaluate<{ violations: { id: string; nodes: { target: string[] }[] }[] }>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return result.violations.map(({ id, nodes }) => ({
    rule: id,
    where: nodes.map((node) => node.target.join(" ")),
  }));
}

async function overflow(page: Page): Promise<number> {
  return await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
}
