import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import type { Browser, BrowserServer } from "playwright-core";

/** Debian's chromium; without a path when none is installed. */
export const howToLaunch = {
  executablePath: ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path)),
  args: ["--no-sandbox"],
};

/** The first one in which everything works that our pages and their tests need. */
const oldestChromium = 123;

/** What playwright launches; throws where the chromium of this machine is too old, which it would tell in riddles. */
export async function launchable(executablePath = howToLaunch.executablePath): Promise<typeof howToLaunch> {
  if (!executablePath) return howToLaunch;
  const { stdout } = await promisify(execFile)(executablePath, ["--version"]);
  const version = /\d[\d.]*/.exec(stdout)?.[0] ?? "unknown";
  if (Number.parseInt(version, 10) >= oldestChromium) return { ...howToLaunch, executablePath };
  throw new Error(
    `${executablePath} is version ${version}, and the tests need ${oldestChromium} or later. Upgrade it, or remove it: the tests that need a browser are skipped then.`,
  );
}

/** One chromium for many test files, at the address that they ask; it starts when the first one does. */
export async function offerChromium(): Promise<{ address: string; stop: () => Promise<void> }> {
  let running: Promise<BrowserServer> | undefined;
  const launch = async () => {
    // A run without a page to look at shall not read it.
    const { chromium } = await import("playwright-core");
    const browser = await chromium.launchServer({ ...(await launchable()), host: "127.0.0.1" });
    browser.on("close", () => {
      running = undefined;
    });
    return browser;
  };
  const desk = createServer(async (_, response) => {
    running ??= launch();
    const endpoint = await running.then(
      (browser) => browser.wsEndpoint(),
      (error: Error) => error,
    );
    response.statusCode = endpoint instanceof Error ? 500 : 200;
    response.end(endpoint instanceof Error ? endpoint.message : endpoint);
  });
  await new Promise<void>((resolve) => desk.listen(0, "127.0.0.1", resolve));

  return {
    address: `http://127.0.0.1:${(desk.address() as AddressInfo).port}`,
    async stop() {
      desk.closeAllConnections();
      await new Promise((resolve) => desk.close(resolve));
      // Why there is none was told to the files that asked.
      await running?.then(
        (browser) => browser.close(),
        () => {},
      );
    },
  };
}

/** The browser that is offered there. What this process opens in it goes with the process. */
export async function joinChromium(address: string): Promise<Browser> {
  const answer = await fetch(address);
  const endpoint = await answer.text();
  if (!answer.ok) throw new Error(`There is no browser: ${endpoint}`);
  const { chromium } = await import("playwright-core");
  return await chromium.connect(endpoint);
}
