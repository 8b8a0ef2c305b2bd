import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import axe from "axe-core";
import { type BrowserContext, type Browser as Chromium, chromium, type Page } from "playwright-core";
import type { Browser } from "./browser.ts";
import type { Ending } from "./postgres.ts";

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));

/** For `test(name, { skip: withoutChromium }, …)`: the reason, when no chromium is installed. */
export const withoutChromium: string | false = program ? false : "chromium is not installed";

export type Finding = { rule: string; where: string[] };
export type Look = { width?: number; height?: number; dark?: boolean; cookies?: Browser["cookies"] };

export type RealBrowser = {
  /** A window without JavaScript, as our users have it; `cookies` of a test browser bring its session. */
  open(address: string, look?: Look): Promise<Page>;
  /** Takes a picture of the whole page. */
  picture(address: string, file: string, look?: Look): Promise<void>;
  /** What axe-core (WCAG 2.2 AA and best practice) finds on a page; it needs JavaScript and a window past our CSP. */
  axe(address: string, look?: Look): Promise<Finding[]>;
  /** How many pixels the page is wider than its window: 0 when nobody must scroll sideways. */
  overflow(address: string, look?: Look): Promise<number>;
};

/** Of each page axe finds nothing, in light, and in dark at 360 pixels, and nobody scrolls sideways at 320. */
export async function assertSound(
  chromium: RealBrowser,
  origin: string,
  paths: string[],
  cookies: Browser["cookies"],
): Promise<void> {
  for (const path of paths) {
    assert.deepEqual(await chromium.axe(origin + path, { cookies }), [], path);
    assert.deepEqual(await chromium.axe(origin + path, { cookies, dark: true, width: 360 }), [], path);
    assert.equal(await chromium.overflow(origin + path, { width: 320, cookies }), 0, path);
  }
}

/** Debian's chromium, closed at the end of the test. */
export async function openChromium(t: Ending): Promise<RealBrowser> {
  const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  t.after(() => browser.close());

  const withPage = async <Value>(
    address: string,
    look: Look,
    scripts: boolean,
    use: (page: Page) => Promise<Value>,
  ) => {
    const context = await newContext(browser, address, look, scripts);
    try {
      const page = await context.newPage();
      await page.goto(address);
      return await use(page);
    } finally {
      await context.close();
    }
  };

  return {
    async open(address, look = {}) {
      const context = await newContext(browser, address, look, false);
      const page = await context.newPage();
      await page.goto(address);
      return page;
    },
    async picture(address, file, look = {}) {
      await withPage(address, look, false, (page) => page.screenshot({ path: file, fullPage: true }));
    },
    async axe(address, look = {}) {
      return await withPage(address, look, true, findings);
    },
    async overflow(address, look = {}) {
      const measure = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
      return await withPage(address, look, true, (page) => page.evaluate<number>(measure));
    },
  };
}

/** What axe-core finds on a page that is open already, in a context with JavaScript. */
async function findings(page: Page): Promise<Finding[]> {
  await page.evaluate(axe.source);
  const result = await page.evaluate<{ violations: { id: string; nodes: { target: string[] }[] }[] }>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return result.violations.map(({ id, nodes }) => ({
    rule: id,
    where: nodes.map((node) => node.target.join(" ")),
  }));
}

async function newContext(
  browser: Chromium,
  address: string,
  { width = 1280, height = 900, dark = false, cookies }: Look,
  scripts: boolean,
): Promise<BrowserContext> {
  const context = await browser.newContext({
    javaScriptEnabled: scripts,
    bypassCSP: scripts,
    colorScheme: dark ? "dark" : "light",
    viewport: { width, height },
  });
  const url = new URL("/", address).href;
  await context.addCookies([...(cookies ?? [])].map(([name, value]) => ({ name, value, url })));
  return context;
}
